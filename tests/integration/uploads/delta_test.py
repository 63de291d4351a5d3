# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as the difference from one that the server has: assembled, verified, and stored like any other."""

import os
import random
import shutil
import signal
import threading
import unittest

from api import Api, ServerTest, files_url, main, new_content, spec
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

MIB = 1 << 20
# "x" * 1000 as a frame of zstd.
PACKED = bytes.fromhex("28b52ffd00484d00001078780100e32b8005")


def copy(offset, length):
    return b"copy %d %d\n" % (offset, length)


def data_part(content):
    return b"data %d\n" % len(content) + content


def base_of(content):
    return {"X-Shaman-Delta-Base": f"{sha256(content)} {len(content)}"}


def send(api, file, base, *parts, **more):
    return api.call("POST", files_url(file), b"".join(parts),
                    {"Content-Type": "application/x-shaman-delta", **base_of(base), **more})


class Delta(ServerTest):
    def content_of(self, file):
        with open(self.server.blob_path(sha256(file), len(file)), "rb") as blob:
            return blob.read()

    def assert_nothing_kept(self, file):
        self.assertEqual(self.api.status(file), "unknown")
        wait_until(lambda: not self.server.temporary_files(), "the temporary file to be removed")

    def test_is_named_by_info(self):
        self.assertIn("delta-uploads", self.api.get("/api/v3/shaman/info").json()["features"])

    def test_ranges_data_and_packed_parts_in_any_order(self):
        base = self.stored(3 * MIB)
        middle = new_content(70_000)
        file = base[2 * MIB:] + middle + base[:MIB + 5] + b"x" * 1000 + base[-1:]
        answer = send(self.api, file, base, copy(2 * MIB, MIB), data_part(middle), copy(0, MIB + 5),
                      b"zstd 1000 %d\n" % len(PACKED), PACKED, copy(len(base) - 1, 1))
        self.assertEqual(answer.status, 204, answer)
        self.assertEqual(self.content_of(file), file)
        self.assertEqual(self.api.status(file), "stored")
        self.assertEqual(self.api.create("film", [spec("a.blend", file)]).status, 200)
        self.assertEqual(send(self.api, file, base, b"").status, 208)

    def test_in_pieces_of_any_size(self):
        base = self.stored(MIB)
        file = base[:100] + b"new" + base[200:] + b"x" * 1000
        body = copy(0, 100) + data_part(b"new") + copy(200, MIB - 200) + b"zstd 1000 %d\n" % len(PACKED) + PACKED
        with self.raw() as connection:
            connection.request("POST", files_url(file), [("Transfer-Encoding", "chunked"), *base_of(base).items()],
                               length=False)
            for at in range(0, len(body), 3):
                piece = body[at:at + 3]
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send(b"0\r\n\r\n")
            self.assertEqual(connection.response().status, 204)
        self.assertEqual(self.content_of(file), file)

    def test_what_is_no_delta(self):
        base = self.stored(10_000)
        file = new_content(5000)
        for body in (b"nonsense\n", b"copy 0\n", b"copy 0 0\n", b"copy -1 5\n", b"copy 0 5000 1\n", b"copy  0 5000\n",
                     b"copy 0x1 5\n", b"copy 9999 2\n", b"copy 10001 1\n", b"copy 9223372036854775807 5000\n",
                     b"copy 18446744073709551615 2\n", b"data 5 5\n12345", b"data 5\n123", b"data 5", b"zstd 10\n",
                     b"zstd 10 10\n" + bytes(10), b"zstd 10 0\n", b"zstd 100 5\nabcde",
                     b"zstd 999 %d\n" % len(PACKED) + PACKED, b"zstd 1001 %d\n" % len(PACKED) + PACKED,
                     b"z" * 100, b"copy 0 1\n" * 100):
            with self.subTest(body[:40]):
                self.assert_error(send(self.api, file, base, body), 400)
                self.assert_nothing_kept(file)
        self.assert_error(send(self.api, file, base, bytes(10_000)), 400, "longer")
        for name in ("", "abc 5", f"{sha256(base)}", f"{sha256(base)} -5", f"{sha256(base)} 5 5"):
            answer = self.api.call("POST", files_url(file), b"copy 0 1\n", {"X-Shaman-Delta-Base": name or "x"})
            self.assert_error(answer, 400, "base")
        self.assert_error(send(self.api, file, base, b"", **{"Upload-Complete": "?1"}), 400, "resumed")
        self.assert_alive()

    def test_a_packed_part_that_is_too_large(self):
        base = self.stored(10_000)
        file = new_content(300_000)
        self.assert_error(send(self.api, file, base, b"zstd 262145 10\n" + bytes(10)), 400, "larger")

    def test_another_content_or_size(self):
        base = self.stored(10_000)
        file = new_content(5000)
        self.assert_error(send(self.api, file, base, copy(0, 5000)), 417, "whole")
        self.assert_nothing_kept(file)
        self.assert_error(send(self.api, file, base, data_part(new_content(5000))), 417, "SHA-256")
        self.assert_error(send(self.api, file, base, copy(0, 4999)), 417, "5000")
        self.assert_error(send(self.api, file, base, copy(0, 5000), copy(0, 1)), 417, "more bytes")
        self.assert_error(send(self.api, file, base), 417)
        self.assert_nothing_kept(file)

    def test_a_base_that_is_not_stored(self):
        file, base = new_content(5000), new_content(9000)
        self.assert_error(send(self.api, file, base, copy(0, 5000)), 409, "whole")
        self.assert_nothing_kept(file)
        # The body is not asked for.
        with self.raw() as connection:
            connection.request("POST", files_url(file), [("Content-Length", 12), ("Expect", "100-continue"),
                                                         *base_of(base).items()], length=False)
            self.assertEqual(connection.response().status, 409)

    def test_a_damaged_base_is_not_the_clients_fault(self):
        base = self.stored(20_000)
        path = self.server.blob_path(sha256(base), len(base))
        os.chmod(path, 0o644)
        with open(path, "r+b") as blob:
            blob.write(bytes(100))
        file = base[:15_000]
        self.assert_error(send(self.api, file, base, copy(0, 15_000)), 417, "damaged", "whole")
        self.assert_nothing_kept(file)
        self.assertEqual(self.api.upload(file).status, 204)
        with open(path, "r+b") as blob:
            blob.truncate(5)
        self.assert_error(send(self.api, base[:14_000], base, copy(0, 14_000)), 409)

    def test_a_base_that_is_collected_meanwhile(self):
        base = self.stored(MIB)
        file = base + b"end"
        with self.raw() as connection:
            body = copy(0, MIB) + data_part(b"end")
            connection.request("POST", files_url(file), [("Content-Length", len(body)), *base_of(base).items()],
                               length=False)
            wait_until(lambda: self.api.status(file) == "uploading", "the upload")
            os.remove(self.server.blob_path(sha256(base), len(base)))
            connection.send(body)
            self.assertEqual(connection.response().status, 204)
        self.assertEqual(self.content_of(file), file)

    def test_two_at_once(self):
        base = self.stored(MIB)
        file = base + b"end"
        body = copy(0, MIB) + data_part(b"end")
        with self.raw() as connection:
            connection.request("POST", files_url(file), [("Content-Length", len(body)), *base_of(base).items()],
                               length=False)
            wait_until(lambda: self.api.status(file) == "uploading", "the upload")
            deferred = send(self.api, file, base, body, **{"X-Shaman-Can-Defer-Upload": "true"})
            self.assertEqual(deferred.status, 425)
            second = []
            waiter = threading.Thread(target=lambda: second.append(send(self.new_api(), file, base, body)))
            waiter.start()
            connection.send(body)
            self.assertEqual(connection.response().status, 204)
            waiter.join()
        self.assertEqual(second[0].status, 208)

    def test_a_client_that_breaks_off(self):
        base = self.stored(MIB)
        file = base + b"end"
        with self.raw() as connection:
            connection.request("POST", files_url(file), [("Content-Length", 100), *base_of(base).items()], length=False)
            connection.send(copy(0, MIB))
            wait_until(lambda: self.api.status(file) == "uploading", "the upload")
        wait_until(lambda: self.api.status(file) == "unknown", "the end of the upload")
        self.assert_nothing_kept(file)
        self.assertEqual(send(self.api, file, base, copy(0, MIB), data_part(b"end")).status, 204)

    def test_many_random_ones(self):
        source = random.Random(7)
        base = self.stored(300_000)
        for _ in range(20):
            parts, file = [], b""
            while len(file) < 200_000:
                length = source.randrange(1, 60_000)
                if source.random() < 0.5:
                    offset = source.randrange(0, len(base) - length)
                    parts.append(copy(offset, length))
                    file += base[offset:offset + length]
                else:
                    content = source.randbytes(length)
                    parts.append(data_part(content))
                    file += content
            self.assertEqual(send(self.api, file, base, *parts).status, 204)
            self.assertEqual(self.content_of(file), file)

    def test_a_client_with_much_to_assemble_leaves_the_others_their_turn(self):
        base = self.stored(64 * MIB)
        file = base * 2
        answers = []
        senders = [threading.Thread(target=lambda n=n: answers.append(
            send(self.new_api(), file + bytes([n]), base, *[copy(0, len(base))] * 2, data_part(bytes([n])))))
            for n in range(4)]
        for sender in senders:
            sender.start()
        self.assertEqual(self.api.upload(new_content(100_000)).status, 204)
        for sender in senders:
            sender.join()
        self.assertEqual({answer.status for answer in answers}, {204})
        self.assertLess(self.server.peak_memory(), 300 * MIB)


class Killed(unittest.TestCase):
    def test_in_the_middle(self):
        with Server() as server:
            with Api(server) as api:
                base = new_content(4 * MIB)
                self.assertEqual(api.upload(base).status, 204)
                file = base * 2
                with Api(server) as sender:
                    sender.connection.putrequest("POST", files_url(file))
                    for name, value in {"Content-Length": "100", **base_of(base)}.items():
                        sender.connection.putheader(name, value)
                    sender.connection.endheaders(copy(0, len(base)))
                    wait_until(lambda: any(os.path.getsize(name) >= 4 * MIB for name in server.temporary_files()),
                               "a part of the file")
                    server.terminate(signal.SIGKILL)
            server.start()
            with Api(server) as api:
                self.assertEqual(api.status(file), "unknown")
                self.assertEqual(server.temporary_files(), [])
                self.assertEqual(api.status(base), "stored")
                self.assertEqual(send(api, file, base, copy(0, len(base)) * 2).status, 204)


class Limits(ServerTest):
    options = {"max_file_size": 1 * MIB}

    def test_a_file_over_the_limit(self):
        base = self.stored(MIB)
        self.assert_error(send(self.api, base + b"x", base, copy(0, MIB), data_part(b"x")), 413)

    def test_a_storage_that_would_be_too_full(self):
        base = self.stored(MIB)
        free = shutil.disk_usage(self.server.storage).free
        with Server(self.server.storage, min_free_space=free + (1 << 40)) as full, Api(full) as api:
            file = base[1:]
            self.assertEqual(send(api, file, base, copy(1, MIB - 1)).status, 507)
            self.assertEqual(api.status(file), "unknown")


class Principals(unittest.TestCase):
    def test_a_base_is_one_that_its_client_has_sent(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        secrets = {name: tokens.make("submit", name=name) for name in ("anna", "ben")}
        with Server(auth_token_file=tokens.file) as server:
            apis = {}
            for name, secret in secrets.items():
                apis[name] = Api(server)
                apis[name].headers = {"Authorization": "Bearer " + secret}
                self.addCleanup(apis[name].close)
            base = new_content(100_000)
            self.assertEqual(apis["anna"].upload(base).status, 204)
            # Whoever knows only a checksum also knows that of the content with its padding and more behind it.
            file = base + b"\x80" + bytes(50)
            parts = (copy(0, len(base)), data_part(b"\x80" + bytes(50)))
            self.assertEqual(send(apis["ben"], file, base, *parts).status, 409)
            self.assertEqual(apis["ben"].status(file), "unknown")
            self.assertEqual(send(apis["anna"], file, base, *parts).status, 204)
            # The new one belongs to its sender, and is a base of hers.
            self.assertEqual(apis["ben"].status(file), "unknown")
            self.assertEqual(send(apis["anna"], file + b"z", file, copy(0, len(file)), data_part(b"z")).status, 204)


if __name__ == "__main__":
    main()
