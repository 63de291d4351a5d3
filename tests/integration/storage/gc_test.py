# SPDX-License-Identifier: GPL-3.0-or-later
"""Garbage collection: `shaman-server gc`, and the server's own."""

import datetime
import json
import os
import shutil
import time
import unittest

import api
import json_lines
from api import Api, ServerTest, new_content, spec
from shaman_server import PATIENCE, PROGRAM, Server, sha256, wait_until

LONG_AGO = 800 * 3600


def run(*arguments):
    return json_lines.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def gc(storage, *options):
    """The figures of one collection."""
    done = run("gc", "--storage", storage, "--json", *options)
    if done.returncode != 0:
        raise AssertionError(f"gc ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def set_age(path, seconds=LONG_AGO):
    then = time.time() - seconds
    os.utime(path, (then, then))


def age_all(storage):
    """Lets everything look as if it was last used long ago."""
    for place in ("file-store/stored", ".shaman/trash"):
        for folder, _, names in os.walk(os.path.join(storage, place)):
            for name in names:
                set_age(os.path.join(folder, name))
            if os.path.dirname(folder) == os.path.join(storage, ".shaman/trash"):
                set_age(folder)


class GcCommand(ServerTest):
    """Beside a running server."""

    options = {"gc_period": "0"}

    def test_what_is_unused_goes_and_comes_back_when_it_is_asked_for(self):
        with Server(gc_period="0") as server, Api(server) as calls:
            used, unused = new_content(), new_content(300)
            for data in (used, unused):
                self.assertEqual(calls.upload(data).status, 204)
            self.assertEqual(calls.create("keep", [spec("f", used)]).status, 200)
            age_all(server.storage)
            found = gc(server.storage, "--dry-run")
            self.assertTrue(server.has_blob(unused))
            done = gc(server.storage)
            # Counted from the run, and a second may begin between the two.
            deletable = [datetime.datetime.fromisoformat(each.pop("deletableFrom")) for each in (found, done)]
            self.assertLessEqual(deletable[0], deletable[1])
            self.assertEqual(done, found)
            self.assertEqual(done["symlinksChecked"], 3)
            self.assertEqual((done["oldBlobs"], done["oldUsed"], done["oldUnused"]), (3, 2, 1))
            self.assertEqual((done["collected"], done["collectedBytes"]), (1, 300))
            self.assertFalse(server.has_blob(unused))
            self.assertEqual(server.read_checkout("keep"), {"f": used})

            # The server remembers that it is there; a checkout looks.
            self.assertEqual(calls.create("late", [spec("f", unused)]).status, 200)
            self.assertEqual(server.read_checkout("late"), {"f": unused})

    def test_a_goal_that_is_missed_is_said(self):
        with Server(gc_period="0") as server:
            with Api(server) as calls:
                used, young = new_content(2000), new_content(3000)
                for data in (used, young):
                    self.assertEqual(calls.upload(data).status, 204)
                self.assertEqual(calls.create("keep", [spec("f", used)]).status, 200)
                age_all(server.storage)
                self.assertEqual(calls.status(young), "stored")
            set_age(server.blob_path(sha256(young), len(young)), 60)
            for goal, words in ((("--min-free", "1000T"), r"min-free \(1000 TiB\) was missed by \d.*: of the"),
                                (("--max-store-size", "1000"), r"max-store-size \(1000 bytes\) was missed by")):
                done = run("gc", "--storage", server.storage, *goal)
                self.assertEqual(done.returncode, 3, done)
                self.assertRegex(done.stderr, words)
                self.assertRegex(done.stderr, r"are in use, and .* were used less than 2 hours ago \(min-age\)")
                self.assertIn("No file" if "0 unused" not in done.stdout else "old enough", done.stdout)
            figures = json.loads(run("gc", "--storage", server.storage, "--json", "--max-store-size", "1000").stdout)
            self.assertEqual(figures["youngBytes"], 3000)
            self.assertEqual(figures["excessStoreBytes"], figures["blobBytes"] - 1000)
            self.assertEqual(gc(server.storage, "--max-store-size", "1G")["excessStoreBytes"], 0)

    def test_the_trash_is_emptied_after_the_grace(self):
        with Server(gc_period="0") as server:
            with Api(server) as calls:
                data = new_content(500)
                self.assertEqual(calls.upload(data).status, 204)
            age_all(server.storage)
            self.assertEqual(gc(server.storage)["deleted"], 0)
            age_all(server.storage)
            done = gc(server.storage)
            self.assertEqual((done["deleted"], done["bytesFreed"]), (1, 500))
            with Api(server) as calls:
                self.assertEqual(calls.status(data), "unknown")
                answer = calls.create("gone", [spec("f", data)])
                self.assertEqual(answer.status, 424)
                self.assertEqual(calls.upload(data).status, 204)
                self.assertEqual(calls.create("back", [spec("f", data)]).status, 200)
            self.assertEqual(server.read_checkout("back"), {"f": data})

    def test_says_what_is_in_the_trash_until_when_and_why(self):
        at_once = ("--min-age", "0s", "--max-age", "0s", "--grace", "0s")
        with Server(gc_period="0") as server:
            with Api(server) as calls:
                self.assertEqual(calls.upload(new_content(2048)).status, 204)
            age_all(server.storage)
            said = run("gc", "--storage", server.storage, *at_once).stdout
            self.assertIn("1 file (2 KiB) remains in the trash and takes space; the first collection after 20", said)
            self.assertIn("(grace of 2 hours, longer than configured, because a server that is running or was killed", said)
            self.assertIn("to delete files at once, run gc with --min-age 2h, which keeps those that were used since then, "
                          "or stop all servers of this storage and run it again", said)
            advised = gc(server.storage, "--min-age", "2h", "--max-age", "0s", "--grace", "0s", "--dry-run")
            self.assertEqual((advised["deleted"], advised["graceOfServers"]), (1, False))
            server.kill()
            done = gc(server.storage, *at_once)
            self.assertEqual((done["deleted"], done["inTrash"], done["inTrashBytes"]), (0, 1, 2048))
            self.assertEqual((done["graceSeconds"], done["graceOfServers"]), (7200, True))
            self.assertRegex(done["deletableFrom"], r"^20.*Z$")
            # The next start buries the dead, and a stopped server has told nobody anything.
            server.start()
            server.terminate()
            done = gc(server.storage, *at_once)
            self.assertEqual((done["deleted"], done["inTrash"], done["deletableFrom"]), (1, 0, None))
            server.start()

    def test_says_when_the_grace_is_over(self):
        data = self.stored()
        age_all(self.server.storage)
        self.assertEqual(gc(self.server.storage, "--dry-run")["graceOfServers"], False)
        said = run("gc", "--storage", self.server.storage).stdout
        self.assertIn("remains in the trash", said)
        self.assertIn("(grace of 1 hour)", said)
        self.assertFalse(self.server.has_blob(data))

    def test_says_what_it_did_in_lines(self):
        self.stored()
        age_all(self.server.storage)
        for option, words in (("--dry-run", "Dry run: would move 1 file (.*) to the trash, bring back 0, and delete 0 from the trash"),
                              ("--json", None), ("--dry-run", "would move 0 files")):
            said = run("gc", "--storage", self.server.storage, option).stdout
            if words:
                self.assertRegex(said, "(?m)^(Dry run: )?" + words.removeprefix("Dry run: "))
                self.assertRegex(said, r"\AChecked \d+ files? \(.*\) and \d+ links?\.\n")
        said = run("gc", "--storage", self.server.storage, "--explain", "1" * 64).stdout
        self.assertIn(f"No file with the SHA-256 {'1' * 64} is stored.", said)

    def test_explains_why_a_file_stays(self):
        data = self.stored()
        self.assertEqual(self.api.create("why/here", [spec("deep/f", data)]).status, 200)
        why = gc(self.server.storage, "--explain", sha256(data))["explanations"]
        self.assertEqual(len(why), 1)
        self.assertEqual(why[0]["users"], ["jobs/why/here/deep/f"])
        self.assertEqual(why[0]["size"], len(data))
        said = run("gc", "--storage", self.server.storage, "--explain", sha256(data)).stdout
        self.assertIn("jobs/why/here/deep/f", said)
        self.assertIn("is kept: links lead to it", said)

    def test_a_question_collects_nothing(self):
        with Server(gc_period="0") as server, Api(server) as calls:
            unused = new_content()
            self.assertEqual(calls.upload(unused).status, 204)
            age_all(server.storage)
            why = gc(server.storage, "--explain", sha256(unused))
            self.assertEqual((why["collected"], len(why["explanations"])), (1, 1))
            self.assertTrue(server.has_blob(unused))

    def test_wrong_usage_is_told(self):
        for arguments in (["gc"], ["gc", "--storage", self.server.storage, "--max-age", "soon"],
                          ["gc", "--storage", self.server.storage, "--explain", "abc"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr)
        nowhere = os.path.join(self.server.storage, "nowhere")
        done = run("gc", "--storage", nowhere)
        self.assertEqual(done.returncode, 2)
        self.assertIn("nowhere", done.stderr)
        self.assertFalse(os.path.exists(nowhere))


class ForeignStore(unittest.TestCase):
    """A store that Flamenco's Shaman made, with relative links, and absolute ones of old versions."""

    def test_it_is_served_collected_and_erased_as_it_is(self):
        server = Server(gc_period="0")
        content = {name: new_content() for name in ("relative", "absolute", "unused", "broken")}
        for data in content.values():
            path = server.blob_path(sha256(data), len(data))
            os.makedirs(os.path.dirname(path))
            with open(path, "wb") as file:
                file.write(data)
            set_age(path)
        os.makedirs(server.jobs("old-job", "tex"))
        for name, job in (("relative", "scene.blend"), ("absolute", "tex/wall.png")):
            target = server.blob_path(sha256(content[name]), len(content[name]))
            link = server.jobs("old-job", job)
            os.symlink(target if name == "absolute"
                       else os.path.relpath(target, os.path.dirname(link)), link)
        with server:
            with Api(server) as calls:
                self.assertEqual(calls.status(content["relative"]), "stored")
                missing = new_content()
                asked = calls.requirements([spec("a", content["relative"]), spec("b", missing)])
                self.assertEqual([(file["path"], file["status"]) for file in asked.json()["files"]],
                                 [("b", "unknown")])
                head = calls.call("HEAD", api.files_url(content["relative"]))
                self.assertEqual(head.header("Upload-Complete"), "?1")
                self.assertEqual(calls.upload(content["absolute"]).status, 208)
                for name in ("relative", "absolute"):
                    set_age(server.blob_path(sha256(content[name]), len(content[name])))
                done = gc(server.storage)
                self.assertEqual((done["oldUsed"], done["collected"]), (2, 2))
                self.assertEqual(server.read_checkout("old-job"),
                                 {"scene.blend": content["relative"],
                                  "tex/wall.png": content["absolute"]})
                answer = calls.create("new-job", [spec("f", content["unused"])])
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(server.read_checkout("new-job"), {"f": content["unused"]})
                self.assertEqual(run("verify", "--storage", server.storage).returncode, 0)
                broken = server.blob_path(sha256(content["relative"]), len(content["relative"]))
                with open(broken, "r+b") as file:
                    file.write(b"spoilt")
                found = run("verify", "--storage", server.storage)
                self.assertEqual(found.returncode, 3, found.stdout + found.stderr)
                self.assertIn("jobs/old-job", found.stdout)
                self.assertEqual(calls.call("DELETE", "/api/v3/shaman/checkout/old-job").status,
                                 204)
                self.assertEqual(os.listdir(server.jobs()), ["new-job"])


class OwnCollection(unittest.TestCase):
    def test_the_server_collects_from_time_to_time(self):
        options = {"gc_period": "1s", "gc_max_age": "2s", "gc_min_age": "2s", "gc_grace": "0s"}
        with Server(**options) as server, Api(server) as calls:
            used, unused = new_content(), new_content()
            self.assertEqual(calls.upload(unused).status, 204)
            # Two seconds may pass between any two calls of a test.
            wait_until(lambda: calls.upload(used).status in (204, 208)
                       and calls.create("keep", [spec("f", used)]).status == 200, "a checkout")
            wait_until(lambda: not server.has_blob(unused), "the unused file to go")
            self.assertEqual(server.read_checkout("keep"), {"f": used})
            server.wait_for_log("garbage collection: ")

            shutil.rmtree(server.jobs("keep"))
            wait_until(lambda: not server.has_blob(used), "what is used no more to go")


if __name__ == "__main__":
    api.main()
