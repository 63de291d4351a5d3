# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory the server takes at most. Means nothing with sanitizers, which take their own."""

import hashlib
import json
import resource
import sys
import threading
import unittest

import api
from api import Api, REQUIREMENTS, files_url, new_content
from raw_http import RawConnection
from shaman_server import SANITIZED, Server, wait_until

MIB = 1 << 20


class Memory(unittest.TestCase):
    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.close)

    def assert_peak_below(self, limit):
        peak = self.server.peak_memory()
        print(f"{self.id().rsplit('.', 1)[1]}: {peak / MIB:.0f} MiB at most", file=sys.stderr)
        self.assertLess(peak, limit)

    def test_a_thousand_uploads_at_once(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if hard != resource.RLIM_INFINITY and hard < 3000:
            self.skipTest("this process may not open 1,000 connections")
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        block = new_content(200_000)
        senders = []
        for n in range(1000):
            data = n.to_bytes(4, "big") + block
            sender = RawConnection(self.server)
            self.addCleanup(sender.close)
            sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
            senders.append((sender, data))
        for sender, data in senders:
            sender.send(data[:100_000])
        with Api(self.server) as client:
            wait_until(lambda: client.status(senders[-1][1]) == "uploading", "the last upload to begin")
        for sender, data in senders:
            sender.send(data[100_000:])
        for sender, _ in senders:
            self.assertEqual(sender.response().status, 204)
        self.assert_peak_below(128 * MIB)

    def test_a_large_file(self):
        digest, block = hashlib.sha256(), new_content(MIB)
        for n in range(512):
            digest.update(n.to_bytes(4, "big") + block[4:])
        with RawConnection(self.server) as sender:
            sender.request("POST", files_url(sha=digest.hexdigest(), size=512 * MIB),
                           [("Content-Length", 512 * MIB)], length=False)
            for n in range(512):
                sender.send(n.to_bytes(4, "big") + block[4:])
            self.assertEqual(sender.response().status, 204)
        self.assert_peak_below(128 * MIB)

    def test_52_megabytes_of_json(self):
        files = [{"sha": hashlib.sha256(b"%d" % n).hexdigest(), "size": n,
                  "path": f"project/textures/{n:06}/wall_{n}.png"} for n in range(370_000)]
        body = json.dumps({"files": files}).encode()
        self.assertGreater(len(body), 50 * 10**6)
        with Api(self.server) as client:
            answer = client.call("POST", REQUIREMENTS, body)
            self.assertEqual(answer.status, 200)
            self.assertEqual(len(answer.json()["files"]), 370_000)
        self.assert_peak_below(160 * 10**6)

    def test_several_large_requests_share_a_budget(self):
        files = [{"sha": f"{n:064x}", "size": n, "path": f"project/textures/wall_{n}.png"}
                 for n in range(100_000)]
        body = json.dumps({"files": files}).encode()
        connections = []
        for _ in range(8):
            connection = RawConnection(self.server)
            self.addCleanup(connection.close)
            connections.append(connection)
        threads = [threading.Thread(target=connection.request, args=("POST", REQUIREMENTS, [], body))
                   for connection in connections]
        for thread in threads:
            thread.start()
        for connection in connections:
            self.assertEqual(connection.response().status, 200)
        for thread in threads:
            thread.join()
        self.assert_peak_below(400 * MIB)


if __name__ == "__main__":
    if SANITIZED:
        print("skipped: sanitizers take memory of their own")
        sys.exit(77)
    api.main()
