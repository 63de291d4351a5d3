# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is too full: 507. Needs a small file system of its own, so it runs as root only."""

import os
import subprocess
import sys
import tempfile
import unittest

import api
from api import Api, new_content, spec
from shaman_server import SANITIZED, Server, sha256

MIB = 1 << 20


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(os.rmdir, self.folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,nr_inodes=3000", "tmpfs", self.folder],
                                 capture_output=True, check=False)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        self.server = Server(os.path.join(self.folder, "storage")).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def assert_full(self, answer):
        self.assertEqual(answer.status, 507, answer)
        self.assertEqual(answer.json()["code"], 507)
        self.assertTrue(answer.json()["message"])

    def test_a_file_that_cannot_fit(self):
        data = new_content(20 * MIB)
        self.assert_full(self.api.upload(data))
        self.assertEqual(self.api.status(data), "unknown")
        self.assertEqual(self.server.temporary_files(), [])
        self.assertEqual(self.api.upload(new_content()).status, 204)

    def test_a_file_that_does_not_fit_beside_others(self):
        data = [new_content(6 * MIB) for _ in range(3)]
        self.assertEqual(self.api.upload(data[0]).status, 204)
        self.assertEqual(self.api.upload(data[1]).status, 204)
        self.assert_full(self.api.upload(data[2]))
        self.assertEqual(self.server.temporary_files(), [])
        for content in data[:2]:
            with open(self.server.blob_path(sha256(content), len(content)), "rb") as file:
                self.assertEqual(file.read(), content)

    def test_a_file_in_chunks_that_cannot_fit(self):
        data = new_content(20 * MIB)
        self.assert_full(self.api.call("POST", api.files_url(data),
                                       (data[n:n + MIB] for n in range(0, len(data), MIB))))
        self.assertEqual(self.server.temporary_files(), [])

    def test_a_checkout_that_finds_no_inodes(self):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        files = [spec(f"{n}.png", data) for n in range(5000)]
        self.assert_full(self.api.create("large", files))
        self.assertEqual(os.listdir(self.server.jobs()), [])
        self.assertEqual(self.server.temporary_files(), [])
        self.assertEqual(self.api.create("small", files[:10]).status, 200)


if __name__ == "__main__":
    if os.getuid() or SANITIZED:
        print("skipped: only root can mount a small file system")
        sys.exit(77)
    api.main()
