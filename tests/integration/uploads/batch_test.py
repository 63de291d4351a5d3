# SPDX-License-Identifier: GPL-3.0-or-later
"""Many small files in one request: each is stored, or refused, by itself."""

import os
import unittest

from api import ServerTest, main, new_content
from raw_http import RawConnection
from shaman_server import Server, sha256, wait_until

BATCH = "/api/v3/shaman/files:batch"
LARGEST = 1 << 20


def entry(data, sha=None, size=None):
    header = f"{sha or sha256(data)} {len(data) if size is None else size}\n"
    return header.encode() + data


class Batch(ServerTest):
    def send(self, *entries, **more):
        return self.raw().exchange("POST", BATCH, [("Content-Type", "application/x-shaman-batch")],
                                   b"".join(entries), **more)

    def statuses(self, answer):
        self.assertEqual(answer.status, 200, answer)
        return [file["status"] for file in answer.json()["files"]]

    def test_many(self):
        files = [new_content(size) for size in (0, 1, 2, 16_000, LARGEST, 5)] + \
                [new_content(300) for _ in range(3000)]
        answer = self.send(*map(entry, files))
        self.assertIn(self.statuses(answer)[0], (204, 208))
        self.assertEqual(set(self.statuses(answer)[1:]), {204})
        self.assertEqual([(file["sha"], file["size"]) for file in answer.json()["files"]],
                         [(sha256(data), len(data)) for data in files])
        for data in files[:20] + files[-20:]:
            with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
                self.assertEqual(file.read(), data)
        self.assertEqual(len(self.server.temporary_files()), 0)

    def test_none(self):
        self.assertEqual(self.send().json(), {"files": []})

    def test_one_that_is_wrong_spoils_no_other(self):
        good, stored, last = new_content(), self.stored(), new_content()
        wrong = new_content()
        answer = self.send(entry(good), entry(stored), entry(wrong, sha=sha256(b"other")),
                           entry(bytes(LARGEST + 1)), entry(last))
        self.assertEqual(self.statuses(answer), [204, 208, 417, 413, 204])
        messages = [file.get("message") for file in answer.json()["files"]]
        self.assertEqual([bool(message) for message in messages], [False, False, True, True, False])
        self.assertEqual([self.api.status(data) for data in (good, stored, wrong, last)],
                         ["stored", "stored", "unknown", "stored"])

    def test_what_somebody_else_sends_is_left_to_them(self):
        data, other = new_content(), new_content()
        with self.raw() as first:
            first.request("POST", f"/api/v3/shaman/files/{sha256(data)}/{len(data)}",
                          [("Content-Length", str(len(data)))], length=False)
            wait_until(lambda: self.api.status(data) == "uploading", "the other's upload")
            self.assertEqual(self.statuses(self.send(entry(data), entry(other))), [425, 204])
            first.send(data)
            self.assertEqual(first.response().status, 204)

    def test_the_same_twice(self):
        data = new_content()
        self.assertIn(self.statuses(self.send(entry(data), entry(data)))[1], (208, 425))
        self.assertEqual(self.api.status(data), "stored")

    def test_in_pieces_of_any_size(self):
        files = [new_content(size) for size in (1, 70, 200)]
        body = b"".join(map(entry, files))
        with self.raw() as connection:
            connection.request("POST", BATCH, [("Transfer-Encoding", "chunked")], length=False)
            for at in range(0, len(body), 7):
                piece = body[at:at + 7]
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send(b"0\r\n\r\n")
            self.assertEqual(self.statuses(connection.response()), [204, 204, 204])

    def test_what_is_no_batch_is_400_and_what_came_before_stands(self):
        data = new_content()
        for rest in (b"x", b"\n", b"abc 5\nhello", entry(b"12345", size=-1), entry(b"12345")[:-1],
                     sha256(b"").encode() + b"  5\n", b"y" * 200, entry(b"z", sha="0" * 63),
                     sha256(b"").encode() + b" 99999999999999999999\n"):
            with self.subTest(rest=rest):
                self.assert_error_status(self.send(entry(data), rest), 400)
                self.assertEqual(self.api.status(data), "stored")
        self.assertEqual(self.server.temporary_files(), [])

    def assert_error_status(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.json()["code"], status)
        self.assertIn("batch", answer.json()["message"])

    def test_too_many(self):
        answer = self.send(*[entry(b"same")] * 10_001)
        self.assert_error_status(answer, 400)
        self.assert_alive()

    def test_a_broken_one_keeps_what_was_whole(self):
        whole, half = new_content(), new_content(1000)
        with self.raw() as connection:
            body = entry(whole) + entry(half)
            connection.request("POST", BATCH, [("Content-Length", str(len(body)))], length=False)
            connection.send(body[:-500])
            wait_until(lambda: self.api.status(whole) == "stored", "the first file")
        wait_until(lambda: self.api.status(half) == "unknown", "the second to be given up")
        wait_until(lambda: self.server.temporary_files() == [], "its file to be removed")

    def test_info_offers_it(self):
        self.assertIn("batch", self.api.get("/api/v3/shaman/info").json()["features"])


class Memory(unittest.TestCase):
    def test_a_large_batch_stays_small(self):
        with Server() as server, RawConnection(server) as connection:
            size = 9000 * (16_000 + 71)
            connection.request("POST", BATCH, [("Content-Length", str(size))], length=False)
            for _ in range(9000):
                connection.send(entry(os.urandom(16_000)))
            answer = connection.response()
            self.assertEqual({file["status"] for file in answer.json()["files"]}, {204})
            if not os.environ.get("SHAMAN_SANITIZE"):
                self.assertLess(server.peak_memory(), 160 << 20)


if __name__ == "__main__":
    main()
