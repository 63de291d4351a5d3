# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman doctor`: what it finds right, what wrong, and that it says what to do."""

import http.server
import json
import os
import shutil
import stat
import tempfile
import threading
import unittest

import certificates
from api import Api, new_content, spec
from manager import Manager
from shaman_client import Client
from shaman_server import Server, wait_until
from tokens import Tokens


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.client = Client(os.path.join(self.folder, "cache"))
        self.storage = os.path.join(self.folder, "storage")

    def start(self, **options):
        server = Server(storage=self.storage, **options).start()
        self.addCleanup(server.close)
        return server

    def doctor(self, url, *arguments, status=0, **environment):
        done = self.client.run("doctor", "--server", url, "--json", *arguments, **environment)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["isWell"], status == 0)
        if status:
            self.assertIn(told["error"], done.stderr)
        return [(each["kind"], each["about"], each["text"]) for each in told["findings"]]

    def assert_found(self, findings, kind, about, *words):
        texts = [text for k, a, text in findings if (k, a) == (kind, about)]
        for text in texts:
            if all(word in text for word in words):
                return
        self.fail(f"no {kind} {about} with {words} in {findings}")

    def test_a_farm_that_is_well(self):
        farm = Manager(storage=self.storage)
        self.addCleanup(farm.close)
        server = self.start(manager=farm.url)
        data = new_content()
        with Api(server) as api:
            self.assertEqual(api.upload(data).status, 204)
            self.assertEqual(api.create("film/shot", [spec("a", data)]).status, 200)
        found = self.doctor(server.url)
        self.assert_found(found, "ok", "server", "is a Shaman server")
        self.assert_found(found, "ok", "server", "accepts uploads")
        self.assert_found(found, "ok", "manager", "2 job types")
        self.assert_found(found, "ok", "storage", self.storage, "mounted here")
        self.assert_found(found, "ok", "storage", "links of a checkout lead to its files")
        self.assert_found(found, "ok", "storage", "workers on Linux are sent to")
        self.assert_found(found, "ok", "storage", "no path for workers on Windows is set; if the farm has any")
        self.assert_found(found, "ok", "clock", "agree")
        self.assert_found(found, "ok", "cache", self.client.cache_folder)
        done = self.client.run("doctor", "--server", server.url)
        self.assertIn("ok      server   " + server.url, done.stdout)

    def test_workers_that_a_variable_speaks_of_need_a_path(self):
        farm = Manager(storage=self.storage)
        self.addCleanup(farm.close)
        farm.variables = {"windows": {"blender": {"value": "C:\\Blender\\blender.exe", "is_twoway": False}}}
        found = self.doctor(self.start(manager=farm.url).url)
        self.assert_found(found, "warning", "storage", "workers on Windows are sent to", "not a path of that system")
        self.assert_found(found, "ok", "storage", "workers on macOS are sent to")

    def test_alone_there_are_no_jobs(self):
        self.assert_found(self.doctor(self.start().url), "warning", "manager", "--job-type")

    def test_links_that_lead_nowhere_from_here(self):
        server = self.start()
        data = new_content()
        with Api(server) as api:
            self.assertEqual(api.upload(data).status, 204)
            self.assertEqual(api.create("film/shot", [spec("a", data)]).status, 200)
        os.rename(os.path.join(self.storage, "file-store"), os.path.join(self.storage, "elsewhere"))
        found = self.doctor(server.url, status=1)
        os.rename(os.path.join(self.storage, "elsewhere"), os.path.join(self.storage, "file-store"))
        self.assert_found(found, "error", "storage", "is broken on this machine", "mount the whole storage")

    def test_a_storage_that_is_not_mounted_here(self):
        server = self.start(jobs_location=f"linux={self.folder}/none/jobs")
        self.assert_found(self.doctor(server.url), "warning", "storage", self.folder + "/none", "not mounted here")

    def test_nobody_there(self):
        found = self.doctor("http://127.0.0.1:1", status=4)
        self.assert_found(found, "error", "server", "no server answers")
        self.assert_found(found, "ok", "cache")

    def test_somebody_else_there(self):
        class Other(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                self.send_error(404, "nothing")

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
            threading.Thread(target=other.serve_forever, daemon=True).start()
            found = self.doctor(f"http://127.0.0.1:{other.server_address[1]}", status=1)
            shot = os.path.join(os.environ["SHAMAN_SOURCE"], "tools", "demo", "scene", "film", "shots", "shot010.blend")
            submitted = self.client.run("submit", shot, "--server", f"http://127.0.0.1:{other.server_address[1]}")
            other.shutdown()
        self.assert_found(found, "error", "server", "neither a Shaman server nor")
        self.assertEqual(submitted.returncode, 1, submitted.stderr)
        self.assertIn("neither a Shaman server nor a Flamenco Manager", submitted.stderr)
        self.assertNotIn("proxy", submitted.stderr)

    def test_a_manager_whose_shaman_is_off(self):
        farm = Manager(storage=self.storage, shaman_enabled=False)
        self.addCleanup(farm.close)
        found = self.doctor(farm.url, status=1)
        self.assert_found(found, "error", "storage", "--no-shaman")

    def test_tls_and_tokens(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        worker, submit = tokens.make("worker"), tokens.make("submit")
        server = self.start(secured=True, auth_token_file=tokens.file)
        trusting = {"SHAMAN_CA": certificates.authority().file}
        self.assert_found(self.doctor(server.url, status=1), "error", "server", "--ca FILE")
        found = self.doctor(server.url, status=1, **trusting)
        self.assert_found(found, "error", "server", "requires a token, and none was given", "SHAMAN_TOKEN_FILE")
        self.assertNotIn(("ok", "token"), [(kind, about) for kind, about, _ in found])
        found = self.doctor(server.url, status=1, SHAMAN_TOKEN="wrong", **trusting)
        self.assert_found(found, "error", "server", "does not accept the token in the environment variable SHAMAN_TOKEN")
        found = self.doctor(server.url, status=1, SHAMAN_TOKEN=worker, **trusting)
        self.assert_found(found, "error", "server", "needs the role submit", "ask the farm's admin for the role submit")
        found = self.doctor(server.url, SHAMAN_TOKEN=submit, **trusting)
        self.assert_found(found, "ok", "token", "over TLS")

    def test_a_token_without_tls_is_seen(self):
        found = self.doctor(self.start(secured=False).url, SHAMAN_TOKEN="x")
        self.assert_found(found, "warning", "token", "without TLS")

    def test_a_token_file_that_others_can_read(self):
        url = self.start(secured=False).url
        token = os.path.join(self.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("x\n")
        os.chmod(token, 0o640)
        for arguments, environment in ((["--token-file", token], {}), ([], {"SHAMAN_TOKEN_FILE": token})):
            found = self.doctor(url, *arguments, **environment)
            self.assert_found(found, "warning", "token", token, "chmod 600")
        os.chmod(token, 0o600)
        self.assert_found(self.doctor(url, "--token-file", token), "ok", "token", "only you")

    def test_without_an_address_it_looks_at_the_rest(self):
        done = self.client.run("doctor", "--json")
        self.assertEqual(done.returncode, 2, done.stderr)
        told = json.loads(done.stdout)
        found = [(each["kind"], each["about"], each["text"]) for each in told["findings"]]
        self.assert_found(found, "error", "server", "no server given", "SHAMAN_SERVER")
        self.assert_found(found, "ok", "cache")
        self.assertIn("blender", [about for _, about, _ in found])
        self.assertEqual((told["isWell"], told["missing"]), (False, []))
        self.assertIn("no server given", told["error"])

    def test_a_full_storage_is_noticed_and_nothing_is_left_there(self):
        server = self.start(min_free_space=10 ** 17)
        self.assert_found(self.doctor(server.url, status=1), "error", "server", "its storage is full")
        server.close()
        well = self.start()
        self.assert_found(self.doctor(well.url), "ok", "server", "accepts uploads")
        self.assertEqual(well.all_blobs(), set())

    def test_a_storage_that_is_nearly_full_is_noticed(self):
        server = self.start(max_store_size=1_000_000)
        with Api(server) as client:
            wait_until(lambda: "remarks" in client.get("/api/v3/shaman/info").json()["storage"], "the server to look at its space")
        self.assert_found(self.doctor(server.url), "warning", "storage", "nearly full")

    def test_a_storage_that_cannot_be_written_is_noticed(self):
        server = self.start()
        uploading = os.path.join(self.storage, ".shaman", "uploading")
        shutil.rmtree(uploading)
        with open(uploading, "w", encoding="utf-8"):
            pass
        self.assert_found(self.doctor(server.url, status=1), "error", "server", "does not accept files from you")

    def test_a_clock_that_is_wrong(self):
        class Late(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                self.answer(b'{"version":"3.8","shortversion":"3.8","name":"Flamenco","shamanEnabled":true}')

            def do_POST(self):  # pylint: disable=invalid-name
                self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(b'{"files":[]}')

            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def date_time_string(self, timestamp=None):
                return "Tue, 03 Jan 2023 10:00:00 GMT"

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Late) as late:
            threading.Thread(target=late.serve_forever, daemon=True).start()
            done = self.client.run("doctor", "--server", f"http://127.0.0.1:{late.server_address[1]}", "--json")
            late.shutdown()
        self.assertIn("ahead of the server's", done.stdout)

    def test_blender(self):
        blender = os.path.join(self.folder, "my blender")
        with open(blender, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho Blender 4.5.1 LTS\n")
        os.chmod(blender, os.stat(blender).st_mode | stat.S_IXUSR)
        server = self.start()
        self.assert_found(self.doctor(server.url, "--blender", blender), "ok", "blender", "4.5.1")
        self.assert_found(self.doctor(server.url, "--blender", self.folder + "/no$(touch x)"), "warning", "blender")

    def test_a_cache_that_cannot_be_written(self):
        os.makedirs(self.client.cache_folder)
        with open(os.path.join(self.client.cache_folder, "shaman"), "w", encoding="utf-8"):
            pass
        self.assert_found(self.doctor(self.start().url), "warning", "cache", "cannot be used")


if __name__ == "__main__":
    unittest.main()
