# SPDX-License-Identifier: GPL-3.0-or-later
"""A submission of an unchanged scene finds its checkout again, and who made checkouts can list, show and
erase them: by the calls, and by `shaman submit` and `shaman checkout`."""

import http.server
import json
import os
import shutil
import tempfile
import threading
import unittest

from api import Api, ServerTest, new_content, spec
from manager import Manager
from shaman_client import Client
from shaman_server import Server, sha256
from studio import Studio
from tokens import Tokens

CHECKOUTS = "/api/v3/shaman/checkouts"
REUSE = {"X-Shaman-Reuse-Checkout": "true"}
SOURCE = os.environ["SHAMAN_SOURCE"]


class Reuse(ServerTest):
    def asked(self, path, files, headers=None):
        answer = self.api.create(path, files, headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_the_same_content_at_the_same_path_is_one_checkout(self):
        data = self.stored()
        files = [spec("a/b", data), spec("c", data)]
        first = self.asked("film/shot", files, REUSE)
        self.assertEqual(first, {"checkoutPath": "film/shot"})
        for _ in range(33):
            again = self.asked("film/shot", list(reversed(files)), REUSE)
            self.assertEqual(again, {"checkoutPath": "film/shot", "reused": True})
        self.assertEqual(os.listdir(self.server.jobs("film")), ["shot"])
        self.assertEqual(self.server.read_checkout("film/shot"), {"a/b": data, "c": data})

    def test_who_does_not_ask_for_it_gets_a_new_one(self):
        files = [spec("f", self.stored())]
        paths = {self.asked("plain", files, headers)["checkoutPath"]
                 for headers in (REUSE, None, {"X-Shaman-Reuse-Checkout": "false"}, {"X-Shaman-Reuse-Checkout": "?"})}
        self.assertEqual(len(paths), 4)
        # One that was made for somebody who did not ask for it may be a job's, and end with it.
        self.asked("other", files)
        self.assertNotIn("reused", self.asked("other", files, REUSE))

    def test_one_that_a_worker_has_changed_is_left_alone(self):
        data = self.stored()
        files = [spec("shot.blend", data)]
        self.asked("changed", files, REUSE)
        link = self.server.jobs("changed", "shot.blend")
        os.remove(link)
        with open(link, "wb") as file:
            file.write(b"saved by a worker")
        second = self.asked("changed", files, REUSE)
        self.assertNotIn("reused", second)
        self.assertEqual(self.server.read_checkout(second["checkoutPath"]), {"shot.blend": data})
        with open(link, "rb") as file:
            self.assertEqual(file.read(), b"saved by a worker")

    def test_its_names_are_reserved(self):
        data = self.stored()
        for path, file in ((".shaman-reusable", "f"), ("a/.shaman-reusable/b", "f"), ("x", ".shaman-reusable")):
            with self.subTest(path=path, file=file):
                self.assert_error(self.api.create(path, [spec(file, data)]), 400)

    def test_many_at_once(self):
        files = [spec("f", self.stored())]
        first = self.asked("busy", files, REUSE)["checkoutPath"]
        answers = []

        def ask():
            with Api(self.server) as api:
                answers.append(api.create("busy", files, REUSE).json())
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [{"checkoutPath": first, "reused": True}] * 8)

    def test_info_names_it(self):
        features = self.api.get("/api/v3/shaman/info").json()["features"]
        self.assertIn("reuse-checkout", features)
        self.assertIn("list-checkouts", features)


class Listed(ServerTest):
    options = {"durability": "none"}  # for the test with many

    def test_list_and_show(self):
        one, two = self.stored(), self.stored()
        self.api.create("film/größer \"7\"", [spec("tex/a.png", one), spec("b", two)])
        self.api.create("alone", [spec("b", two)])
        listed = self.api.get(CHECKOUTS).json()
        made = {checkout["path"]: checkout["made"] for checkout in listed["checkouts"]}
        self.assertEqual(list(made), sorted(made))
        self.assertIn("alone", made)
        self.assertNotIn("unread", listed)
        for path in ("film/gr%C3%B6%C3%9Fer%20%227%22", "film%2Fgr%C3%B6%C3%9Fer%20%227%22"):
            shown = self.api.get(f"{CHECKOUTS}/{path}").json()
            self.assertEqual(shown["path"], "film/größer \"7\"")
            self.assertRegex(shown["made"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(shown["made"], made["film/größer \"7\""])
            self.assertEqual(shown["bytes"], len(one) + len(two))
            self.assertEqual(shown["files"], [spec("b", two), spec("tex/a.png", one)])

    def test_a_long_list_and_a_long_checkout_come_whole(self):
        data = self.stored()
        names = [f"many/{'x' * 200}{i:04}" for i in range(400)]
        for name in names:
            self.assertEqual(self.api.create(name, [spec("f", data)]).status, 200)
        listed = self.api.get(CHECKOUTS).json()["checkouts"]
        self.assertEqual([checkout["path"] for checkout in listed if checkout["path"].startswith("many/")], names)
        files = [spec(f"f{i:05}", data) for i in range(5000)]
        self.assertEqual(self.api.create("large", files).status, 200)
        self.assertEqual(self.api.get(f"{CHECKOUTS}/large").json()["files"], files)

    def test_what_is_no_checkout(self):
        self.api.create("outer/mine", [spec("sub/f", self.stored())])
        for wrong in ("", "outer", "outer/mine/sub", "outer/mine/", "nothing", "..%2Ffile-store", "outer/../outer/mine",
                      "x" * 300, "%ff"):
            with self.subTest(path=wrong[:40]):
                self.assert_error(self.api.get(f"{CHECKOUTS}/{wrong}"), 404)
        answer = self.api.call("POST", CHECKOUTS, b"{}", {"Content-Type": "application/json"})
        self.assert_error(answer, 405)


class Owners(unittest.TestCase):
    """With authentication everybody has their own."""

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.secrets = {name: self.tokens.make("submit", name=name) for name in ("anna", "ben")}
        self.secrets["root"] = self.tokens.make("admin", name="root")
        self.secrets["worker"] = self.tokens.make("worker", name="worker")
        self.server = Server(auth_token_file=self.tokens.file).start()
        self.addCleanup(self.server.close)
        self.anna, self.ben, self.root, self.worker = map(self.api, ("anna", "ben", "root", "worker"))
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def api(self, name):
        api = Api(self.server)
        api.headers = {"Authorization": "Bearer " + self.secrets[name]}
        self.addCleanup(api.close)
        return api

    def made(self, api, path, data):
        self.assertIn(api.upload(data).status, (204, 208))
        answer = api.create(path, [spec("f", data)], REUSE)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def paths(self, api):
        return [checkout["path"] for checkout in api.get(CHECKOUTS).json()["checkouts"]]

    def test_nobody_is_given_anothers(self):
        data = new_content()
        of_anna = self.made(self.anna, "film/shot", data)
        of_ben = self.made(self.ben, "film/shot", data)
        self.assertNotEqual(of_anna["checkoutPath"], of_ben["checkoutPath"])
        for api, made in ((self.anna, of_anna), (self.ben, of_ben)):
            self.assertEqual(self.made(api, "film/shot", data), {**made, "reused": True})

    def test_nobody_sees_anothers(self):
        of_anna = self.made(self.anna, "film/anna", new_content())["checkoutPath"]
        of_ben = self.made(self.ben, "film/ben", new_content())["checkoutPath"]
        self.assertEqual((self.paths(self.anna), self.paths(self.ben)), ([of_anna], [of_ben]))
        self.assertEqual(self.paths(self.root), [of_anna, of_ben])
        self.assertEqual(self.anna.get(f"{CHECKOUTS}/{of_anna}").status, 200)
        self.assertEqual(self.root.get(f"{CHECKOUTS}/{of_anna}").status, 200)
        refused, absent = self.ben.get(f"{CHECKOUTS}/{of_anna}"), self.ben.get(f"{CHECKOUTS}/film/annb")
        self.assertEqual((refused.status, absent.status), (403, 403))
        self.assertEqual(refused.body.replace(b"anna", b""), absent.body.replace(b"annb", b""))

    def test_who_may_not_submit_may_not_ask(self):
        self.assertEqual(self.worker.get(CHECKOUTS).status, 403)
        self.assertEqual(self.worker.get(f"{CHECKOUTS}/x").status, 403)
        with Api(self.server) as nobody:
            nobody.headers = {}
            self.assertEqual(nobody.get(CHECKOUTS).status, 401)

    def run_checkout(self, name, *arguments):
        return Client(self.folder).run("checkout", *arguments, "--server", self.server.url,
                                       SHAMAN_TOKEN=self.secrets[name])

    def test_the_client(self):
        data = new_content()
        path = self.made(self.anna, "film/shot", data)["checkoutPath"]
        self.made(self.ben, "film/ben", data)
        listed = self.run_checkout("anna", "list")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertRegex(listed.stdout, r"^\S+ \S+ [+-]\d{4}  film/shot\n$")
        line = json.loads(self.run_checkout("root", "list", "--json").stdout)
        self.assertEqual((line["schema"], [checkout["path"] for checkout in line["checkouts"]]),
                         (1, ["film/ben", "film/shot"]))
        shown = self.run_checkout("anna", "show", path + "/")
        self.assertIn("1 file, 1", shown.stdout)
        self.assertIn("  f  ", shown.stdout)
        self.assertRegex(shown.stdout, r"\nLast used:  \S+ \S+ [+-]\d{4}\n")
        line = json.loads(self.run_checkout("anna", "show", path, "--json").stdout)
        self.assertEqual(line["files"], [{"path": "f", "sha": sha256(data), "bytes": len(data)}])
        for command in ("show", "erase"):
            refused = self.run_checkout("ben", command, path)
            self.assertEqual(refused.returncode, 1, refused.stderr)
            self.assertIn("you have no checkout", refused.stderr)
        absent = self.run_checkout("root", "show", "film/none", "--json")
        self.assertEqual(absent.returncode, 2)
        self.assertIn("film/none", json.loads(absent.stdout)["error"])
        erased = self.run_checkout("anna", "erase", path, "--json")
        self.assertEqual((erased.returncode, json.loads(erased.stdout)), (0, {"schema": 1, "erased": path, "jobs": []}))
        self.assertFalse(os.path.exists(self.server.jobs(path)))
        self.assertEqual(self.run_checkout("root", "erase", path).returncode, 2)


class Submitted(Studio, ServerTest):
    def submit(self, *arguments):
        return self.client.submit(self.shot, self.server, "--project", self.project, *arguments)

    def test_an_unchanged_scene_has_one_checkout(self):
        first = self.submit()
        self.assertNotIn("reused", first)
        again = self.submit()
        self.assertEqual((again["reused"], again["checkoutPath"]), (True, first["checkoutPath"]))
        done = self.client.run("submit", self.shot, "--project", self.project, "--server", self.server.url)
        self.assertIn(f"Unchanged:  {first['checkoutPath']}, the checkout of an earlier submission\n", done.stdout)
        picture = os.path.join(self.project, "textures/props/crate.png")
        with open(picture, "ab") as file:
            file.write(b"painted over")
        changed = self.submit()
        self.assertNotIn("reused", changed)
        self.assertNotEqual(changed["checkoutPath"], first["checkoutPath"])


class Jobs(unittest.TestCase):
    def test_each_job_has_its_own_checkout(self):
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            farm = Manager(storage=os.path.join(folder, "storage"))
            self.addCleanup(farm.close)
            server = Server(manager=farm.url).start()
            self.addCleanup(server.close)
            studio = os.path.join(folder, "studio")
            shutil.copytree(os.path.join(SOURCE, "tools", "demo", "scene"), studio)
            project = os.path.join(studio, "film")
            client = Client(os.path.join(folder, "cache"))
            job = ("--job-type", "simple-blender-render", "--setting", "render_output_root=/farm/out")
            paths = [client.submit(os.path.join(project, "shots/shot010.blend"), server, "--project", project,
                                   *arguments)["checkoutPath"] for arguments in ((), (), job, job)]
            self.assertEqual(paths[0], paths[1])
            self.assertEqual(len(set(paths)), 3)


class OlderServer(http.server.BaseHTTPRequestHandler):
    """Of a version that knows nothing of these calls."""

    def do_GET(self):  # pylint: disable=invalid-name
        body = json.dumps({"name": "Shaman", "version": "0.0.1", "features": ["batch"], "limits": {}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class WithoutTheCall(unittest.TestCase):
    def ask(self, url):
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            for arguments in (["list"], ["show", "x"], ["erase", "x"]):
                done = Client(folder).run("checkout", *arguments, "--server", url)
                self.assertEqual(done.returncode, 1, done.stderr)
                yield done.stderr

    def test_an_older_server(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OlderServer) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            for told in self.ask(f"http://127.0.0.1:{server.server_address[1]}"):
                self.assertIn("is a Shaman server (Shaman 0.0.1) that does not support listing, showing or erasing checkouts", told)
            server.shutdown()

    def test_a_manager_with_its_own_store(self):
        with tempfile.TemporaryDirectory(prefix="shaman-test-") as folder:
            farm = Manager(storage=os.path.join(folder, "storage"))
            self.addCleanup(farm.close)
            for told in self.ask(farm.url):
                self.assertIn("is a Flamenco Manager", told)
                self.assertIn("does not support listing, showing or erasing checkouts", told)


if __name__ == "__main__":
    unittest.main()
