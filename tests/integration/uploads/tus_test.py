# SPDX-License-Identifier: GPL-3.0-or-later
"""Resumable uploads by tus-js-client (npm), which was written by others against the same IETF draft. Skipped
where npm is missing or has no network."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from api import ServerTest, files_url, new_content
from cutting_proxy import CuttingProxy
from shaman_server import PATIENCE, SANITIZED, sha256, wait_until

PACKAGE = "tus-js-client@4.3.1"
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support", "tus", "upload.cjs")
SKIPPED = 77
# The drafts that it speaks, as it calls them: interop versions 5 and 6.
PROTOCOLS = ("ietf-draft-03", "ietf-draft-05")
FOLDER = tempfile.TemporaryDirectory(prefix="shaman-test-tus-")


def install():
    """Why it cannot be had, or nothing."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            return f"{program} is not installed"
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", FOLDER.name, PACKAGE],
                          capture_output=True, text=True, timeout=4 * PATIENCE, check=False)
    return f"npm cannot install {PACKAGE}: {done.stderr.strip()[-300:]}" if done.returncode else None


class Tus(ServerTest):
    def start(self, data, how=None, server=None):
        file = tempfile.NamedTemporaryFile(dir=FOLDER.name, delete=False)
        with file:
            file.write(data)
        url = (server or self.server).url + files_url(data)
        how = {"file": file.name, "url": url, **(how or {})}
        if how.get("uploadUrl") is True:
            how["uploadUrl"] = url
        return subprocess.Popen(["node", SCRIPT, json.dumps(how)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**os.environ, "NODE_PATH": os.path.join(FOLDER.name, "node_modules")})

    def end(self, process):
        out, stderr = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, stderr)
        return json.loads(out)

    def upload(self, data, how=None, server=None):
        return self.end(self.start(data, how, server))

    def assert_stored(self, outcome, data):
        self.assertEqual(outcome.get("stored"), True, outcome)
        self.assertNotIn("error", outcome)
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(sha256(file.read()), sha256(data))

    def methods(self, outcome):
        return [request["method"] for request in outcome["requests"] if "method" in request]

    def variants(self, *more):
        for protocol in PROTOCOLS:
            for variant in more or ({},):
                with self.subTest(protocol=protocol, **variant):
                    yield {"protocol": protocol, **variant}

    def test_all_ways(self):
        for how in self.variants({}, {"uploadUrl": True}, {"dataDuringCreation": True}, {"chunkSize": 65536},
                                 {"chunkSize": 65536, "dataDuringCreation": True},
                                 {"chunkSize": 50_000}, {"chunkSize": 50_000, "stream": True}):
            data = new_content(200_000)
            self.assert_stored(self.upload(data, how), data)

    def test_sizes(self):
        for how in self.variants({"chunkSize": 1000}):
            for size in (0, 1, 999, 1000, 1001, 2000):
                with self.subTest(size=size):
                    data = new_content(size)
                    self.assert_stored(self.upload(data, how), data)

    def test_a_file_that_is_stored_already(self):
        for how in self.variants({}, {"uploadUrl": True}):
            data = self.stored(100_000)
            self.assert_stored(self.upload(data, how), data)

    def test_goes_on_after_a_broken_connection(self):
        for how in self.variants({}, {"uploadUrl": True}):
            data = new_content(1_000_000)
            # The first carries the creation as well.
            with CuttingProxy(self.server, [300_000, 300_000]) as proxy:
                outcome = self.upload(data, how, proxy)
                self.assert_stored(outcome, data)
                self.assertIn("HEAD", self.methods(outcome))
                # What was on its way at each cut, which a busy machine may not have read, is sent again.
                self.assertLess(proxy.sent, len(data) + 2 * 130_000, "what had come was sent again")

    def test_goes_on_in_a_new_process(self):
        for how in self.variants({"uploadUrl": True}):
            data = new_content(1_000_000)
            with CuttingProxy(self.server, [300_000]) as proxy:
                first = self.upload(data, {**how, "retryDelays": []}, proxy)
                self.assertIn("error", first)
                second = self.upload(data, how, proxy)
                self.assert_stored(second, data)
                self.assertEqual(self.methods(second), ["HEAD", "PATCH"])
                self.assertLess(proxy.sent, len(data) + 50_000)

    def test_goes_on_after_the_server_was_killed(self):
        for how in self.variants({"uploadUrl": True, "chunkSize": 100_000, "retryDelays": [100] * 100}):
            data = new_content(2_000_000)
            with CuttingProxy(self.server) as proxy:
                process = self.start(data, how, proxy)
                folder = os.path.join(self.server.storage, ".shaman", "partial")

                def has_begun():
                    names = os.listdir(folder) if os.path.isdir(folder) else []
                    return any(name.startswith(sha256(data)) and not name.endswith("-0") for name in names)
                wait_until(lambda: has_begun() or self.server.has_blob(data), "the first piece to be kept")
                self.server.kill()
                self.server.start()
                self.assert_stored(self.end(process), data)

    def test_cancel(self):
        for how in self.variants({"chunkSize": 10_000, "abortAfter": 20_000}):
            data = new_content(100_000)
            outcome = self.upload(data, how)
            self.assertEqual(outcome.get("aborted"), True, outcome)
            self.assertEqual(self.methods(outcome)[-1], "DELETE")
            self.assertEqual(self.api.call("HEAD", files_url(data)).status, 404)

    def test_a_wrong_content_is_no_success(self):
        for how in self.variants({}, {"chunkSize": 50_000}, {"dataDuringCreation": True}):
            data = new_content(100_000)
            other = new_content(100_000)
            outcome = self.upload(other, {**how, "url": self.server.url + files_url(data)})
            self.assertIn("417", outcome.get("error", ""), outcome)
            self.assertFalse(self.server.has_blob(data))
            self.assert_stored(self.upload(data, how), data)

    def test_two_at_once_end_both(self):
        for how in self.variants({"chunkSize": 20_000, "retryDelays": [0, 10, 50] * 30}):
            data = new_content(400_000)
            processes = [self.start(data, how) for _ in range(2)]
            for process in processes:
                self.assert_stored(self.end(process), data)


if __name__ == "__main__":
    if SANITIZED:
        print("skipped: it tests the protocol, which the build without sanitizers speaks as well")
        sys.exit(SKIPPED)
    if REASON := install():
        print(f"skipped: {REASON}")
        sys.exit(SKIPPED)
    unittest.main()
