# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies with a Content-Encoding: what is taken, what is refused, and what it costs the server."""

import gzip
import hashlib
import json
import os
import select
import subprocess
import sys
import unittest
import zlib

from api import CREATE, REQUIREMENTS, Api, ServerTest, files_url, main, new_content, spec
from raw_http import RawConnection
from shaman_server import PATIENCE, SANITIZED, Server, sha256, wait_until

BATCH = "/api/v3/shaman/files:batch"
MIB = 1 << 20
ZSTD = ("Content-Encoding", "zstd")
GZIP = ("Content-Encoding", "gzip")

# Frames by hand (RFC 8878).
MAGIC = b"\x28\xb5\x2f\xfd"
BLOCK = 128 * 1024
RAW, RLE = 0, 1


def zstd(data, *options):
    """One frame; `--no-check` and the like as the tool has them. It does not know the size beforehand."""
    return subprocess.run(["zstd", "-qc", *options], input=data, check=True, stdout=subprocess.PIPE).stdout


def frame_head(window_log=17, says=None):
    """Without a checksum. `says`: the size of its content."""
    if says is None:
        return MAGIC + bytes([0x00, (window_log - 10) << 3])
    return MAGIC + bytes([0xC0, (window_log - 10) << 3]) + says.to_bytes(8, "little")


def block(kind, size, content, is_last=False):
    return (size << 3 | kind << 1 | is_last).to_bytes(3, "little") + content


def zeros(size, **head):
    """So many zero bytes in a 32,000th of that."""
    blocks = [block(RLE, min(BLOCK, size - at), b"\0") for at in range(0, size, BLOCK)]
    return frame_head(**head) + b"".join(blocks) + block(RAW, 0, b"", is_last=True)


def skippable(content=b"hello"):
    return (0x184D2A50).to_bytes(4, "little") + len(content).to_bytes(4, "little") + content


def chunked(body, size=1000):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def compressible(size=300_000):
    """Content that no other test has, of which zstd makes less than half."""
    return b"".join(os.urandom(8) + bytes(24) for _ in range(size // 32 + 1))[:size]


def broken_checksum(frame):
    return frame[:-4] + bytes(byte ^ 0xFF for byte in frame[-4:])


class Coded(ServerTest):
    def post(self, path, body, *headers, **more):
        return self.raw().exchange("POST", path, list(headers), body, **more)

    def upload(self, data, body=None, coding=ZSTD, *headers):
        return self.post(files_url(data), zstd(data) if body is None else body, coding, *headers)

    def assert_nothing_kept(self, data):
        self.assertEqual(self.api.status(data), "unknown")
        wait_until(lambda: not self.server.temporary_files(), "the temporary file to go")

    def assert_stored(self, data):
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(file.read(), data)


class Files(Coded):
    def test_are_stored_as_their_content(self):
        for size in (0, 1, 1000, 300_000, 5_000_000):
            data = compressible(size)
            self.assertIn(self.upload(data).status, (204, 208), size)
            self.assert_stored(data)

    def test_of_any_level_and_with_or_without_a_checksum_and_a_size(self):
        for options in (["-1"], ["-19"], ["--no-check"], ["--no-content-size"], ["--stream-size=300000"]):
            data = compressible()
            self.assertEqual(self.upload(data, zstd(data, *options)).status, 204, options)
            self.assert_stored(data)

    def test_may_come_in_chunks(self):
        data = compressible()
        answer = self.post(files_url(data), chunked(zstd(data)), ZSTD, ("Transfer-Encoding", "chunked"), length=False)
        self.assertEqual(answer.status, 204, answer)
        self.assert_stored(data)

    def test_may_come_byte_by_byte(self):
        data = compressible(200)
        body = zstd(data)
        with self.raw() as slow:
            slow.request("POST", files_url(data), [ZSTD, ("Content-Length", len(body))], length=False)
            for byte in body:
                slow.send(bytes([byte]))
            self.assertEqual(slow.response().status, 204)

    def test_are_answered_before_they_are_decoded(self):
        data = self.stored()
        with self.raw() as connection:
            self.assertEqual(connection.exchange("POST", files_url(data), [ZSTD], b"no zstd at all").status, 208)
            self.assertEqual(connection.exchange("GET", files_url(data)).status, 200)

    def test_are_asked_for_only_if_they_are_needed(self):
        with self.raw() as connection:
            connection.request("POST", files_url(self.stored()), [ZSTD, ("Expect", "100-continue"),
                                                                  ("Content-Length", 500)], length=False)
            self.assertEqual(connection.response().status, 208)
        data = compressible()
        body = zstd(data)
        with self.raw() as connection:
            connection.request("POST", files_url(data), [ZSTD, ("Expect", "100-continue"),
                                                         ("Content-Length", len(body))], length=False)
            self.assertEqual(connection.response().status, 100)
            connection.send(body)
            self.assertEqual(connection.response().status, 204)

    def test_leave_the_connection_open(self):
        data, other = compressible(), compressible()
        with self.raw() as connection:
            damaged = connection.exchange("POST", files_url(data), [ZSTD], broken_checksum(zstd(data, "--check")))
            self.assert_coded_error(damaged)
            self.assertEqual(connection.exchange("POST", files_url(other), [ZSTD], zstd(other)).status, 204)

    def assert_coded_error(self, answer):
        self.assertEqual(answer.status, 400, answer)
        self.assertIn("not valid zstd", answer.json()["message"])

    def test_that_are_damaged_are_refused(self):
        data = compressible()
        good = zstd(data, "--check")
        middle = len(good) // 2
        for body, what in (
                (b"", "nothing"), (good[:3], "three bytes"), (good[:5], "half a head"), (good[:-1], "a byte less"),
                (good[:middle], "half"), (good[:middle] + bytes(50) + good[middle + 50:], "zeros within"),
                (broken_checksum(good), "another checksum"), (good + b"\n", "a byte more"),
                (good + good, "two frames"), (good + zstd(b""), "an empty frame behind it"),
                (skippable() + good, "a skippable frame before it"), (good + skippable(), "one behind it"),
                (b"\n" + good, "a byte before it"), (data, "no zstd"), (gzip.compress(data), "gzip"),
                (b"\x1e\xb5\x2f\xfd" + good[4:], "an early version of zstd"),
                (good[:4] + bytes([good[4] | 8]) + good[5:], "a reserved bit"),
                (frame_head(24) + block(RAW, len(data) % BLOCK, data[:len(data) % BLOCK], True), "a window of 16 MiB"),
                (frame_head(41) + block(RAW, 0, b"", True), "the largest window")):
            with self.subTest(what):
                self.assert_coded_error(self.upload(data, body))
                self.assert_nothing_kept(data)
        self.assert_alive()

    def test_of_another_size_are_refused(self):
        data = compressible()
        for other in (data + b"x", data[:-1]):
            answer = self.upload(data, zstd(other))
            self.assertEqual(answer.status, 417, answer)
            self.assert_nothing_kept(data)

    def test_of_another_size_than_the_frame_says_are_refused(self):
        data = compressible(1000)
        for size in (999, 1001):
            answer = self.upload(data, frame_head(says=size) + block(RAW, 1000, data, True))
            self.assert_coded_error(answer)
            self.assert_nothing_kept(data)

    def test_with_another_checksum_are_refused(self):
        data = compressible()
        self.assertEqual(self.upload(data, zstd(compressible())).status, 417)
        self.assert_nothing_kept(data)

    def test_that_need_a_dictionary_are_refused(self):
        data = compressible()
        head = bytes([0x01, 7 << 3, 42])
        self.assert_coded_error(self.upload(data, zstd(data)[:4] + head + block(RAW, 0, b"", True)))

    def test_that_go_on_for_ever_without_content_are_refused(self):
        data = compressible(1000)
        empty = block(RAW, 0, b"") * (2 * MIB // 3)
        answer = self.post(files_url(data), chunked(frame_head() + empty, 65536), ZSTD,
                           ("Transfer-Encoding", "chunked"), length=False)
        self.assert_coded_error(answer)
        self.assert_nothing_kept(data)


class Codings(Coded):
    def assert_not_taken(self, answer, taken):
        self.assertEqual(answer.status, 415, answer)
        self.assertEqual(answer.header("Accept-Encoding"), taken)
        self.assertIn("Content-Encoding", answer.json()["message"])

    def test_unknown_ones_are_refused(self):
        data = compressible()
        for coding in ("gzip", "br", "zstd, zstd", "gzip, zstd", "dcz", "zstd;q=1", "a\x80b", "x" * 2000):
            self.assert_not_taken(self.upload(data, zstd(data), ("Content-Encoding", coding)), "zstd")
            self.assert_not_taken(self.post(BATCH, b"", ("Content-Encoding", coding)), "zstd")
        two = self.post(files_url(data), zstd(data), ZSTD, ZSTD)
        self.assert_not_taken(two, "zstd")
        for coding in ("br", "gzip, gzip", "deflate"):
            for path in (REQUIREMENTS, CREATE):
                self.assert_not_taken(self.post(path, b"{}", ("Content-Encoding", coding)), "zstd, gzip")
        self.assert_nothing_kept(data)

    def test_the_connection_goes_on_after_a_refusal(self):
        data = compressible()
        with self.raw() as connection:
            self.assertEqual(connection.exchange("POST", files_url(data), [("Content-Encoding", "br")], data).status, 415)
            self.assertEqual(connection.exchange("POST", files_url(data), [ZSTD], zstd(data)).status, 204)

    def test_names_are_taken_in_any_case_and_identity_is_none(self):
        for coding, encode in (("ZSTD", zstd), ("Identity", bytes), (" zstd ", zstd), ("", bytes)):
            data = compressible()
            self.assertEqual(self.upload(data, encode(data), ("Content-Encoding", coding)).status, 204, coding)

    def test_resumable_requests_take_none(self):
        data = compressible(9 * MIB)
        url = files_url(data)
        begun = self.post(url, zstd(data), ZSTD, ("Upload-Complete", "?1"))
        self.assert_not_taken(begun, "identity")
        self.assertEqual(self.post(url, b"", ("Upload-Complete", "?0")).status, 201)
        patch = self.raw().exchange("PATCH", url, [ZSTD, ("Upload-Offset", "0"), ("Content-Length", "3"),
                                                   ("Content-Type", "application/partial-upload")], b"abc", length=False)
        self.assert_not_taken(patch, "identity")
        self.assertEqual(self.raw().exchange("HEAD", url).header("Upload-Offset"), "0")

    def test_the_server_says_that_it_decodes(self):
        self.assertIn("compressed-bodies", self.api.get("/api/v3/shaman/info").json()["features"])

    def test_what_needs_no_body_does_not_care(self):
        answer = self.raw().exchange("GET", "/api/v3/shaman/info", [("Content-Encoding", "br")])
        self.assertEqual(answer.status, 200)


class Lists(Coded):
    def test_are_taken_in_each_coding(self):
        data = self.stored()
        missing = spec("b", new_content())
        for count in (2, 20_000):
            files = [spec("a", data), missing] + [{**missing, "path": f"textures/{n}.png"} for n in range(count)]
            body = json.dumps({"files": files}).encode()
            plain = self.post(REQUIREMENTS, body).json()
            for coded in ((ZSTD, zstd(body)), (ZSTD, zstd(body, f"--stream-size={len(body)}")),
                          (GZIP, gzip.compress(body)), (("Content-Encoding", "x-gzip"), gzip.compress(body))):
                answer = self.post(REQUIREMENTS, coded[1], coded[0])
                self.assertEqual(answer.json(), plain)

    def test_make_checkouts(self):
        data = self.stored()
        for coding, encode in ((ZSTD, zstd), (GZIP, gzip.compress)):
            body = json.dumps({"files": [spec("a/b", data)], "checkoutPath": "coded"}).encode()
            answer = self.post(CREATE, chunked(encode(body)), coding, ("Transfer-Encoding", "chunked"), length=False)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(self.server.read_checkout(answer.json()["checkoutPath"]), {"a/b": data})

    def test_that_are_damaged_are_refused(self):
        body = json.dumps({"files": [spec("a", new_content())] * 3000}).encode()
        for coding, good in (("zstd", zstd(body, "--check")), ("zstd", zstd(body, f"--stream-size={len(body)}")),
                             ("gzip", gzip.compress(body))):
            for bad, what in ((good[:-1], "a byte less"), (good + b"\0", "a byte more"), (good + good, "twice"),
                              (good[:len(good) // 2], "half"), (b"", "nothing"), (broken_checksum(good), "checksum"),
                              (zlib.compress(body), "zlib")):
                with self.subTest(f"{coding}: {what}"):
                    answer = self.post(REQUIREMENTS, bad, ("Content-Encoding", coding))
                    self.assertEqual(answer.status, 400, answer)
                    self.assertIn(f"not valid {coding}", answer.json()["message"])
        self.assert_alive()

    def test_content_is_judged_as_ever(self):
        for body in (b"", b"{", b"[]"):
            answer = self.post(REQUIREMENTS, zstd(body), ZSTD)
            plain = self.post(REQUIREMENTS, body)
            self.assertEqual((answer.status, answer.body), (plain.status, plain.body))


class Batches(Coded):
    def test_are_decoded(self):
        files = [new_content(size) for size in (0, 1, 5000, MIB)]
        body = b"".join(f"{sha256(data)} {len(data)}\n".encode() + data for data in files)
        answer = self.post(BATCH, zstd(body), ZSTD)
        self.assertIn([file["status"] for file in answer.json()["files"]], ([204] * 4, [208] + [204] * 3))
        for data in files:
            self.assert_stored(data)

    def test_that_are_damaged_keep_what_was_complete(self):
        files = [new_content(300_000) for _ in range(4)]
        body = zstd(b"".join(f"{sha256(data)} {len(data)}\n".encode() + data for data in files))
        answer = self.post(BATCH, body[:-300_000], ZSTD)
        self.assert_error_of_coding(answer)
        self.assertEqual([self.api.status(data) for data in files][::3], ["stored", "unknown"])
        self.assertEqual(self.server.temporary_files(), [])

    def assert_error_of_coding(self, answer):
        self.assertEqual(answer.status, 400, answer)
        self.assertIn("not valid zstd", answer.json()["message"])


class Bombs(Coded):
    """What is small on the line, and large behind it."""

    def setUp(self):
        self.server = Server().start()
        self.addCleanup(self.server.close)
        super().setUp()

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def assert_memory_below(self, limit):
        if SANITIZED:
            return
        peak = self.server.peak_memory()
        print(f"{self.id().rsplit('.', 1)[1]}: {peak / MIB:.0f} MiB at most", file=sys.stderr)
        self.assertLess(peak, limit)

    def test_of_a_file_end_at_its_size(self):
        data = compressible()
        answer = self.upload(data, zeros(4 << 30))
        self.assertEqual(answer.status, 417, answer)
        self.assert_nothing_kept(data)
        self.assert_memory_below(96 * MIB)

    def test_of_json_end_at_its_limit(self):
        bomb = zeros(4 << 30)
        for body, coding in ((bomb, ZSTD), (zeros(4 << 30, says=4 << 30), ZSTD), (gzip.compress(bytes(65 * MIB)), GZIP),
                             (zstd(b'{"files": "' + b"a" * 65 * MIB + b'"}'), ZSTD)):
            answer = self.post(REQUIREMENTS, body, coding)
            self.assertEqual(answer.status, 413, answer)
        self.assert_memory_below(160 * MIB)

    def test_of_a_batch_end_at_its_form(self):
        answer = self.post(BATCH, zeros(1 << 30), ZSTD)
        self.assertEqual(answer.status, 400, answer)
        self.assert_memory_below(96 * MIB)

    def test_what_is_that_small_is_stored_as_well(self):
        size = 200 * MIB
        digest = hashlib.sha256(bytes(size)).hexdigest()
        answer = self.post(files_url(sha=digest, size=size), zeros(size), ZSTD)
        self.assertEqual(answer.status, 204, answer)
        self.assert_memory_below(96 * MIB)

    def test_many_large_windows_share_a_budget_and_spare_another_client(self):
        """Each wants more than 8 MiB as soon as its head is there, and says no more."""
        hostile = []
        for number in range(100):
            data = number.to_bytes(4, "big") + new_content()
            sender = RawConnection(self.server, source="127.0.0.2")
            self.addCleanup(sender.close)
            sender.request("POST", files_url(data, size=64 * MIB), [ZSTD, ("Content-Length", 1000_000)], length=False)
            sender.send(frame_head(23) + block(RAW, BLOCK, bytes(BLOCK)))
            hostile.append(sender)
        with Api(self.server) as honest:
            for _ in range(3):
                data = compressible(3_000_000)
                answer = honest.upload(zstd(data), {"Content-Encoding": "zstd"}, sha256(data), len(data))
                self.assertEqual(answer.status, 204, answer)
                self.assertEqual(self.post(REQUIREMENTS, zstd(b'{"files": []}'), ZSTD).status, 200)
        self.assert_memory_below(320 * MIB)

    def test_a_decoder_gives_way_to_a_client_that_holds_less(self):
        self.server.close()
        self.server = Server(json_memory="16MiB", max_json_size="1MiB").start()
        self.addCleanup(self.server.close)
        self.api = self.new_api()
        holders = []
        for _ in range(2):
            name = new_content()
            holder = RawConnection(self.server, source="127.0.0.2")
            self.addCleanup(holder.close)
            holder.request("POST", files_url(name, size=64 * MIB), [ZSTD, ("Content-Length", 1000_000)], length=False)
            holder.send(frame_head(22) + block(RAW, 10, bytes(10)))
            holders.append(holder)
            wait_until(lambda url=files_url(name, size=64 * MIB): self.api.get(url).json()["status"] == "uploading",
                       "the upload to begin")
        data = compressible()
        self.assertEqual(self.upload(data, zstd(data, "--zstd=wlog=22")).status, 204)
        # The younger one, unless the server was just at work for it.
        ready = select.select([holder.socket for holder in holders], [], [], PATIENCE)[0]
        gave_way = [holder for holder in holders if holder.socket in ready]
        self.assertEqual([holder.response().status for holder in gave_way], [503])
        self.assertTrue(all(holder.is_silent() for holder in holders if holder not in gave_way))


if __name__ == "__main__":
    main()
