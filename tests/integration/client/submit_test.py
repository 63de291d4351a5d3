# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against the real server: list, submit, status, on the demo's scene"""

import json
import os
import re
import shutil
import threading

import api
from api import ServerTest, files_url
from shaman_client import Client
from shaman_server import Server, sha256, wait_until
from studio import Studio

SHOT = "film/shots/shot010.blend"


class SubmitTest(Studio, ServerTest):
    def setUp(self):
        super().setUp()
        self.repainted = os.path.join(self.folder, "repainted")
        shutil.move(os.path.join(self.studio, "repainted"), self.repainted)
        # Names and content of their own for each test, as the tests of a class share a server.
        self.checkout_path = "film/" + self.id().rsplit(".", 1)[1]
        self.make_unique()

    def make_unique(self):
        """Appends to every picture what no other test has; Blender and the tracer do not mind."""
        for path in self.pictures():
            with open(path, "ab") as file:
                file.write(os.urandom(16))

    def pictures(self):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.studio)
                      for name in names if name.endswith(".png"))

    def all_files(self):
        return sorted(os.path.join(folder, name) for folder, _, names in os.walk(self.studio)
                      for name in names)

    def submit(self, *arguments, **more):
        return self.client.submit(self.shot, self.server, "--project", self.project, "--checkout-path",
                                  self.checkout_path, *arguments, **more)

    def run_submit(self, *arguments, server=None, **more):
        return self.client.run("submit", self.shot, "--project", self.project, "--server",
                               server or self.server.url, *arguments, **more)

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()


class List(SubmitTest):
    def test_json_lists_every_file(self):
        done = self.client.run("list", self.shot, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        value = json.loads(done.stdout)
        self.assertEqual((value["schema"], value["blendfile"]), (1, self.shot))
        self.assertEqual(value["files"], self.all_files())
        self.assertEqual(value["missing"], [])

    def test_missing_files_are_listed_apart(self):
        crate = os.path.join(self.project, "textures/props/crate.png")
        os.remove(crate)
        value = json.loads(self.client.run("list", self.shot, "--json").stdout)
        self.assertEqual(value["missing"], [crate])
        self.assertEqual(value["files"], self.all_files())
        text = self.client.run("list", self.shot).stdout
        self.assertIn("crate.png", text)
        self.assertIn("props.blend", text)

    def test_tree_shows_who_brings_what_in(self):
        lines = self.client.run("list", self.shot, "--tree").stdout.splitlines()
        crate = next(i for i, line in enumerate(lines) if "crate.png" in line)
        library = next(i for i, line in enumerate(lines) if "props.blend" in line)
        self.assertLess(library, crate)
        indent = [len(lines[i]) - len(lines[i].lstrip()) for i in (library, crate)]
        self.assertLess(indent[0], indent[1])

    def test_exclude_leaves_out_files_but_not_what_a_library_needs(self):
        done = self.client.run("list", self.shot, "--json", "--exclude", "props.blend", "--exclude", "*floor.png")
        files = {os.path.basename(path) for path in json.loads(done.stdout)["files"]}
        self.assertEqual({os.path.basename(path) for path in self.all_files()} - files,
                         {"props.blend", "floor.png"})

    def test_all_lists_at_least_what_is_linked(self):
        files = json.loads(self.client.run("list", self.shot, "--json", "--all").stdout)["files"]
        self.assertLessEqual(set(self.all_files()), set(files))

    def test_what_is_no_blend_is_an_error(self):
        path = os.path.join(self.folder, "no.blend")
        for content in (b"", b"BLENDER", b"not a blend file at all", bytes(1000), b"\x28\xb5\x2f\xfd" + bytes(50),
                        b"\x1f\x8b" + bytes(50)):
            with self.subTest(content[:10]), open(path, "wb") as file:
                file.write(content)
                file.flush()
                done = self.client.run("list", path)
                self.assertIn(done.returncode, (1, 2))
                self.assertIn("no.blend", done.stderr)

    def test_what_is_not_there_is_bad_input(self):
        done = self.client.run("list", os.path.join(self.folder, "nothing.blend"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("nothing.blend", done.stderr)


class DryRun(SubmitTest):
    def dry_run(self, *arguments, server=None, **more):
        wanted = ["--server", server] if server else []
        done = self.client.run("submit", self.shot, "--project", self.project, "--dry-run", "--json", *wanted,
                               *arguments, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def stored(self):
        found = os.walk(os.path.join(self.server.storage, "file-store", "stored"))
        return sorted(name for folder, _, names in found for name in names)

    def test_tells_what_the_farm_has_and_sends_nothing(self):
        before = self.stored()
        told = self.dry_run(server=self.server.url)
        self.assertTrue(told["dryRun"])
        self.assertEqual((told["schema"], told["files"], told["missing"]), (1, 12, []))
        self.assertEqual(told["bytes"], told["farm"]["storedBytes"] + told["farm"]["toSendBytes"])
        self.assertGreaterEqual(told["farm"]["toSendFiles"], len(self.pictures()))
        self.assertEqual(self.stored(), before)
        self.assertFalse(os.path.exists(os.path.join(self.server.storage, "jobs", told["checkoutPath"])))

        self.submit()
        told = self.dry_run(server=self.server.url)
        self.assertEqual((told["farm"]["storedFiles"], told["farm"]["toSendFiles"]), (12, 0))
        with open(self.pictures()[0], "ab") as file:
            file.write(b"changed")
        told = self.dry_run(server=self.server.url)
        self.assertEqual((told["farm"]["storedFiles"], told["farm"]["toSendFiles"]), (11, 1))
        self.assertEqual(told["farm"]["toSendBytes"], os.path.getsize(self.pictures()[0]))

    def test_without_a_server_or_with_one_that_is_away_tells_the_rest(self):
        for server, reason in ((None, "no server"), ("http://127.0.0.1:9", "127.0.0.1:9")):
            told = self.dry_run(server=server)
            self.assertIsNone(told["farm"])
            self.assertIn(reason, told["farmUnknown"])
            self.assertEqual(told["files"], 12)
        text = self.client.run("submit", self.shot, "--dry-run").stdout
        self.assertIn("no server", text)

    def test_surprises(self):
        crate = os.path.join(self.project, "textures/props/crate.png")
        os.remove(crate)
        told = self.dry_run()
        self.assertEqual(told["missing"], [crate])
        sizes = [file["bytes"] for file in told["largest"]]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertEqual(len(sizes), 10)
        outside = {file["path"]: file["place"] for file in told["outside"]}
        self.assertEqual(set(outside), {path for path in self.all_files()
                                        if not path.startswith(self.project + "/")})
        self.assertTrue(all(place.startswith("_outside_project/") for place in outside.values()))
        self.assertEqual(told["names"], [])
        self.assertEqual(self.run_submit("--dry-run", "--strict").returncode, 3)

        text = self.client.run("submit", self.shot, "--project", self.project, "--dry-run").stdout
        order = [text.index(words) for words in ("missing", "outside the project", "Largest", "Saved", "Total:")]
        self.assertEqual(order, sorted(order))

    def test_names_that_not_every_worker_can_have(self):
        os.rename(os.path.join(self.project, "textures"), os.path.join(self.folder, "textures"))
        odd = os.path.join(self.folder, "aux")
        shutil.move(self.project, odd)
        shutil.move(os.path.join(self.folder, "textures"), os.path.join(odd, "textures"))
        self.project, self.shot = self.folder, os.path.join(odd, "shots/shot010.blend")
        told = self.dry_run()
        self.assertIn("aux", " ".join(told["names"]))
        self.assertNotIn("aux", " ".join(told["warnings"]))

    def test_a_newer_autosave_is_told(self):
        temporary = os.path.join(self.folder, "tmp")
        os.mkdir(temporary)
        self.assertEqual(self.dry_run(TMPDIR=temporary, TEMP="", TMP="")["saved"]["doubts"], [])
        autosave = os.path.join(temporary, "shot010_123_autosave.blend")
        shutil.copy(self.shot, autosave)
        later = os.stat(self.shot).st_mtime + 60
        os.utime(autosave, (later, later))
        library = os.path.join(self.project, "libs/props.blend")
        os.utime(library, (later, later))
        # A project in which nothing is older than a day is new or a copy: its times say nothing.
        self.assertEqual(self.dry_run(TMPDIR=temporary, TEMP="", TMP="")["saved"]["newerLibraries"], [])
        textures = os.path.join(self.project, "textures")
        for name in os.listdir(textures):
            os.utime(os.path.join(textures, name), (later - 3 * 86400, later - 3 * 86400))
        saved = self.dry_run(TMPDIR=temporary, TEMP="", TMP="")["saved"]
        self.assertEqual(len(saved["doubts"]), 1)
        self.assertIn(autosave, saved["doubts"][0])
        self.assertIn(library, saved["newerLibraries"])


class Submit(SubmitTest):
    def test_first_again_and_changed(self):
        first = self.submit()
        self.assertEqual(first["schema"], 1)
        self.assertEqual((first["files"], first["missing"]), (12, []))
        self.assertEqual(first["uploadedFiles"] + first["skippedFiles"], 12)
        self.assertGreaterEqual(first["uploadedFiles"], len(self.pictures()))
        self.assertEqual(first["checkoutPath"], self.checkout_path)
        self.assertEqual(first["blendfile"], "shots/shot010.blend")

        again = self.submit()
        self.assertEqual((again["uploadedFiles"], again["uploadedBytes"], again["skippedFiles"]), (0, 0, 12))
        self.assertEqual((again["checkoutPath"], again["reused"]), (self.checkout_path, True))

        floor = os.path.join(self.project, "textures/floor.png")
        shutil.copy(os.path.join(self.repainted, "floor.png"), floor)
        with open(floor, "ab") as file:
            file.write(os.urandom(16))
        changed = self.submit()
        self.assertEqual((changed["uploadedFiles"], changed["uploadedBytes"]), (1, os.path.getsize(floor)))
        self.assertEqual(self.server.read_checkout(changed["checkoutPath"])["textures/floor.png"],
                         self.content(floor))
        self.assertRegex(changed["checkoutPath"], re.escape(self.checkout_path) + "-[a-z0-9]{4}$")

    def test_files_keep_their_places(self):
        checkout = self.server.read_checkout(self.submit()["checkoutPath"])
        inside = {os.path.relpath(path, self.project): self.content(path) for path in self.all_files()
                  if path.startswith(self.project) and not path.endswith("shot010.blend")}
        for path, content in inside.items():
            self.assertEqual(checkout[path], content, path)
        outside = [path for path in checkout if path.startswith("_outside_project/")]
        self.assertEqual(sorted(os.path.basename(path) for path in outside),
                         ["chair.blend", "dusk.png", "fabric.png"])
        self.assertEqual(len(checkout), 12)
        self.assertFalse([path for path in checkout if "shaman-test" in path], "the artist's folders show")

    def test_the_artists_files_are_not_touched(self):
        before = {path: (self.content(path), os.stat(path).st_mtime_ns) for path in self.all_files()}
        self.submit()
        self.assertEqual({path: (self.content(path), os.stat(path).st_mtime_ns) for path in self.all_files()},
                         before)

    def test_a_checkout_traces_to_itself(self):
        answer = self.submit()
        shutil.rmtree(self.studio)
        checkout = os.path.realpath(self.server.jobs(answer["checkoutPath"]))
        value = json.loads(self.client.run("list", os.path.join(checkout, answer["blendfile"]), "--json").stdout)
        self.assertEqual(value["missing"], [])
        self.assertEqual(len(value["files"]), 12)
        for path in value["files"]:
            self.assertTrue(path.startswith((checkout, os.path.realpath(self.server.storage))), path)

    def test_a_missing_file_is_told_and_the_rest_sent(self):
        fabric = os.path.join(self.studio, "library/furniture/textures/fabric.png")
        os.remove(fabric)
        done = self.run_submit("--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        value = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(value["missing"], [fabric])
        self.assertEqual(value["files"], 11)
        self.assertIn("fabric.png", done.stderr)
        self.assertIn("chair.blend", done.stderr)

    def test_a_missing_file_under_strict(self):
        os.remove(os.path.join(self.project, "textures/floor.png"))
        blobs = self.server.all_blobs()
        done = self.run_submit("--strict", "--checkout-path", self.checkout_path)
        self.assertEqual(done.returncode, 3)
        self.assertIn("floor.png", done.stderr)
        self.assertEqual(self.server.all_blobs(), blobs)
        self.assertFalse(os.path.exists(self.server.jobs(self.checkout_path)))

    def test_the_server_may_come_from_the_environment(self):
        for variable in ("SHAMAN_SERVER", "FLAMENCO_MANAGER_URL"):
            with self.subTest(variable):
                done = self.client.run("submit", self.shot, "--project", self.project, "--json",
                                       **{variable: self.server.url + "/"})
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_nobody_says_where_the_server_is(self):
        done = self.client.run("submit", self.shot)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--server", done.stderr)

    def test_the_server_is_away(self):
        done = self.run_submit(server="http://127.0.0.1:1")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("127.0.0.1:1", done.stderr)

    def test_bad_usage(self):
        for arguments in (["submit"], ["submit", "--frob"], ["frob"],
                          ["submit", os.path.join(self.folder, "no.blend"), "--server", self.server.url],
                          ["submit", self.shot, "--server", "nonsense://x"],
                          ["submit", self.shot, "--server", self.server.url, "--project", self.repainted]):
            with self.subTest(arguments[:2]):
                done = self.client.run(*arguments)
                self.assertEqual(done.returncode, 2, done)
                self.assertTrue(done.stderr)

    def test_quiet(self):
        done = self.run_submit("--quiet")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_names_that_are_not_ascii(self):
        odd = os.path.join(self.folder, "Prøjekt ブリック 1")
        shutil.move(self.studio, odd)
        self.studio, self.project = odd, os.path.join(odd, "film")
        self.shot = os.path.join(odd, SHOT)
        os.rename(self.shot, os.path.join(self.project, "shots", "Schuß 1.blend"))
        self.shot = os.path.join(self.project, "shots", "Schuß 1.blend")
        answer = self.submit()
        self.assertEqual(answer["blendfile"], "shots/Schuß 1.blend")
        self.assertTrue(os.path.isfile(self.server.jobs(answer["checkoutPath"], answer["blendfile"])))

    def test_two_artists_at_once(self):
        answers = []

        def submit(number):
            client = Client(os.path.join(self.folder, f"cache{number}"))
            answers.append(client.submit(self.shot, self.server, "--project", self.project))

        threads = [threading.Thread(target=submit, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Who comes when another's checkout is there already is given that one.
        self.assertIn(len({answer["checkoutPath"] for answer in answers}), range(1, 5))
        for answer in answers:
            self.assertEqual(len(self.server.read_checkout(answer["checkoutPath"])), 12)

    def test_a_texture_that_somebody_else_is_sending(self):
        floor = os.path.join(self.project, "textures/floor.png")
        data = self.content(floor)
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.submit()))
        thread.start()
        wait_until(lambda: self.server.has_blob(self.content(self.pictures()[-1])), "other textures to be sent")
        sender.send(data[10:])
        self.assertEqual(sender.response().status, 204)
        thread.join()
        self.assertEqual(self.server.read_checkout(answers[0]["checkoutPath"])["textures/floor.png"], data)


class Status(SubmitTest):
    def test_a_server_is_there(self):
        done = self.client.run("status", "--server", self.server.url)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Shaman", done.stdout)
        self.assertRegex(done.stdout, r"\d+\.\d+")

    def test_nobody_is_there(self):
        done = self.client.run("status", "--server", "http://127.0.0.1:1")
        self.assertEqual(done.returncode, 4)
        self.assertIn("127.0.0.1:1", done.stderr)


class ServerRestarts(SubmitTest):
    """A server that is killed and comes back at the same address while files are sent."""

    def test_submission_goes_on(self):
        big = os.path.join(self.project, "textures/floor.png")
        with open(big, "ab") as file:
            file.write(os.urandom(60_000_000))
        server = Server(os.path.join(self.folder, "storage")).start()
        answers = []
        thread = threading.Thread(target=lambda: answers.append(
            self.client.run("submit", self.shot, "--project", self.project, "--server", server.url, "--json")))
        thread.start()
        wait_until(server.partial_uploads, "the upload of the large file to begin")
        server.kill()
        again = Server(server.storage, listen=f"127.0.0.1:{server.port}").start()
        thread.join()
        done = answers[0]
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout.splitlines()[-1])
        content = again.read_checkout(answer["checkoutPath"])["textures/floor.png"]
        self.assertEqual(sha256(content), sha256(self.content(big)))
        again.close()


if __name__ == "__main__":
    api.main()
