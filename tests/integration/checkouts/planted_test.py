# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody who can write to the storage has put there: pipes, links, folders, deep chains."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

import json_lines
from api import Api, new_content, spec
from shaman_server import PATIENCE, PROGRAM, Server, sha256

FOLDERS = ("uploading", "staging", "locks", "partial", "proofs", "pins", "quarantine", "trash", "jobs")
FILES = ("format", "collector", "verified", "jobs/known.json", "jobs/confirmed.json")


def run(*arguments):
    return json_lines.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def make_chain(top, depth, name="d"):
    """Folders in each other, deeper than any path can say; the last one is returned, open."""
    os.mkdir(top)
    folder = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=folder)
        inner = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    return folder


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(place, name), folder)
                  for place, _, names in os.walk(folder) for name in names)


class PlantedTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        # Python's own removal recurses.
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)
        self.storage = os.path.join(self.folder, "storage")
        self.outside = os.path.join(self.folder, "outside")
        os.mkdir(self.outside)
        self.treasure = os.path.join(self.outside, "treasure")
        with open(self.treasure, "w", encoding="ascii") as file:
            file.write("outside")

    def private(self, *parts):
        return os.path.join(self.storage, ".shaman", *parts)

    def assert_outside_is_untouched(self):
        self.assertEqual(files_below(self.outside), ["treasure"])
        with open(self.treasure, encoding="ascii") as file:
            self.assertEqual(file.read(), "outside")


class PlantedInPrivateFolder(PlantedTest):
    def plant(self, path, kind):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.remove(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "link to a folder":
            os.symlink(self.outside, path)
        elif kind == "link to a file":
            os.symlink(self.treasure, path)
        elif kind == "file":
            with open(path, "w", encoding="ascii") as file:
                file.write("planted")
        else:
            os.mkdir(path)

    def works_or_says_why(self, name):
        """Serves all calls and stops, or refuses to start with words that name the place."""
        server = Server(self.storage, gc_period="0")
        try:
            server.start()
        except AssertionError as refusal:
            self.assertIn(name.split("/", maxsplit=1)[0], str(refusal))
            return
        try:
            with Api(server) as calls:
                data = new_content()
                self.assertEqual(calls.upload(data).status, 204)
                made = calls.create("film/shot", [spec("f", data)])
                self.assertEqual(made.status, 200, made)
                path = made.json()["checkoutPath"]
                self.assertEqual(calls.call("DELETE", f"/api/v3/shaman/checkout/{path}").status, 204)
        finally:
            server.close()

    def commands_work_or_say_why(self, name):
        for command in (("gc", "--max-age", "2h"), ("verify", "--sample", "100%"), ("checkouts", "pending")):
            done = run(*command[:1], "--storage", self.storage, *command[1:])
            self.assertIn(done.returncode, (0, 1, 2, 3, 4), (command, name, done))
            if done.returncode == 1:
                self.assertIn(name.split("/", maxsplit=1)[0], done.stderr)

    def try_all(self, names, kinds):
        with Server(self.storage, gc_period="0"):
            pass
        original = self.storage + "-as-made"
        os.rename(self.storage, original)
        for name in names:
            for kind in kinds:
                with self.subTest(name=name, kind=kind):
                    shutil.rmtree(self.storage, ignore_errors=True)
                    shutil.copytree(original, self.storage, symlinks=True)
                    self.plant(self.private(name), kind)
                    self.works_or_says_why(name)
                    self.commands_work_or_say_why(name)
                    self.assert_outside_is_untouched()

    def test_something_else_in_the_place_of_a_folder(self):
        self.try_all(FOLDERS, ("file", "link to a folder"))

    def test_something_else_in_the_place_of_a_file(self):
        self.try_all(FILES, ("pipe", "link to a file", "folder"))

    def test_a_pipe_in_the_place_of_a_folder(self):
        self.try_all(("trash", "jobs"), ("pipe",))


class PlantedTrees(PlantedTest):
    def test_a_server_starts_over_a_chain_of_14000_folders_in_what_it_removes(self):
        with Server(self.storage, gc_period="0"):
            pass
        for place in ("staging", "uploading"):
            os.close(make_chain(self.private(place, "dead"), 14000))
        with Server(self.storage, gc_period="0") as server:
            for place in ("staging", "uploading"):
                self.assertFalse(os.path.exists(self.private(place, "dead")))
            self.assertTrue(server.is_running())

    def test_a_checkout_with_a_chain_in_it_is_erased(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            data = new_content()
            self.assertEqual(calls.upload(data).status, 204)
            self.assertEqual(calls.create("film", [spec("f", data)]).status, 200)
            folder = make_chain(server.jobs("film", "d"), 3000)
            os.close(os.open("frame", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
            os.close(folder)
            self.assertEqual(calls.call("DELETE", "/api/v3/shaman/checkout/film").status, 204)
            self.assertEqual([os.path.basename(file) for file in files_below(server.jobs())], ["frame"])
            server.wait_for_log("jobs/.kept/film")

    def test_collection_goes_on_beside_paths_that_no_call_takes(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            used, unused = new_content(5000), new_content(5000)
            for data in (used, unused):
                self.assertEqual(calls.upload(data).status, 204)
            folder = make_chain(server.jobs("deep"), 30, "n" * 250)
            os.symlink(server.blob_path(sha256(used), len(used)), "link", dir_fd=folder)
            os.close(folder)
            for data in (used, unused):
                os.utime(server.blob_path(sha256(data), len(data)), (0, 0))
            done = run("gc", "--storage", self.storage, "--json")
            self.assertEqual(done.returncode, 0, done)
            self.assertTrue(server.has_blob(used))
            self.assertFalse(server.has_blob(unused))

    def test_collection_says_what_it_had_to_leave_out(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            data = new_content(5000)
            self.assertEqual(calls.upload(data).status, 204)
            os.close(make_chain(server.jobs("deep"), 1100))
            # Older than the storage: it may be in a checkout of a predecessor.
            os.utime(self.private("format"), (0, 0))
            os.utime(server.blob_path(sha256(data), len(data)), (10, 10))
            done = run("gc", "--storage", self.storage, "--json")
            self.assertEqual(done.returncode, 4, done)
            figures = json.loads(done.stdout)
            self.assertEqual(figures["unreadPlaces"], 1)
            self.assertIn("jobs/deep/", figures["unreadable"][0])
            self.assertTrue(figures["keptAllCheckouts"])
            self.assertIn("cannot be read", done.stderr)
            self.assertFalse(server.has_blob(data))


class PlantedInStore(PlantedTest):
    """In the places of a blob, and of the folders that it is in."""

    def plant(self, path, kind):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "link":
            os.symlink(self.treasure, path)
        elif kind == "link to a folder":
            os.symlink(self.outside, path)
        elif kind == "wrong size":
            with open(path, "w", encoding="ascii") as file:
                file.write("planted")
        else:
            os.makedirs(os.path.join(path, "in it"))

    def test_a_blob_is_unknown_and_can_be_sent(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            for kind in ("pipe", "link", "link to a folder", "wrong size", "folder"):
                with self.subTest(kind=kind):
                    data = new_content()
                    self.plant(server.blob_path(sha256(data), len(data)), kind)
                    self.assertEqual(calls.status(data), "unknown")
                    self.assertEqual(calls.upload(data).status, 204)
                    self.assertTrue(server.has_blob(data))
                    self.assertFalse(os.path.islink(server.blob_path(sha256(data), len(data))))
                    self.assert_outside_is_untouched()

    def test_the_folders_above_it_are_replaced(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            for kind in ("pipe", "link to a folder", "wrong size"):
                for level in (1, 2):
                    with self.subTest(kind=kind, level=level):
                        data = new_content()
                        place = server.blob_path(sha256(data), len(data))
                        for _ in range(level):
                            place = os.path.dirname(place)
                        shutil.rmtree(place, ignore_errors=True)
                        self.plant(place, kind)
                        self.assertEqual(calls.status(data), "unknown")
                        self.assertEqual(calls.upload(data).status, 204)
                        self.assertTrue(server.has_blob(data))
                        self.assertFalse(os.path.islink(place))
                        self.assert_outside_is_untouched()
            done = run("verify", "--storage", self.storage)
            self.assertEqual(done.returncode, 0, done)
            server.wait_for_log(".shaman/quarantine/")


class PrivateFolder(PlantedTest):
    def test_nobody_else_may_enter_it_whatever_the_umask(self):
        before = os.umask(0)
        try:
            with Server(self.storage, gc_period="0"):
                self.assertEqual(os.stat(self.private()).st_mode & 0o777, 0o700)
        finally:
            os.umask(before)

    def test_that_of_an_existing_storage_is_changed(self):
        with Server(self.storage, gc_period="0"):
            pass
        os.chmod(self.private(), 0o2777)
        with Server(self.storage, gc_period="0"):
            self.assertEqual(os.stat(self.private()).st_mode & 0o7777, 0o2700)


class Renders(PlantedTest):
    def test_frames_outlive_their_checkout(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            data = new_content()
            self.assertEqual(calls.upload(data).status, 204)
            for path in ("film/a", "film/b"):
                self.assertEqual(calls.create(path, [spec("f", data)]).status, 200)
                os.mkdir(server.jobs(path, "render"))
                with open(server.jobs(path, "render", "0001.exr"), "w", encoding="ascii") as frame:
                    frame.write(path)
            self.assertEqual(calls.call("DELETE", "/api/v3/shaman/checkout/film/a").status, 204)
            erased = run("erase", "--storage", self.storage, "film/b")
            self.assertEqual(erased.returncode, 0, erased)
            self.assertIn("jobs/.kept/film_b", erased.stderr)
            server.wait_for_log("jobs/.kept/film_a")
            for path, kept in (("film/a", "film_a"), ("film/b", "film_b")):
                with open(server.jobs(".kept", kept, "render", "0001.exr"), encoding="ascii") as frame:
                    self.assertEqual(frame.read(), path)
            self.assertFalse(os.path.exists(server.jobs("film")))

    def test_no_checkout_can_be_made_among_them(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            self.assertEqual(calls.create(".kept/film", []).status, 400)
            self.assertEqual(calls.create(".kept", []).status, 400)


class Folders(PlantedTest):
    def test_a_request_makes_only_so_many(self):
        with Server(self.storage, gc_period="0", max_folders=10) as server, Api(server) as calls:
            data = new_content()
            self.assertEqual(calls.upload(data).status, 204)
            fits = [spec("a/b/c/d/e/f", data), spec("g/h/i/j/k/f", data)]
            self.assertEqual(calls.create("film", fits).status, 200)
            answer = calls.create("film", [*fits, spec("l/f", data)])
            self.assertEqual(answer.status, 413, answer)
            self.assertIn("11 folders", answer.json()["message"])
            self.assertEqual(os.listdir(server.jobs()), ["film"])

    def test_a_path_is_only_so_deep(self):
        with Server(self.storage, gc_period="0") as server, Api(server) as calls:
            data = new_content()
            self.assertEqual(calls.upload(data).status, 204)
            self.assertEqual(calls.create("film", [spec("d/" * 127 + "f", data)]).status, 200)
            answer = calls.create("other", [spec("d/" * 128 + "f", data)])
            self.assertEqual(answer.status, 400, answer)
            self.assertIn("128", answer.json()["message"])


if __name__ == "__main__":
    unittest.main()
