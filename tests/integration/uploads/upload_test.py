# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /api/v3/shaman/files/{checksum}/{filesize}: answers, headers, and what lies on disk then"""

import base64
import email.header
import os
import stat

import api
from api import ServerTest, files_url, new_content
from shaman_server import Server, sha256, wait_until


class Upload(ServerTest):
    options = {"log_level": "info"}

    def start_sending(self, data, count, headers=()):
        """Another client's upload, of which only the first bytes have come."""
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data)), *headers], length=False)
        sender.send(data[:count])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        return sender

    def assert_nothing_kept(self, data_or_sha, size=None):
        sha = data_or_sha if size is not None else sha256(data_or_sha)
        size = len(data_or_sha) if size is None else size
        self.assertFalse(os.path.exists(self.server.blob_path(sha, size)))
        wait_until(lambda: not any(sha in path for path in self.server.temporary_files()),
                   "the temporary file to go")
        self.assertEqual(self.api.get(files_url(sha=sha, size=size)).json()["status"], "unknown")

    # --- 204

    def test_stored(self):
        data = new_content()
        answer = self.api.upload(data)
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertIsNone(answer.header("Transfer-Encoding"))
        self.assertEqual(self.api.status(data), "stored")

    def test_sizes_around_the_pieces(self):
        for size in (1, 2, 4095, 65536, 65537, 262143, 262144, 262145, 1 << 20, (1 << 20) + 1, 5_000_001):
            with self.subTest(size=size):
                data = new_content(size)
                self.assertEqual(self.api.upload(data).status, 204)
                with open(self.server.blob_path(sha256(data), size), "rb") as file:
                    self.assertEqual(file.read(), data)

    def test_a_large_file(self):
        block = new_content(1 << 20)
        data = b"".join(block[n:] + block[:n] for n in range(64))
        self.assertEqual(self.api.upload(data).status, 204)
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(sha256(file.read()), sha256(data))

    def test_an_empty_file_is_a_file(self):
        self.assertIn(self.api.upload(b"").status, (204, 208))
        self.assertEqual(self.api.status(b""), "stored")
        self.assertEqual(os.path.getsize(self.server.blob_path(sha256(b""), 0)), 0)
        self.assertEqual(self.api.upload(b"").status, 208)

    def test_an_empty_file_in_chunks(self):
        with Server() as server:
            connection = api.RawConnection(server)
            connection.send(f"POST {files_url(b'')} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "0\r\n\r\n".encode())
            self.assertEqual(connection.response().status, 204)
            connection.close()
            self.assertTrue(server.has_blob(b""))

    def test_upper_case_checksum_is_stored_in_lower_case(self):
        data = new_content()
        self.assertEqual(self.api.upload(data, sha=sha256(data).upper()).status, 204)
        self.assertTrue(self.server.has_blob(data))

    def test_chunked(self):
        for sizes in ((1000,), (1,) * 1000, (10, 0, 990), (999, 1), (3, 500, 497)):
            with self.subTest(sizes=sizes[:5]):
                data, pieces, start = new_content(), [], 0
                for size in sizes:
                    if size:
                        pieces.append(data[start:start + size])
                    start += size
                answer = self.api.call("POST", files_url(data), iter(pieces))
                self.assertEqual(answer.status, 204)
                self.assertTrue(self.server.has_blob(data))

    def test_chunks_with_extensions_and_trailers(self):
        data = new_content(20)
        connection = self.raw()
        connection.send(f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .encode() + b'5;name="value"\r\n' + data[:5] + b"\r\n00f\r\n" + data[5:] +
                        b"\r\n0\r\nX-Checksum: abc\r\n\r\n")
        self.assertEqual(connection.response().status, 204)
        self.assertEqual(connection.exchange("GET", files_url(data)).json(), {"status": "stored"})

    # --- on disk

    def test_permissions_on_disk(self):
        data = self.stored()
        path = self.server.blob_path(sha256(data), len(data))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o444)
        mask = os.umask(0)
        os.umask(mask)
        for folder in (os.path.dirname(path), os.path.dirname(os.path.dirname(path)),
                       os.path.join(self.server.storage, "file-store", "stored"), self.server.jobs()):
            self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o777 & ~mask, folder)

    def test_nothing_else_is_left_on_disk(self):
        data = self.stored()
        self.assertFalse([path for path in self.server.temporary_files() if sha256(data) in path])
        self.assertEqual(os.listdir(os.path.dirname(self.server.blob_path(sha256(data), len(data)))),
                         [f"{len(data)}.blob"])

    # --- 208

    def test_stored_already(self):
        data = self.stored()
        answer = self.api.upload(data)
        self.assertEqual((answer.status, answer.body), (208, b""))

    def test_stored_already_whatever_is_sent(self):
        data = self.stored()
        self.assertEqual(self.api.upload(b"y" * len(data), sha=sha256(data)).status, 208)
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(file.read(), data)

    # --- 425 and the header that asks for it

    def test_deferred(self):
        data = new_content()
        sender = self.start_sending(data, 10)
        for value in ("true", "True", "TRUE", "t", "T", "1"):
            with self.subTest(value):
                self.assert_error(self.api.upload(data, {"X-Shaman-Can-Defer-Upload": value}), 425)
        sender.send(data[10:])
        self.assertEqual(sender.response().status, 204)
        self.assertEqual(self.api.upload(data, {"X-Shaman-Can-Defer-Upload": "true"}).status, 208)

    def test_not_deferred(self):
        data = new_content()
        sender = self.start_sending(data, 10)
        waiting = []
        for value in ("false", "False", "FALSE", "f", "F", "0", "", "maybe", None):
            client = self.raw()
            headers = [] if value is None else [("X-Shaman-Can-Defer-Upload", value)]
            client.request("POST", files_url(data), headers, data)
            waiting.append((value, client))
        for value, client in waiting:
            with self.subTest(value):
                self.assertTrue(client.is_silent(0.05))
        sender.send(data[10:])
        self.assertEqual(sender.response().status, 204)
        for value, client in waiting:
            with self.subTest(value):
                self.assertEqual(client.response().status, 208)

    def test_nobody_sends_it_so_nothing_is_deferred(self):
        self.assertEqual(self.api.upload(new_content(), {"X-Shaman-Can-Defer-Upload": "True"}).status, 204)

    # --- 417

    def test_another_content(self):
        data = new_content()
        answer = self.api.upload(bytes([data[0] ^ 1]) + data[1:], sha=sha256(data))
        self.assert_error(answer, 417)
        self.assert_nothing_kept(data)
        self.assertEqual(self.api.upload(data).status, 204)

    def test_another_length(self):
        for difference in (-1000, -1, 1, 1000, 100_000):
            with self.subTest(difference=difference):
                data = new_content(2000)
                sent = (data + b"x" * 100_000)[:len(data) + difference]
                self.assert_error(self.api.upload(sent, sha=sha256(data), size=len(data)), 417)
                self.assert_nothing_kept(data)
        # All on one connection: no rest of a body was taken for a request.
        self.assertEqual(self.api.upload(new_content()).status, 204)

    def test_another_length_in_chunks(self):
        for difference in (-1, 1, 100_000):
            with self.subTest(difference=difference):
                data = new_content(2000)
                sent = (data + b"x" * 100_000)[:len(data) + difference]
                answer = self.api.call("POST", files_url(data), iter([sent[:700], sent[700:]]))
                self.assert_error(answer, 417)
                self.assert_nothing_kept(data)

    def test_the_digest_of_another_size(self):
        data = new_content()
        self.assert_error(self.api.upload(data, size=len(data) - 1), 417)
        self.assert_error(self.api.upload(b"abc", size=1), 417, "the URL declares 1 byte, but the body has 3")
        self.assert_nothing_kept(sha256(data), len(data) - 1)

    def test_an_empty_body_for_a_file_that_is_not_empty(self):
        data = new_content()
        self.assert_error(self.api.upload(b"", sha=sha256(data), size=len(data)), 417)

    # --- 400

    def test_malformed_addresses(self):
        data = new_content()
        for address in (files_url(sha="abc", size=5), files_url(data, size="-1"), files_url(data, size="1x"),
                        files_url(data, size=2**64), files_url(data, sha="g" * 64)):
            with self.subTest(address):
                self.assert_error(self.api.call("POST", address, data), 400)

    # --- the original file name

    def log_line_of(self, name):
        """Uploads with the name header (bytes) and returns the upload's log line."""
        data = new_content()
        connection = self.raw()
        connection.send(f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n"
                        "X-Shaman-Original-Filename: ".encode() + name + b"\r\n\r\n" + data)
        self.assertEqual(connection.response().status, 204, name)
        return self.server.wait_for_log(sha256(data)[:12])

    def test_names_are_decoded_for_the_log(self):
        for sent, seen in ((b"plain.png", "plain.png"), (b"=?utf-8?q?w=C3=A4nd.png?=", "wänd.png"),
                           (b"=?UTF-8?B?" + base64.b64encode("ブリック.png".encode()) + b"?=", "ブリック.png"),
                           (b"=?utf-8?q?a?= =?utf-8?q?b.png?=", "ab.png"),
                           (b"=?utf-8?q?two_words.png?=", "two words.png")):
            with self.subTest(sent):
                self.assertIn(seen, self.log_line_of(sent))

    def test_no_name_is_a_reason_to_refuse(self):
        names = (b"", b"w\xe4nd.png", b"\xff\xfe", b"=?utf-8?q?broken", b"=?nonsense?x?y?=", b"=?utf-8?b?!!!?=",
                 b"=?utf-8?q?=ZZ?=", b"=??q??=", b"=?utf-8?q?=FF=FE?=", b"=?utf-8?b?gICA?=", b"x" * 3000,
                 b"\xe2\x80\xae", b"=?utf-8?q?" + b"=C3=A4" * 400 + b"?=", b"=?", b"?=", b"a\tb",
                 "name\u2028line".encode(), b"\x80" * 100)
        for name in names:
            with self.subTest(name[:40]):
                self.log_line_of(name)

    def test_names_that_released_add_ons_fold(self):
        """Flamenco 3.6 to 3.8.5 send what email.header makes of the name: folded by LF and a blank."""
        for name in ("wood planks old weathered brown seamless tileable high resolution color 4k.png",
                     "é" * 23 + ".png", "映" * 15 + ".png", "映" * 200 + ".png"):
            value = email.header.Header()
            value.append(name, charset="utf-8")
            folded = value.encode().encode()
            for sent in (folded, folded.replace(b"\n", b"\r\n")):
                with self.subTest(sent[:40]):
                    self.assertIn(b"\n ", sent)
                    self.assertIn(name, self.log_line_of(sent))

    def test_no_other_header_may_be_folded(self):
        data = new_content()
        for line in ("Content-Length:\n {}", "Content-Length:\r\n {}", "Content-Length: {}\r\nX-Other: a\n b",
                     "Content-Length: {}\r\nX-Shaman-Original-Filename: a\nX-Other: b",
                     "X-Shaman-Original-Filename: a\nContent-Length: {}",
                     "X-Shaman-Original-Filename: a\r\nTransfer-Encoding:\r\n chunked"):
            with self.subTest(line):
                connection = self.raw()
                connection.send(f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\n".encode() +
                                line.format(len(data)).encode() + b"\r\n\r\n" + data)
                self.assertEqual(connection.response().status, 400)
        self.assertEqual(self.api.get(files_url(data)).json()["status"], "unknown")

    def test_what_a_name_holds_is_escaped(self):
        for name in (b"=?utf-8?q?=1B[31mred?=", b"=?utf-8?q?a=0Ainfo_forged?=", b"=?utf-8?q?a=0Db?=",
                     b"=?utf-8?q?=E2=80=AEgnp.exe?=", b"=?utf-8?q?=C2=9B31m?=", b"=?utf-8?q?=7F?=",
                     b"=?utf-8?q?=00?=", b"\xff\xfe", b"=?utf-8?q?=E2=80=A8?="):
            with self.subTest(name):
                line = self.log_line_of(name)
                for character in line:
                    self.assertGreaterEqual(ord(character), 0x20, line)
                    self.assertFalse(0x7f <= ord(character) <= 0x9f, line)
                    self.assertFalse(0xdc80 <= ord(character) <= 0xdcff, f"no UTF-8: {line!r}")
                    self.assertNotIn(character, "\u202e\u2028\u2029", line)
        self.assertFalse([line for line in self.server.log_lines() if line.startswith("info_forged")])

    def test_one_line_a_request(self):
        data = new_content(1234)
        self.api.upload(data, {"X-Shaman-Original-Filename": "wall.png"})
        line = self.server.wait_for_log(sha256(data))
        for part in ("POST", files_url(data), "204", "1234", "127.0.0.1", "wall.png", "ms"):
            self.assertIn(part, line)
        self.assertEqual(len([line for line in self.server.log_lines() if sha256(data) in line]), 1)


class SizeLimit(ServerTest):
    options = {"max_file_size": "100k"}

    def test_a_file_over_the_limit_is_413(self):
        data = new_content(24 << 20)
        self.assert_error(self.api.upload(data), 413)
        connection = self.api.connection.sock
        self.assertEqual(self.api.status(data), "unknown")
        self.assertIs(self.api.connection.sock, connection, "the connection was not kept alive")
        self.assertEqual(self.api.upload(new_content(90_000)).status, 204)

    def test_nobody_waits_for_the_body_where_it_is_expected(self):
        connection = self.raw()
        connection.request("POST", files_url(sha=sha256(b"x"), size=10**15),
                           [("Expect", "100-continue"), ("Content-Length", 10**15)], length=False)
        self.assert_error(connection.response(), 413)

    def test_chunks_over_the_limit_end_in_413_or_417(self):
        data = new_content(200_000)
        self.assert_error(self.api.call("POST", files_url(data), iter([data])), 413)


if __name__ == "__main__":
    api.main()
