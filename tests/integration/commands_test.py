# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that work on a storage refuse a folder that is not one, and change nothing in it."""

import os
import tempfile
import unittest

import api
import json_lines
from manager import Manager
from shaman_server import PATIENCE, PROGRAM, Server

COMMANDS = (("gc",), ("gc", "--dry-run"), ("gc", "--json"), ("verify",), ("verify", "--dry-run"),
            ("erase", "film/shot"), ("checkouts", "pending"), ("checkouts", "pending", "--confirm"))


def run(*arguments):
    return json_lines.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE)


def tree(folder):
    return sorted((os.path.join(path, name), os.lstat(os.path.join(path, name)).st_mtime_ns)
                  for path, folders, files in os.walk(folder) for name in folders + files)


class NotAStorage(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def assert_refused(self, storage, *words):
        before = tree(self.folder)
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(*command, "--storage", storage)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                for word in (storage, *words):
                    self.assertIn(word, done.stderr)
                self.assertEqual(tree(self.folder), before)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def test_an_empty_folder(self):
        os.mkdir(self.path("empty"))
        self.assert_refused(self.path("empty"), "is not a storage", ".shaman/format", "start the server")

    def test_somebodys_folder(self):
        os.makedirs(self.path("home", "jobs"))
        with open(self.path("home", "notes"), "w", encoding="ascii") as file:
            file.write("mine")
        self.assert_refused(self.path("home"), "is not a storage")

    def test_what_is_not_there(self):
        self.assert_refused(self.path("nowhere"), "No such file or directory")

    def test_a_file(self):
        with open(self.path("file"), "w", encoding="ascii") as file:
            file.write("mine")
        self.assert_refused(self.path("file"), "Not a directory")

    def test_a_storage_that_has_lost_its_jobs_folder(self):
        """Without it nothing would be in use, and all be collected."""
        storage = self.path("storage")
        with Server(storage):
            pass
        os.rmdir(os.path.join(storage, "jobs"))
        for command in (("gc",), ("verify",), ("erase", "film/shot")):
            done = run(*command, "--storage", storage)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("jobs in it is missing", done.stderr)
            self.assertFalse(os.path.exists(os.path.join(storage, "jobs")))


class BeforeTheFirstStart(unittest.TestCase):
    """`check-manager` of a storage on which no server was started yet."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.storage = os.path.join(temporary.name, "storage")
        self.farm = Manager(storage=self.storage)
        self.addCleanup(self.farm.close)

    def check(self):
        before = tree(os.path.dirname(self.storage))
        done = run("check-manager", self.farm.url, "--storage", self.storage)
        self.assertEqual([name for name, _ in tree(os.path.dirname(self.storage))],
                         [name for name, _ in before])
        return done.returncode, done.stdout + done.stderr

    def test_an_empty_folder_is_right(self):
        os.mkdir(self.storage)
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertIn("they are the same folder", said)

    def test_a_folder_that_the_manager_has_begun_is_right(self):
        os.makedirs(os.path.join(self.storage, "jobs"))
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertIn("they are the same folder", said)

    def test_a_folder_that_is_not_there_yet(self):
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertIn("does not exist yet", said)

    def test_another_folder_is_wrong(self):
        os.mkdir(self.storage)
        with tempfile.TemporaryDirectory() as other:
            self.farm.storage = other
            status, said = self.check()
        self.assertEqual(status, 1, said)
        self.assertRegex(said, "(?m)^error ")


if __name__ == "__main__":
    api.main()
