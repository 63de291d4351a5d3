# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman-server verify`."""

import os
import subprocess

import api
from api import ServerTest, spec
from shaman_server import PATIENCE, PROGRAM, sha256, wait_until, without_log_notice


class Verify(ServerTest):
    def verify(self, *options):
        return subprocess.run([PROGRAM, "verify", "--storage", self.server.storage, *options],
                              capture_output=True, text=True, timeout=PATIENCE)

    def test_damage_is_found_named_and_mended(self):
        good, bad = self.stored(), self.stored(5000)
        files = [spec("good", good), spec("deep/bad", bad)]
        self.assertEqual(self.api.create("film/shot", files).status, 200)
        done = self.verify()
        self.assertEqual((done.returncode, without_log_notice(done.stderr)), (0, ""))
        self.assertIn("3 files read", done.stdout)

        path = self.server.blob_path(sha256(bad), len(bad))
        os.chmod(path, 0o644)
        with open(path, "r+b") as file:
            file.seek(4321)
            file.write(bytes([bad[4321] ^ 1]))
        self.assertEqual(self.verify("--dry-run").returncode, 3)
        self.assertTrue(self.server.has_blob(bad))
        done = self.verify()
        self.assertEqual(done.returncode, 3)
        self.assertIn(sha256(bad), done.stdout)
        self.assertIn("moved to .shaman/quarantine/" + sha256(bad), done.stdout)
        self.assertIn("broken: jobs/film/shot\n", done.stdout)
        self.assertIn("submit their scenes again", done.stdout)
        self.assertNotIn(sha256(good), done.stdout)
        for options in ((), ("--sample", "1%"), ("--dry-run",)):
            done = self.verify(*options)
            self.assertEqual(done.returncode, 3, "it is broken until the file is there again")
            self.assertIn(", 0 damaged, 1 missing", done.stdout)
            self.assertIn("broken: jobs/film/shot\n", done.stdout)

        self.assertEqual(self.api.create("again", files).status, 424)
        missing = self.api.requirements(files).json()["files"]
        self.assertEqual([file["path"] for file in missing], ["deep/bad"])
        self.assertEqual(self.api.upload(bad).status, 204)
        self.assertEqual(self.server.read_checkout("film/shot"), {"good": good, "deep/bad": bad})
        self.assertEqual(self.verify().returncode, 0)

    def test_wrong_usage_is_told(self):
        for options in (["--sample", "0%"], ["--sample", "5"], ["--sample", "101%"], ["--sample", "1e1%"], ["--rate", "x"], ["--rate", "1M/h"]):
            self.assertEqual(self.verify(*options).returncode, 2, options)


class InTheBackground(ServerTest):
    options = {"verify_period": "1s", "verify_rate": 0}

    def test_a_server_finds_damage_by_itself(self):
        good, bad = self.stored(), self.stored(5000)
        files = [spec("good", good), spec("bad", bad)]
        self.assertEqual(self.api.create("film/shot", files).status, 200)
        path = self.server.blob_path(sha256(bad), len(bad))
        os.chmod(path, 0o644)
        with open(path, "r+b") as file:
            file.write(bytes([bad[0] ^ 1]))
        self.server.wait_for_log(f"error verification: {sha256(bad)} of 5000 bytes: ")
        self.server.wait_for_log("error verification:   broken: jobs/film/shot")
        # Also by the server that remembers having marked it.
        wait_until(lambda: self.api.requirements(files).json()["files"], "it to be asked for again")
        self.assertEqual(self.api.upload(bad).status, 204)
        self.assertEqual(self.server.read_checkout("film/shot"), {"good": good, "bad": bad})


if __name__ == "__main__":
    api.main()
