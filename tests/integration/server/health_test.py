# SPDX-License-Identifier: GPL-3.0-or-later
"""/livez and /readyz: what load balancers see without a token, and what only admins see"""

import os
import tempfile
import unittest

from api import Api, main
from manager import Manager
from shaman_server import Server, wait_until
from tokens import Tokens


class Health(unittest.TestCase):
    def start(self, storage=None, **options):
        self.server = Server(storage, **options).start()
        self.addCleanup(self.server.close)
        return self.server

    def ask(self, path="/readyz", token=None, **headers):
        with Api(self.server) as api:
            if token:
                headers["Authorization"] = f"Bearer {token}"
            return api.call("GET", path, headers=headers)

    def checks(self, **how):
        return {check["name"]: check for check in self.ask(**how).json()["checks"]}

    def test_a_server_lives_and_is_ready(self):
        self.start()
        self.assertEqual(self.ask("/livez").json(), {"state": "alive"})
        answer = self.ask()
        self.assertEqual((answer.status, answer.json()["state"]), (200, "ready"))
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertEqual([check["name"] for check in answer.json()["checks"]], ["server", "storage", "space", "journal"])
        with Api(self.server) as api:
            self.assertIn("health", api.get("/api/v3/shaman/info").json()["features"])
            self.assertEqual(api.call("HEAD", "/readyz").status, 200)
            self.assertEqual(api.call("POST", "/livez", b"").status, 405)

    def test_balancers_need_neither_a_token_nor_a_name(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        admin, worker = tokens.make("admin"), tokens.make("worker")
        self.start(auth_token_file=tokens.file, allowed_hosts="farm.example")
        for path in ("/livez", "/readyz"):
            self.assertEqual(self.ask(path, Host="10.0.0.1").status, 200)
        self.assertEqual(self.ask("/api/v3/shaman/info", Host="10.0.0.1").status, 421)
        self.assertEqual(self.ask("/api/v3/shaman/info", Host="farm.example").status, 401)
        self.assertNotIn("detail", self.checks()["space"])
        self.assertNotIn("detail", self.checks(token=worker)["space"])
        self.assertIn("detail", self.checks(token=admin)["space"])

    def test_a_storage_that_is_away_is_named_to_admins_alone(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        admin = tokens.make("admin")
        folder = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(folder.cleanup)
        storage = os.path.join(folder.name, "storage")
        self.start(storage, auth_token_file=tokens.file)
        os.rename(storage, storage + ".moved")
        wait_until(lambda: self.ask().status == 503, "the server to notice")
        self.assertEqual(self.ask("/livez").status, 200)
        self.assertNotIn(folder.name, self.ask().body.decode())
        check = self.checks(token=admin)["storage"]
        self.assertEqual(check["state"], "failed")
        self.assertIn(storage, check["detail"])
        os.rename(storage + ".moved", storage)
        wait_until(lambda: self.ask().status == 200, "the server to notice")

    def test_a_full_storage_is_not_ready(self):
        self.start(min_free_space="1000TiB")
        self.assertEqual(self.ask().status, 503)
        self.assertEqual(self.checks()["space"]["state"], "failed")
        self.assertEqual(self.checks()["storage"]["state"], "ok")

    def test_a_manager_must_answer(self):
        manager = Manager()
        self.addCleanup(manager.close)
        self.start(manager=manager.url)
        wait_until(lambda: self.checks().get("manager", {}).get("state") == "ok", "the Manager to be asked")
        self.assertEqual(self.ask().status, 200)
        manager.close()
        wait_until(lambda: self.ask().status == 503, "the server to notice")
        check = self.checks()["manager"]
        self.assertEqual(check["state"], "failed")
        self.assertNotIn(str(manager.url), check["message"])

    def test_what_goes_well_is_not_logged(self):
        self.start()
        for _ in range(3):
            self.ask()
            self.ask("/livez")
        self.ask("/livez/")
        self.server.wait_for_log("/livez/")
        self.assertFalse([line for line in self.server.log_lines() if "/readyz" in line or "/livez " in line])


if __name__ == "__main__":
    main()
