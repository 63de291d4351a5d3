# SPDX-License-Identifier: GPL-3.0-or-later
"""Many at once: no answer is a 5xx, and what is the same is received by the disk once"""

import concurrent.futures
import os
import threading

from api import Api, ServerTest, main, new_content
from shaman_server import SANITIZED, sha256

SCALE = 10 if SANITIZED else 1


class Load(ServerTest):
    def test_the_same_small_file_four_times_at_once(self):
        clients = [self.new_api() for _ in range(4)]
        for client in clients:
            client.connection.connect()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for _ in range(200 // SCALE):
                data = new_content(500)
                start = threading.Barrier(4)

                def send(client, data=data, start=start):
                    start.wait()
                    return client.upload(data).status

                answers = sorted(pool.map(send, clients))
                self.assertEqual(answers, [204, 208, 208, 208])
                self.assertTrue(self.server.has_blob(data))
        self.assertEqual(self.server.temporary_files(), [])

    def test_ten_thousand_files_over_32_connections(self):
        files = [os.urandom(1000) for _ in range(10_000 // SCALE)]
        local = threading.local()

        def send(data):
            if not hasattr(local, "api"):
                local.api = Api(self.server)
                self.addCleanup(local.api.close)
            return local.api.upload(data).status

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(send, files))
        self.assertEqual(set(answers), {204})
        self.assertTrue(all(self.server.has_blob(data) for data in files))
        self.assertEqual(self.server.temporary_files(), [])

    def test_eight_clients_with_the_same_large_file(self):
        data = os.urandom(1 << 20) * (256 // SCALE)
        sha = sha256(data)
        before = self.bytes_written()
        start = threading.Barrier(8)

        def send(_):
            with Api(self.server) as api:
                api.connection.connect()
                start.wait()
                return api.upload(data, sha=sha).status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = sorted(pool.map(send, range(8)))
        self.assertEqual(answers, [204] + [208] * 7)
        # What it gave to write(2), the log and sockets included.
        self.assertLess(self.bytes_written() - before, 1.1 * len(data))
        self.assertEqual(os.path.getsize(self.server.blob_path(sha, len(data))), len(data))

    def bytes_written(self):
        with open(f"/proc/{self.server.process.pid}/io", encoding="ascii") as file:
            return int(dict(line.split(": ") for line in file.read().splitlines())["wchar"])


if __name__ == "__main__":
    main()
