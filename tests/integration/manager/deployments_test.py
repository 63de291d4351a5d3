# SPDX-License-Identifier: GPL-3.0-or-later
"""One address for everything: beside a Manager (nginx), in front of it, and alone.

The add-on and `shaman submit` go their whole way through each, as it is on a trusted LAN, and
guarded: by TLS, with a token for everything.
"""

import os
import shutil
import tempfile
import unittest

import nginx
from addon import NewerAddon, OlderAddon
from api import Api, files_url, new_content, spec
from manager import Manager
from raw_http import RawConnection
from shaman_client import Client
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

SOURCE = os.environ["SHAMAN_SOURCE"]
OUTPUT = ("--setting", "render_output_root=/farm/out")


class Position:
    """What holds in every position; `self.entry` has the one address."""

    has_manager = True
    guarded = False
    asks_for_every_body = False

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.storage = os.path.join(self.folder, "storage")
        self.farm = Manager(storage=self.storage)
        self.addCleanup(self.farm.close)
        self.enter()
        self.api = Api(self.entry)
        self.addCleanup(self.api.close)

    def start_server(self, **options):
        if self.guarded:
            tokens = Tokens()
            self.addCleanup(tokens.close)
            self.token = tokens.make("submit")
            options = {"secured": True, "auth_token_file": tokens.file, **options}
        server = Server(storage=self.storage, **options).start()
        self.addCleanup(server.close)
        return server

    def enter_by(self, entry):
        """What everybody speaks to, with the token that it asks for."""
        entry.token = self.token if self.guarded else None
        self.entry = entry

    def raw(self):
        connection = RawConnection(self.entry)
        self.addCleanup(connection.close)
        return connection

    def addon(self, kind):
        base = f"/~{self.entry.token}" if self.guarded else ""
        addon = kind(self.entry.url + base + "/")
        self.addCleanup(addon.close)
        return addon

    def test_the_addon_connects_and_submits(self):
        for kind in (OlderAddon, NewerAddon):
            with self.subTest(kind.__name__):
                addon = self.addon(kind)
                manager = addon.connect()
                self.assertTrue(manager["shaman"])
                self.assertEqual(bool(manager["job_types"]), self.has_manager)
                name = f"shot {kind.__name__}"
                files = {"shot.blend": new_content(200_000), "tex/ä b.png": new_content(70_000)}
                path = addon.submit(name, files)
                self.assertEqual(self.server.read_checkout(path), files)
                if self.has_manager:
                    self.make_job(addon, path)

    def make_job(self, addon, path):
        """As the add-on does: the newer one never names the checkout."""
        settings = {"chunk_size": 1, "render_output_path": "/out/######", "format": "PNG",
                    "blendfile": "{jobs}/" + path + "/shot.blend"}
        job = {"name": path, "type": "simple-blender-render", "priority": 50, "metadata": {},
               "settings": settings, "submitter_platform": "linux", "initial_status": "queued"}
        if isinstance(addon, OlderAddon):
            job["storage"] = {"shaman_checkout_id": path}
        addon.call("POST", "/api/v3/jobs/check", b'{"name":"x","type":"simple-blender-render",'
                   b'"submitter_platform":"linux","settings":{"chunk_size":1,'
                   b'"render_output_path":"x"}}', {"Content-Type": "application/json"})
        made = addon.post("/api/v3/jobs", job)
        self.assertEqual(made["settings"]["blendfile"], settings["blendfile"])

    def test_shaman_submit(self):
        film = os.path.join(self.folder, "studio", "film")
        shutil.copytree(os.path.join(SOURCE, "tools", "demo", "scene"), os.path.dirname(film))
        # Large enough to be sent as an upload that can be resumed.
        with open(os.path.join(film, "textures/props/crate.png"), "ab") as file:
            file.write(os.urandom(20 << 20))
        shot = os.path.join(film, "shots", "shot010.blend")
        job = ("--job-type", "simple-blender-render", *OUTPUT) if self.has_manager else ()
        told = Client(os.path.join(self.folder, "cache")).submit(shot, self.entry, "--project",
                                                                film, *job)
        path = os.path.join(self.server.jobs(told["checkoutPath"]), "textures/props/crate.png")
        self.assertGreater(os.path.getsize(path), 20 << 20)
        if self.has_manager:
            self.assertEqual(len(self.farm.submitted), 1)
            self.assert_knows_checkout(self.farm.submitted[0], told["checkoutPath"])

    def assert_knows_checkout(self, job, path):
        """Only without a server in front does the Manager erase, and so need the id."""
        self.assertEqual(job["storage"], {"shaman_checkout_id": path})

    def test_a_body_that_is_wanted_is_asked_for(self):
        data = new_content(300_000)
        connection = self.raw()
        connection.request("POST", files_url(data), [
            ("Content-Length", str(len(data))), ("Expect", "100-continue"),
            ("Content-Type", "application/octet-stream")], length=False)
        self.assertEqual(connection.response().status, 100)
        connection.send(data)
        self.assertEqual(connection.response().status, 204)

    def test_a_file_that_is_there_is_not_asked_for(self):
        data = new_content(3_000_000)
        self.assertEqual(self.api.upload(data).status, 204)
        connection = self.raw()
        connection.request("POST", files_url(data), [
            ("Content-Length", str(len(data))), ("Expect", "100-continue"),
            ("Content-Type", "application/octet-stream")], length=False)
        answer = connection.response()
        if self.asks_for_every_body and answer.status == 100:
            connection.send(data)
            answer = connection.response()
        self.assertEqual(answer.status, 208)

    def test_large_files_and_odd_paths_pass(self):
        data = new_content(40_000_000)
        self.assertEqual(self.api.upload(data).status, 204)
        path = "a b/100% ä/+&=#"
        made = self.api.create(path, [spec("x.bin", data)])
        self.assertEqual(made.status, 200, made)
        self.assertEqual(sha256(self.server.read_checkout(made.json()["checkoutPath"])["x.bin"]),
                         sha256(data))

    def test_an_upload_that_breaks_off_leaves_nothing_to_wait_for(self):
        data = new_content(5_000_000)
        connection = self.raw()
        connection.request("POST", files_url(data), [
            ("Content-Length", str(len(data))), ("Content-Type", "application/octet-stream")],
            length=False)
        connection.send(data[:2_000_000])
        connection.reset()
        self.assertEqual(self.api.upload(data).status, 204)


class Alone(Position, unittest.TestCase):
    has_manager = False

    def enter(self):
        self.server = self.start_server()
        self.enter_by(self.server)


class Front(Position, unittest.TestCase):
    def enter(self):
        self.server = self.start_server(manager=self.farm.url)
        self.enter_by(self.server)

    def test_the_manager_gets_no_checkout_of_the_newer_addons_jobs(self):
        addon = self.addon(NewerAddon)
        path = addon.submit("shot", {"shot.blend": new_content()})
        self.make_job(addon, path)
        self.assertNotIn("storage", self.farm.submitted[0])

    def assert_knows_checkout(self, job, path):
        self.assertNotIn("storage", job)
        self.assertEqual(job["metadata"]["shaman.checkout"], "{jobs}/" + path)


@unittest.skipUnless(nginx.PROGRAM, "nginx is not installed")
class Beside(Position, unittest.TestCase):
    asks_for_every_body = True  # nginx says 100 before anybody has looked

    def enter(self):
        # Between the two of them, on one machine, there is no TLS.
        self.server = self.start_server(trusted_proxies="127.0.0.1", secured=False)
        self.enter_by(nginx.Nginx(self.server, self.farm, secured=self.guarded))
        self.addCleanup(self.entry.close)

    def test_each_gets_its_part(self):
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 200)
        self.assertEqual(self.api.get("/api/v3/jobs").json(), {"jobs": []})
        self.assertEqual(self.farm.calls, [("GET", "/api/v3/jobs")])

    def test_a_token_in_the_address_reaches_shaman_alone(self):
        secret = self.entry.token or "shm_secret"
        for token in ("/~" + secret, "/%7E" + secret):
            self.assertEqual(self.api.get(token + "/api/v3/shaman/info").status, 200)
            self.assertEqual(self.api.get(token + "/api/v3/jobs?x").status, 200)
            self.assertEqual(self.api.get(token + "/api/v3/jobs/a%2Fb").status, 400)
        self.assertEqual(self.farm.calls, [("GET", "/api/v3/jobs"), ("GET", "/api/v3/jobs/a%2Fb")] * 2)
        wait_until(lambda: self.entry.log().count(" 200 ") == 4, "nginx's log")
        self.assertNotIn(secret, self.entry.log() + self.server.log())
        self.assertIn('"GET /~.../api/v3/jobs?x" 200', self.entry.log())

    def test_shaman_away_is_said_and_the_manager_goes_on(self):
        self.server.terminate()
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 502)
        self.assertEqual(self.api.get("/api/v3/jobs").status, 200)


class GuardedAlone(Alone):
    guarded = True

    def test_nobody_else_gets_in(self):
        self.assertEqual(self.api.call("GET", "/api/v3/shaman/info", headers={"Authorization": ""}).status, 401)


class GuardedFront(Front):
    guarded = True


class GuardedBeside(Beside):
    guarded = True


if __name__ == "__main__":
    unittest.main()
