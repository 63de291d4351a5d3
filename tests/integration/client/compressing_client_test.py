# SPDX-License-Identifier: GPL-3.0-or-later
"""The client compresses what it sends where the line is slow, and only there. A rate limit is a slow line that does
not depend on the machine."""

import http.server
import json
import os
import threading
import unittest

from behind import InFront
from cutting_proxy import CuttingProxy
from flamenco_server import FlamencoServer
from shaman_server import Server
from studio import Studio

MIB = 1 << 20
SLOW = ("--limit-rate", "20MB/s")


class Recorder(InFront):
    """Notes each request's coding and length, and can refuse those that have a coding."""

    def refuse(self, body):
        coding = self.headers.get("Content-Encoding")
        self.server.requests.append((self.command, self.path, coding, len(body)))
        if coding and self.server.refusal:
            return self.server.refusal, b'{"code":400,"message":"no codings here"}'
        return None


class CompressingClient(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.large = os.path.join(self.project, "textures", "floor.png")
        self.small = [os.path.join(self.project, "textures", "props", name) for name in ("ball.png", "crate.png")]
        self.server = Server().start()
        self.addCleanup(self.server.close)
        self.recorder = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        self.recorder.behind, self.recorder.requests, self.recorder.refusal = self.server, [], None
        threading.Thread(target=self.recorder.serve_forever, daemon=True).start()
        self.addCleanup(self.recorder.server_close)
        self.addCleanup(self.recorder.shutdown)

    def fill(self, path, size, share_of_noise):
        noise = int(1024 * share_of_noise)
        with open(path, "wb") as file:
            for _ in range(size // 1024):
                file.write(os.urandom(noise) + bytes(1024 - noise))

    def submit(self, *more, url=None, expect=0):
        url = url or f"http://127.0.0.1:{self.recorder.server_port}"
        done = self.client.run("submit", self.shot, "--project", self.project, "--server", url, "--json", *more)
        self.assertEqual(done.returncode, expect, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def uploads(self, least=0):
        """The codings and lengths of uploads."""
        return [(coding, length) for method, path, coding, length in self.recorder.requests
                if method in ("POST", "PATCH") and "/files" in path and length >= least]

    def assert_complete(self, answer):
        content = self.server.read_checkout(answer["checkoutPath"])
        with open(self.large, "rb") as file:
            self.assertEqual(content["textures/floor.png"], file.read())
        for path in self.small:
            with open(path, "rb") as file:
                self.assertEqual(content["textures/props/" + os.path.basename(path)], file.read())

    @unittest.skipIf(os.environ.get("SHAMAN_SANITIZE"), "compressing is slower than the line with a sanitizer")
    def test_large_and_small_files_of_a_slow_line(self):
        self.fill(self.large, 20 * MIB, 0.2)
        for path in self.small:
            self.fill(path, 200 * 1024, 0.2)
        answer = self.submit(*SLOW)
        self.assert_complete(answer)
        sizes = sum(map(os.path.getsize, [self.large, *self.small]))
        # What the report counts is content.
        self.assertGreaterEqual(answer["uploadedBytes"], sizes)
        self.assertLess(sum(length for _, length in self.uploads()), sizes / 3)
        # The first small files may go before anybody knows how slow the line is.
        plain = sum(length for coding, length in self.uploads(100_000) if coding != "zstd")
        self.assertLess(plain, 2 * MIB, self.uploads())

    def test_not_what_does_not_become_smaller(self):
        self.fill(self.large, 9 * MIB, 1)
        for path in self.small:
            self.fill(path, 200 * 1024, 1)
        answer = self.submit(*SLOW)
        self.assert_complete(answer)
        self.assertEqual({coding for coding, _ in self.uploads(100_000)}, {None})

    def test_not_a_large_file_for_a_small_gain(self):
        """It could not be resumed."""
        self.fill(self.large, 9 * MIB, 0.75)
        self.submit(*SLOW)
        self.assertEqual({coding for coding, _ in self.uploads(MIB)}, {None})

    def test_not_where_nothing_says_that_the_line_is_slow(self):
        self.fill(self.large, 9 * MIB, 0.2)
        with CuttingProxy(self.server) as proxy:
            answer = self.submit(url=proxy.url)
            self.assert_complete(answer)
            # A machine that is so busy that a round trip takes 10 ms may still compress.
            self.assertLess(proxy.sent, 10 * MIB)

    def test_lists_are_compressed_however_fast_the_line_is(self):
        for number in range(60):
            self.write(f"textures/more/{number:04}.png", b"%d" % number)
        self.submit("--include", "textures/more")
        lists = [(coding, length) for _, path, coding, length in self.recorder.requests if "/checkout/" in path]
        self.assertEqual([coding for coding, _ in lists], ["zstd"] * len(lists))
        # Sixty-some files: a checksum alone has 64 digits.
        self.assertTrue(all(length < 60 * 60 for _, length in lists), lists)

    def test_short_lists_are_not(self):
        self.submit()
        self.assertEqual({coding for _, path, coding, _ in self.recorder.requests if "/checkout/" in path}, {None})

    def test_a_proxy_that_takes_no_codings_gets_none(self):
        for number in range(60):
            self.write(f"textures/more/{number:04}.png", b"%d" % number)
        self.fill(self.large, 9 * MIB, 0.2)
        for self.recorder.refusal in (400, 411, 415, 501):
            self.fill(self.large, 9 * MIB, 0.2)
            self.recorder.requests.clear()
            answer = self.submit("--include", "textures/more", *SLOW)
            self.assert_complete(answer)
            self.assertIn(None, [coding for coding, length in self.uploads(8 * MIB)])

    def test_a_server_that_does_not_name_the_feature_gets_none(self):
        farm = FlamencoServer()
        self.addCleanup(farm.close)
        for number in range(60):
            self.write(f"textures/more/{number:04}.png", b"%d" % number)
        self.fill(self.large, 9 * MIB, 0.2)
        self.submit("--include", "textures/more", *SLOW, url=farm.url)
        self.assertTrue(farm.uploads())
        self.assertEqual({call.headers.get("Content-Encoding") for call in farm.calls}, {None})

    def test_a_connection_that_breaks_makes_the_upload_resumable(self):
        self.fill(self.large, 40 * MIB, 0.3)
        # Before the upload of the large file only little has been sent over each connection.
        with CuttingProxy(self.server, cut_after=[4 * MIB] * 12) as proxy:
            answer = self.submit(*SLOW, url=proxy.url)
            self.assert_complete(answer)
            # A third, broken off, and then the whole: it is not compressed again.
            self.assertGreater(proxy.sent, 40 * MIB)


if __name__ == "__main__":
    unittest.main()
