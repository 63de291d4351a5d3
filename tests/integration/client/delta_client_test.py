# SPDX-License-Identifier: GPL-3.0-or-later
"""A .blend that was saved again: the client sends what changed, and the whole file wherever that does not work."""

import contextlib
import http.client
import http.server
import json
import os
import random
import shutil
import struct
import subprocess
import threading
import unittest

from flamenco_server import FlamencoServer
from shaman_client import Client
from shaman_server import EVERYTHING_BY_TLS, Server, sha256
from studio import Studio

MIB = 1 << 20


class Forwarder(http.server.BaseHTTPRequestHandler):
    """In front of a server: breaks connections off that bring a delta."""

    protocol_version = "HTTP/1.1"

    def pass_on(self):
        is_delta = "X-Shaman-Delta-Base" in self.headers
        self.server.seen.append((self.command, is_delta))
        if is_delta:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        upstream = http.client.HTTPConnection(self.server.behind.host, self.server.behind.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        with contextlib.closing(upstream):
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Upload-Offset", "Upload-Complete"):
                if answer.getheader(name):
                    self.send_header(name, answer.getheader(name))
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PATCH = pass_on

    def log_message(self, *_):
        pass


@unittest.skipUnless(shutil.which("zstd"), "needs zstd")
class DeltaClient(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.source = random.Random(3)
        plain = subprocess.run(["zstd", "-dcq", self.shot], check=True, stdout=subprocess.PIPE).stdout
        self.end = plain.rindex(b"ENDB")
        self.plain = plain
        self.save(self.source.randbytes(3 * MIB))

    def save(self, mesh):
        """The scene with one more block of data, as of a mesh."""
        self.mesh = mesh
        padded = mesh + bytes(-len(mesh) % 4)
        head = struct.pack("<4siQii", b"DATA", len(padded), 0x7F0012345678, 0, 1)
        self.scene = self.plain[:self.end] + head + padded + self.plain[self.end:]
        self.write(self.shot, self.scene)

    def save_again(self):
        """Some bytes differ, and others moved."""
        middle = len(self.mesh) // 2
        self.save(self.mesh[:1000] + b"new!" + self.mesh[1000:middle] + bytes(8) + self.mesh[middle + 8:])

    def server(self, **options):
        server = Server(os.path.join(self.folder, f"storage{len(os.listdir(self.folder))}"), **options).start()
        self.addCleanup(server.close)
        return server

    def submit(self, server, *more, client=None, project=None):
        return (client or self.client).submit(self.shot, server, "--project", project or self.project, *more)

    @staticmethod
    def arrived(server, answer):
        with open(server.jobs(answer["checkoutPath"], answer["blendfile"]), "rb") as file:
            return file.read()

    def assert_arrived(self, server, answer):
        """All but the paths of this machine, which the client removes."""
        content = self.arrived(server, answer)
        self.assertEqual(len(content), len(self.scene))
        self.assertEqual(content[self.end:], self.scene[self.end:])

    def base_of(self, server, answer):
        content = self.arrived(server, answer)
        return server.blob_path(sha256(content), len(content))

    def assert_whole(self, answer):
        self.assertEqual((answer["uploadedFiles"], answer["uploadedBytes"], answer["sparedBytes"]),
                         (1, len(self.scene), 0))

    def assert_little(self, answer):
        self.assertEqual(answer["uploadedFiles"], 1)
        self.assertEqual(answer["uploadedBytes"] + answer["sparedBytes"], len(self.scene))
        self.assertLess(answer["uploadedBytes"], len(self.scene) / 10)

    def test_sends_what_changed(self):
        server = self.server()
        self.assertEqual(self.submit(server)["sparedBytes"], 0)
        for _ in range(3):
            self.save_again()
            answer = self.submit(server)
            self.assert_little(answer)
            self.assert_arrived(server, answer)
        self.assertEqual(self.submit(server)["uploadedFiles"], 0)
        text = self.client.run("submit", self.shot, "--project", self.project, "--server", server.url)
        self.assertEqual(text.returncode, 0, text.stderr)

    def test_what_changed_everywhere_but_packs_well_is_packed(self):
        def pointers(base):
            return b"".join(struct.pack("<QQ", base + 64 * n, 0) for n in range(200_000))
        server = self.server()
        self.save(pointers(0x7F0000000000))
        self.submit(server)
        self.save(pointers(0x7F1234560000))
        answer = self.submit(server)
        self.assertGreater(answer["sparedBytes"], len(self.scene) / 2)
        self.assert_arrived(server, answer)

    def test_what_is_new_altogether_is_sent_whole(self):
        server = self.server()
        self.submit(server)
        self.save(self.source.randbytes(3 * MIB))
        answer = self.submit(server)
        self.assert_whole(answer)
        self.assert_arrived(server, answer)

    def test_says_how_little(self):
        server = self.server()
        self.submit(server)
        self.save_again()
        done = self.client.run("submit", self.shot, "--project", self.project, "--server", server.url)
        self.assertRegex(done.stdout + done.stderr, r"1 file, [\d.]+ KiB instead of 3\.\d MiB")

    def test_a_scene_that_is_not_rewritten(self):
        server = self.server()
        content = self.arrived(server, self.submit(server))
        self.plain = content[:self.end] + content[len(content) - (len(self.plain) - self.end):]
        self.save(self.mesh)
        self.assertEqual(self.submit(server)["uploadedFiles"], 0)
        self.save_again()
        answer = self.submit(server)
        self.assert_little(answer)
        self.assertEqual(self.arrived(server, answer), self.scene)

    def test_a_scene_with_other_paths(self):
        server = self.server()
        shots = os.path.dirname(self.shot)
        first = self.submit(server, project=shots)
        self.assertGreater(first["outsideFiles"], 0)
        self.save_again()
        answer = self.submit(server, project=shots)
        self.assert_little(answer)
        self.assert_arrived(server, answer)
        # Another artist, who has no earlier version, makes the same of it.
        other = Client(os.path.join(self.folder, "other"))
        self.assertEqual(self.submit(server, client=other, project=shots)["uploadedFiles"], 0)

    def test_a_base_that_the_server_lost(self):
        server = self.server()
        os.remove(self.base_of(server, self.submit(server)))
        self.save_again()
        answer = self.submit(server)
        self.assert_whole(answer)
        self.assert_arrived(server, answer)

    def test_a_base_that_is_damaged(self):
        server = self.server()
        path = self.base_of(server, self.submit(server))
        os.chmod(path, 0o644)
        with open(path, "r+b") as blob:
            blob.seek(2 * MIB)
            blob.write(bytes(1000))
        self.save_again()
        answer = self.submit(server)
        self.assert_whole(answer)
        self.assert_arrived(server, answer)

    def test_another_server(self):
        self.submit(self.server())
        self.save_again()
        other = self.server()
        answer = self.submit(other)
        self.assertEqual(answer["sparedBytes"], 0)
        self.assert_arrived(other, answer)

    def test_a_server_without_the_feature(self):
        farm = FlamencoServer()
        self.addCleanup(farm.close)
        for _ in range(2):
            done = self.client.run("submit", self.shot, "--project", self.project, "--server", farm.url, "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(len(self.scene), [size for _, size in farm.blobs])
            self.save_again()

    def test_without_a_cache(self):
        server = self.server()
        self.submit(server)
        self.save_again()
        answer = self.submit(server, "--rehash")
        self.assert_whole(answer)
        self.assert_arrived(server, answer)

    def test_two_artists_at_once(self):
        server = self.server()
        artists = [self.client, Client(os.path.join(self.folder, "other"))]
        for artist in artists:
            self.submit(server, client=artist)
        # The other one has sent nothing, but knows what the server had.
        self.save_again()
        answers = []
        threads = [threading.Thread(target=lambda artist=artist: answers.append(self.submit(server, client=artist)))
                   for artist in artists]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLess(sum(answer["uploadedBytes"] for answer in answers), len(self.scene) / 10)
        for answer in answers:
            self.assert_arrived(server, answer)

    @unittest.skipIf(EVERYTHING_BY_TLS, "the forwarder speaks no TLS")
    def test_a_line_that_breaks(self):
        server = self.server()
        self.submit(server)
        self.save_again()
        http_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
        http_server.daemon_threads = True
        http_server.behind, http_server.seen = server, []
        threading.Thread(target=http_server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(http_server.server_close)
        self.addCleanup(http_server.shutdown)
        done = self.client.run("submit", self.shot, "--project", self.project, "--json",
                               "--server", f"http://127.0.0.1:{http_server.server_address[1]}")
        self.assertEqual(done.returncode, 0, done.stderr)
        deltas = [is_delta for command, is_delta in http_server.seen if command == "POST" and is_delta]
        self.assertGreaterEqual(len(deltas), 2)
        self.assert_arrived(server, json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    unittest.main()
