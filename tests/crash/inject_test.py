# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the real server to the operating system fail, by strace: the call that met the failure is answered with
a 5xx, nothing that was acknowledged is lost, no temporary file stays, and what follows works."""

import os
import shutil
import subprocess
import sys
import unittest

from api import Api, new_content, spec
from shaman_server import SANITIZED, Server, sha256, wait_until

SKIPPED = 77
# Which call fails, how, and from which of the server's calls on how often. The first ones are the start's.
FAULTS = (
    ("fsync", "EIO"), ("fdatasync", "EIO"), ("renameat2,renameat", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"),
    ("pwrite64", "EDQUOT"), ("mkdirat", "ENOSPC"), ("symlinkat", "ENOSPC"), ("symlinkat", "EIO"), ("openat2", "EMFILE"),
    ("openat2", "EIO"), ("utimensat", "EIO"), ("fchmod", "EIO"), ("newfstatat", "EIO"), ("statfs,fstatfs", "EIO"),
)


class Injected(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.close)

    def inject(self, calls, error, every):
        """From now on each `every`-th of these calls fails. Returns what ends it."""
        tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
                                   "-e", f"inject={calls}:error={error}:when=1+{every}",
                                   "-p", str(self.server.process.pid)],
                                  stderr=subprocess.PIPE, text=True)
        wait_until(lambda: self.is_traced() or tracer.poll() is not None, "strace to attach")
        if tracer.poll() is not None:
            self.skipTest(f"strace cannot attach here: {tracer.stderr.read().strip()}")

        def end():
            tracer.terminate()
            tracer.wait()
            tracer.stderr.close()
        return end

    def is_traced(self):
        folder = f"/proc/{self.server.process.pid}/task"
        for task in os.listdir(folder):
            with open(f"{folder}/{task}/status", encoding="ascii") as file:
                if "TracerPid:\t0\n" in file.read():
                    return False
        return True

    def work(self, api, stored, checkouts):
        """Uploads and checkouts; what was acknowledged. How many calls were refused."""
        refused = 0
        for _ in range(6):
            data = new_content(5000)
            answer = api.upload(data)
            if answer.status in (204, 208):
                stored.append(data)
            else:
                self.assertIn(answer.status, (500, 503, 507), answer)
                self.assertTrue(answer.json()["message"])
                refused += 1
        if stored:
            answer = api.create("shot", [spec(f"t/{n}", data) for n, data in enumerate(stored[-5:])])
            if answer.status == 200:
                checkouts.append((answer.json()["checkoutPath"], stored[-5:]))
            else:
                self.assertIn(answer.status, (424, 500, 503, 507), answer)
                refused += 1
        return refused

    def test_each_failure(self):
        self.met = {}
        for calls, error in FAULTS:
            for every in (1, 3):
                with self.subTest(calls=calls, error=error, every=every):
                    self.one_failure(calls, error, every)
        print("calls refused because of", self.met)
        # What is never used here proves nothing by not failing.
        for calls in ("fsync", "pwrite64", "mkdirat", "symlinkat", "openat2"):
            self.assertGreater(self.met[calls], 0, calls)

    def one_failure(self, calls, error, every):
        with Api(self.server) as api:
            stored, checkouts = [], []
            self.work(api, stored, checkouts)
            end = self.inject(calls, error, every)
            try:
                refused = self.work(api, stored, checkouts)
            finally:
                end()
            self.met[calls] = self.met.get(calls, 0) + refused
            self.assertEqual(self.work(api, stored, checkouts), 0)
            self.hold_against(api, stored, checkouts)

    def hold_against(self, api, stored, checkouts):
        wait_until(lambda: self.server.temporary_files() == [], "temporary files to be removed")
        for data in stored:
            with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
                self.assertEqual(file.read(), data)
        for path, files in checkouts:
            self.assertEqual(sorted(self.server.read_checkout(path).values()), sorted(files))
        missing = api.requirements([spec("a", data) for data in stored]).json()["files"]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    if SANITIZED or not shutil.which("strace"):
        print("skipped: needs strace, and a build without sanitizers")
        sys.exit(SKIPPED)
    unittest.main()
