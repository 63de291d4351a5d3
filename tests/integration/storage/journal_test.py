# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of small files: what a power cut may take from their places comes back; nobody has to know of it."""

import glob
import os
import shutil
import subprocess
import tempfile
import unittest

from api import Api, new_content
from shaman_server import PROGRAM, Server, sha256, wait_until


class Journals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(folder.cleanup)
        self.storage = os.path.join(folder.name, "storage")

    def start(self, **options):
        server = Server(self.storage, **options).start()
        self.addCleanup(lambda: server.is_running() and server.kill())
        return server

    def segments(self):
        return glob.glob(f"{self.storage}/.shaman/journal/*/*")

    def upload(self, server, count=20, size=20_000):
        """Returns contents that were acknowledged, each of which is in the journal."""
        with Api(server) as client:
            self.assertEqual(client.upload(new_content(size)).status, 204)
            if server.options.get("journal_size") != "0":
                wait_until(self.segments, "the journal")
            contents = [new_content(size) for _ in range(count)]
            self.assertEqual({client.upload(data).status for data in contents}, {204})
        held = b""
        for segment in self.segments():
            with open(segment, "rb") as file:
                held += file.read()
        return [data for data in contents if data in held]

    def damage(self, server, contents):
        """Does to the blobs' places what a power cut may do to names and contents that were not flushed."""
        for number, data in enumerate(contents):
            path = server.blob_path(sha256(data), len(data))
            if number % 3 == 0:
                shutil.rmtree(os.path.dirname(path))
                continue
            os.chmod(path, 0o644)
            with open(path, "r+b") as file:
                if number % 3 == 1:
                    file.truncate(0)
                else:
                    file.write(bytes(len(data)))

    def assert_stored(self, server, contents):
        with Api(server) as client:
            for data in contents:
                self.assertEqual(client.status(data), "stored")
                with open(server.blob_path(sha256(data), len(data)), "rb") as file:
                    self.assertEqual(file.read(), data)

    def test_a_start_puts_in_place_what_a_power_cut_took(self):
        server = self.start()
        contents = self.upload(server)
        self.assertGreater(len(contents), 10)
        server.kill()
        self.damage(server, contents)
        server = self.start()
        server.wait_for_log("in place from the journal of a stopped server")
        self.assert_stored(server, contents)
        self.assertEqual(self.segments(), [])

    def test_another_server_of_the_storage_does_it(self):
        dying, living = self.start(), self.start()
        contents = self.upload(dying)
        dying.kill()
        self.damage(dying, contents)
        living.wait_for_log("in place from the journal of a stopped server")
        self.assert_stored(living, contents)

    def test_verify_takes_nothing_for_damaged_that_a_journal_holds(self):
        server = self.start()
        contents = self.upload(server)
        server.kill()
        self.damage(server, contents)
        for options in ([], ["--dry-run"]):
            done = self.verify(*options)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("start a server, which puts them in place", done.stderr)
        server = self.start()
        self.assert_stored(server, contents)
        self.assertEqual(self.verify().returncode, 0)

    def verify(self, *options):
        return subprocess.run([PROGRAM, "verify", "--storage", self.storage, *options], capture_output=True,
                              text=True, check=False)

    def test_an_orderly_end_leaves_none(self):
        server = self.start()
        contents = self.upload(server)
        self.assertEqual(server.terminate(), 0)
        self.assertFalse(os.listdir(f"{self.storage}/.shaman/journal"))
        self.assert_stored(self.start(), contents)

    def test_without_one(self):
        server = self.start(journal_size="0")
        self.upload(server)
        self.assertFalse(os.path.exists(f"{self.storage}/.shaman/journal"))

    def test_large_files_leave_it_out(self):
        server = self.start()
        self.upload(server)
        data = new_content(300_000)
        with Api(server) as client:
            self.assertEqual(client.upload(data).status, 204)
        for segment in self.segments():
            with open(segment, "rb") as file:
                self.assertNotIn(data[:4096], file.read())


if __name__ == "__main__":
    unittest.main()
