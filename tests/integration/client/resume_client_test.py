# SPDX-License-Identifier: GPL-3.0-or-later
"""The client goes on where it was: after broken connections, a server that is killed again and again, and its
own end. Nothing is lost, and little is sent twice."""

import contextlib
import http.server
import json
import os
import random
import re
import subprocess
import threading
import unittest

import json_lines
from behind import InFront
from cutting_proxy import CuttingProxy
from shaman_server import CLIENT_PROGRAM, EVERYTHING_BY_TLS, PATIENCE, Server, sha256, wait_until
from studio import Studio

CYCLES = 100 if os.environ.get("SHAMAN_NIGHTLY") else 10
STEP = 8 << 20
# What is on the way, or came and was not yet written, when the server is killed: buffers of the sockets, of
# the proxy, and pieces in flight.
ON_THE_WAY = 6 << 20
# A file of which a cycle sees some checkpoints.
PER_CYCLE = 12 << 20


class WithoutPlace(InFront):
    """Without room for unfinished uploads: 507 for whatever could be one."""

    def refuse(self, body):
        if "Upload-Complete" not in self.headers:
            return None
        self.server.refused.append(self.path)
        return 507, b'{"code":507,"message":"too many unfinished uploads"}'


class ResumingClient(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.large = os.path.join(self.project, "textures", "floor.png")
        self.server = Server().start()
        self.addCleanup(self.server.close)

    def grow(self, size):
        random.seed(size)
        with open(self.large, "wb") as file:
            for _ in range(size >> 20):
                file.write(random.randbytes(1 << 20))
        with open(self.large, "rb") as file:
            self.sha = sha256(file.read())
        self.size = os.path.getsize(self.large)

    def start(self, proxy):
        return subprocess.Popen([CLIENT_PROGRAM, "submit", self.shot, "--project", self.project,
                                 "--server", proxy.url, "--json", "--quiet"],
                                env=self.client.environment(), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def end(self, process):
        out, stderr = json_lines.communicate(process, 10 * PATIENCE)
        self.assertEqual(process.returncode, 0, stderr)
        return json.loads(out.splitlines()[-1])

    def held(self):
        folder = os.path.join(self.server.storage, ".shaman", "partial")
        return max((int(name.rpartition("-")[2]) for name in os.listdir(folder)
                    if name.startswith(self.sha)), default=0)

    def is_stored(self):
        return os.path.exists(self.server.blob_path(self.sha, self.size))

    def wait_for_more(self, than):
        wait_until(lambda: self.held() > than or self.is_stored(), "another part to be held",
                   5 * PATIENCE)

    def assert_in_checkout(self, answer):
        path = self.server.jobs(answer["checkoutPath"])
        found = [os.path.join(parent, name) for parent, _, names in os.walk(path) for name in names
                 if name == "floor.png"]
        with open(found[0], "rb") as file:
            self.assertEqual(sha256(file.read()), self.sha)

    def test_where_no_unfinished_upload_is_kept_the_file_is_sent_whole(self):
        self.grow(20 << 20)
        self.server.close()
        self.server = Server(max_partial_uploads=0).start()
        self.addCleanup(self.server.close)
        self.assert_in_checkout(self.end(self.start(self.server)))
        self.assertEqual(self.server.partial_uploads(), [])

    @unittest.skipIf(EVERYTHING_BY_TLS, "the server between them speaks plain HTTP")
    def test_a_server_that_refuses_unfinished_uploads_gets_the_file_whole(self):
        self.grow(20 << 20)
        front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), WithoutPlace)
        self.addCleanup(front.server_close)
        front.behind, front.refused = self.server, []
        front.url = f"http://127.0.0.1:{front.server_port}"
        threading.Thread(target=front.serve_forever, daemon=True).start()
        self.addCleanup(front.shutdown)
        self.assert_in_checkout(self.end(self.start(front)))
        self.assertGreaterEqual(len(front.refused), 1)

    def test_after_broken_connections(self):
        self.grow(60 << 20)
        with CuttingProxy(self.server, [20 << 20, 15 << 20]) as proxy:
            answer = self.end(self.start(proxy))
            self.assertLess(proxy.sent, self.size + 2 * ON_THE_WAY)
        self.assert_in_checkout(answer)

    @contextlib.contextmanager
    def killed_halfway(self):
        """A proxy through which a client sent a part of the file before it was killed."""
        self.grow(60 << 20)
        with CuttingProxy(self.server, hold_after=30 << 20) as proxy:
            first = self.start(proxy)
            self.wait_for_more(STEP - 1)
            first.kill()
            first.communicate()
            proxy.cut()
            proxy.release()
            yield proxy

    def test_after_its_own_end(self):
        with self.killed_halfway() as proxy:
            sent_before = proxy.sent
            answer = self.end(self.start(proxy))
            self.assertLess(proxy.sent, self.size + 2 * ON_THE_WAY + STEP)
            self.assertGreater(answer["resumedBytes"], 0)
            self.assertGreater(answer["uploadedBytes"], 0)
            self.assertLessEqual(answer["uploadedBytes"], proxy.sent - sent_before)
            self.assertGreaterEqual(answer["uploadedBytes"] + answer["resumedBytes"], self.size)
        self.assertTrue(self.is_stored())
        self.assert_in_checkout(answer)

    def test_the_summary_counts_only_the_rest(self):
        with self.killed_halfway():
            done = self.client.run("submit", self.shot, "--project", self.project, "--server", self.server.url)
        found = re.search(r"^Sent: +\d+ files?, ([\d.]+) MiB; the server had the other \d+, "
                          r"and ([\d.]+) MiB from an interrupted upload ", done.stdout, re.M)
        self.assertTrue(found, done.stdout + done.stderr)
        sent, held = map(float, found.groups())
        self.assertLess(sent, self.size >> 20)
        self.assertGreaterEqual(held, STEP >> 20)

    def test_beside_a_server_that_is_killed_again_and_again(self):
        self.grow(CYCLES * PER_CYCLE)
        cycles = 0
        with CuttingProxy(self.server) as proxy:
            process = self.start(proxy)
            while not self.is_stored() and cycles < CYCLES:
                self.wait_for_more(self.held())
                if self.is_stored():
                    break
                self.server.kill()
                self.server.start()
                cycles += 1
            answer = self.end(process)
            sent_again = proxy.sent - self.size
        self.assertGreater(cycles, CYCLES // 3)
        self.assertLess(sent_again, cycles * (STEP + ON_THE_WAY) + ON_THE_WAY)
        self.assert_in_checkout(answer)
        print(f"killed {cycles} times, sent again {sent_again / max(cycles, 1) / 2**20:.1f} MiB each time")


if __name__ == "__main__":
    unittest.main()
