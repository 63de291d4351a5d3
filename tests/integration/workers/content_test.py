# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine without the storage reads: the content of files, alone and many at once, and the manifests of
checkouts."""

import base64
import hashlib
import json
import os
import threading
import unittest

from api import Api, ServerTest, files_url, new_content, spec
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

BATCH = "/api/v3/shaman/files:content"


def content_url(data):
    return files_url(data) + "/content"


def blob_path(server, data):
    return server.blob_path(sha256(data), len(data))


class Content(ServerTest):
    def test_a_file_comes_whole_with_its_fields(self):
        for size in (0, 1, 1000, 9_000_001):
            with self.subTest(size=size):
                data = self.stored(size) if size > 1 else os.urandom(size)
                self.api.upload(data)
                answer = self.api.get(content_url(data))
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, data)
                self.assertEqual(answer.header("Content-Type"), "application/octet-stream")
                self.assertEqual(answer.header("Content-Length"), str(size))
                self.assertEqual(answer.header("Accept-Ranges"), "bytes")
                self.assertEqual(answer.header("ETag"), f'"{sha256(data)}-{size}"')
                self.assertEqual(answer.header("Cache-Control"), "private, max-age=31536000, immutable")
                digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
                self.assertEqual(answer.header("Repr-Digest"), f"sha-256=:{digest}:")

    def test_head_has_the_same_fields_and_no_body(self):
        data = self.stored()
        got = self.api.get(content_url(data))
        head = self.api.call("HEAD", content_url(data), headers={"Range": "bytes=0-1"})
        self.assertEqual((head.status, head.body), (200, b""))
        for name in ("Content-Length", "Content-Type", "Accept-Ranges", "ETag", "Cache-Control", "Repr-Digest"):
            self.assertEqual(head.header(name), got.header(name), name)
        self.assertEqual(self.api.get(content_url(data)).body, data)

    def test_one_range(self):
        data = self.stored(5000)
        for text, begin, end in (("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=4999-", 4999, 5000),
                                 ("bytes=0-", 0, 5000), ("BYTES = 7-99999999999999999999999", 7, 5000),
                                 ("bytes=-1", 4999, 5000), ("bytes=-99999", 0, 5000)):
            with self.subTest(range=text):
                answer = self.api.call("GET", content_url(data), headers={"Range": text})
                self.assertEqual(answer.status, 206, answer)
                self.assertEqual(answer.body, data[begin:end])
                self.assertEqual(answer.header("Content-Range"), f"bytes {begin}-{end - 1}/5000")

    def test_what_is_not_one_range_of_bytes_gets_the_whole_file(self):
        data = self.stored()
        for text in ("bytes=0-1,5-6", "lines=0-1", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=1-2x",
                     "bytes=0x1-2", "bytes=+1-2", "bytes=--1", "bytes=1 - 2", "=", "bytes=1-2,", "\xff"):
            with self.subTest(range=text):
                answer = self.api.call("GET", content_url(data), headers={"Range": text})
                self.assertEqual((answer.status, answer.body), (200, data))
                self.assertIsNone(answer.header("Content-Range"))

    def test_a_range_that_does_not_exist(self):
        data = self.stored()
        for text in ("bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=18446744073709551615-",
                     "bytes=99999999999999999999999-"):
            with self.subTest(range=text):
                answer = self.api.call("GET", content_url(data), headers={"Range": text})
                self.assert_error(answer, 416, "1000 bytes")
                self.assertEqual(answer.header("Content-Range"), "bytes */1000")

    def test_conditions(self):
        data = self.stored()
        tag = f'"{sha256(data)}-{len(data)}"'
        part = {"Range": "bytes=0-9"}
        for headers, status in (({"If-None-Match": tag}, 304), ({"If-None-Match": f'"x", W/{tag}'}, 304),
                                ({"If-None-Match": "*"}, 304), ({"If-None-Match": '"x"'}, 200),
                                ({"If-None-Match": tag[1:]}, 200), ({"If-None-Match": f'"a,{tag}'}, 200),
                                ({"If-Match": tag}, 200), ({"If-Match": "*"}, 200), ({"If-Match": '"x"'}, 412),
                                ({"If-Match": "W/" + tag}, 412), ({"If-Match": '"x"', "If-None-Match": tag}, 412),
                                ({"If-Range": tag, **part}, 206), ({"If-Range": '"x"', **part}, 200),
                                ({"If-Range": "W/" + tag, **part}, 200),
                                ({"If-Range": "Wed, 21 Oct 2015 07:28:00 GMT", **part}, 200),
                                ({"If-None-Match": tag, **part}, 304)):
            with self.subTest(headers=headers):
                answer = self.api.call("GET", content_url(data), headers=headers)
                self.assertEqual(answer.status, status, answer)
                if status == 304:
                    self.assertEqual(answer.body, b"")
                    self.assertEqual(answer.header("ETag"), tag)
                    self.assertIsNone(answer.header("Content-Length"))
                if status == 200:
                    self.assertEqual(answer.body, data)

    def test_what_is_not_stored(self):
        data = new_content()
        self.assert_error(self.api.get(content_url(data)), 404, "not stored")
        self.assert_error(self.api.get("/api/v3/shaman/files/xyz/7/content"), 400)
        self.assert_error(self.api.call("DELETE", content_url(data)), 405)

    def test_a_blob_that_is_too_short_never_looks_complete(self):
        data = self.stored(100_000)
        path = blob_path(self.server, data)
        os.chmod(path, 0o600)
        os.truncate(path, 50_000)
        self.assert_error(self.api.get(content_url(data)), 404)
        answer = self.api.post_json(BATCH, {"files": [spec("f", data)]})
        self.assertEqual(answer.body, f"{sha256(data)} missing\n".encode())

    def test_a_blob_that_ends_while_it_is_sent(self):
        data = self.stored(40_000_000)
        connection, received = self.begun(data)
        path = blob_path(self.server, data)
        os.chmod(path, 0o600)
        os.truncate(path, 39_000_000)
        received += read_all(connection)
        body = received.split(b"\r\n\r\n", 1)[1]
        self.assertLess(len(body), len(data))
        self.assert_alive()

    def test_a_blob_that_is_removed_while_it_is_sent(self):
        data = self.stored(40_000_000)
        connection, received = self.begun(data)
        os.remove(blob_path(self.server, data))
        received += read_all(connection)
        self.assertEqual(received.split(b"\r\n\r\n", 1)[1], data)

    def begun(self, data):
        """A connection whose answer has begun, and whose client reads no more for now."""
        connection = self.raw().socket
        connection.sendall(f"GET {content_url(data)} HTTP/1.1\r\nHost: {self.server.host}\r\n"
                           "Connection: close\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(1000)
        return connection, received

    def test_who_reads_nothing_holds_up_nobody(self):
        data = self.stored(40_000_000)
        for _ in range(40):
            self.begun(data)
        small = self.stored()
        self.assertEqual(self.api.get(content_url(small)).body, small)
        self.assertEqual(self.api.get(content_url(data)).body, data)

    def test_many_at_once(self):
        data = self.stored(3_000_000)
        wrong = []

        def pull():
            with Api(self.server) as api:
                for _ in range(5):
                    if api.get(content_url(data)).body != data:
                        wrong.append(1)
        threads = [threading.Thread(target=pull) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_info_names_it(self):
        features = self.api.get("/api/v3/shaman/info").json()["features"]
        for name in ("content", "content-batch", "checkout-manifest"):
            self.assertIn(name, features)


def read_all(connection):
    received = bytearray()
    while True:
        try:
            piece = connection.recv(1 << 20)
        except ConnectionResetError:
            return bytes(received)
        if not piece:
            return bytes(received)
        received += piece


class SlowReaders(ServerTest):
    options = {"stall_timeout": 1}

    def test_who_stops_reading_is_cut_off(self):
        data = self.stored(40_000_000)
        connection = self.raw().socket
        connection.sendall(f"GET {content_url(data)} HTTP/1.1\r\nHost: {self.server.host}\r\n\r\n".encode())
        connection.recv(1000)
        wait_until(lambda: open_blobs(self.server) == 0, "the server closes the file")
        self.assertLess(len(read_all(connection)), len(data))


def open_blobs(server):
    folder = f"/proc/{server.process.pid}/fd"
    count = 0
    for name in os.listdir(folder):
        try:
            count += os.readlink(os.path.join(folder, name)).endswith(".blob")
        except OSError:
            pass
    return count


class Many(ServerTest):
    def test_they_come_in_the_order_of_the_request(self):
        one, two, none, large = self.stored(1000), self.stored(300_000), new_content(), self.stored(1 << 20)
        empty = b""
        self.api.upload(empty)
        files = [two, none, one, empty, large, one]
        expected = b"".join(f"{sha256(data)} missing\n".encode() if data is none else
                            f"{sha256(data)} {len(data)}\n".encode() + data for data in files)
        answer = self.api.post_json(BATCH, {"files": [{"sha": sha256(data), "size": len(data)} for data in files]})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.header("Content-Type"), "application/octet-stream")
        self.assertEqual(answer.body, expected)
        self.assertEqual(self.api.post_json(BATCH, {"files": [spec(7 * "x", one)]}).status, 200)
        self.assertEqual(self.api.post_json(BATCH, {"files": []}).body, b"")

    def test_limits(self):
        file = {"sha": "0" * 64, "size": 1}
        self.assertEqual(self.api.post_json(BATCH, {"files": 10_000 * [file]}).status, 200)
        self.assert_error(self.api.post_json(BATCH, {"files": 10_001 * [file]}), 413)
        self.assert_error(self.api.post_json(BATCH, {"files": [file, {**file, "size": (1 << 20) + 1}]}), 413, "files[1]")
        self.assertEqual(self.api.post_json(BATCH, {"files": 256 * [{**file, "size": 1 << 20}]}).status, 200)
        self.assert_error(self.api.post_json(BATCH, {"files": 257 * [{**file, "size": 1 << 20}]}), 413, "256 MiB")
        self.assert_error(self.api.post_json(BATCH, {"files": [{"sha": "0" * 64}]}), 400, "files[0]")
        self.assert_error(self.api.post_json(BATCH, {"base": "x", "result": "0" * 64}), 400)
        self.assert_error(self.api.post_json(BATCH, b"{"), 400)
        self.assert_error(self.api.call("POST", BATCH, b"{}", {"Content-Type": "text/plain"}), 415)

    def test_a_file_that_vanishes_meanwhile_costs_no_other(self):
        files = [self.stored(1 << 20) for _ in range(40)]
        body = json.dumps({"files": [{"sha": sha256(data), "size": len(data)} for data in files]}).encode()
        connection = self.raw().socket
        connection.sendall(f"POST {BATCH} HTTP/1.1\r\nHost: {self.server.host}\r\nConnection: close\r\n"
                           f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        received = connection.recv(1000)
        self.assertIn(b" 200 ", received)
        # The sockets hold less than all of it, so the last file has not been opened.
        os.remove(blob_path(self.server, files[-1]))
        received += read_all(connection)
        self.assertIn(f"{sha256(files[-1])} missing\n".encode(), received)
        self.assertTrue(received.endswith(b"0\r\n\r\n"))


class Manifests(ServerTest):
    def test_a_checkout_s_manifest(self):
        one, two = self.stored(), self.stored()
        path = "film/größer \"7\""
        self.api.create(path, [spec("tex/a.png", one), spec("b", two)])
        for address in ("film/gr%C3%B6%C3%9Fer%20%227%22", "film%2Fgr%C3%B6%C3%9Fer%20%227%22"):
            answer = self.api.get(f"/api/v3/shaman/checkout/{address}/manifest")
            self.assertEqual(answer.status, 200, answer)
            manifest = answer.json()
            self.assertEqual(sorted(manifest), ["checkoutPath", "created", "files"])
            self.assertEqual(manifest["checkoutPath"], path)
            self.assertRegex(manifest["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertEqual(manifest["files"], [spec("b", two), spec("tex/a.png", one)])
            self.assertEqual(answer.header("ETag"), f'"{sha256(answer.body)}"')

    def test_a_large_one_and_its_tag(self):
        data = self.stored()
        files = [spec(f"f{i:05}", data) for i in range(5000)]
        self.assertEqual(self.api.create("large", files).status, 200)
        address = "/api/v3/shaman/checkout/large/manifest"
        answer = self.api.get(address)
        self.assertEqual(answer.json()["files"], files)
        tag = answer.header("ETag")
        self.assertEqual(tag, f'"{sha256(answer.body)}"')
        again = self.api.call("GET", address, headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.body, again.header("ETag")), (304, b"", tag))
        self.assertEqual(self.api.call("GET", address, headers={"If-None-Match": '"x"'}).body, answer.body)
        head = self.api.call("HEAD", address)
        self.assertEqual((head.status, head.body, head.header("ETag")), (200, b"", tag))

    def test_what_is_no_checkout(self):
        data = self.stored()
        self.api.create("parent/child", [spec("f", data)])
        for path in ("parent", "none", "parent/child/f", "..", "%2e%2e/x", "create", "a//b"):
            with self.subTest(path=path):
                self.assert_error(self.api.get(f"/api/v3/shaman/checkout/{path}/manifest"), 404)
        self.assertEqual(self.api.get("/api/v3/shaman/checkout/manifest").status, 405)

    def test_a_checkout_with_the_name_of_the_call(self):
        data = self.stored()
        self.api.create("x/manifest", [spec("f", data)])
        answer = self.api.get("/api/v3/shaman/checkout/x/manifest/manifest")
        self.assertEqual(answer.json()["checkoutPath"], "x/manifest")
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/x/manifest").status, 204)


class Roles(unittest.TestCase):
    def setUp(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        secrets = {name: tokens.make("submit", name=name) for name in ("anna", "ben")}
        secrets.update({role: tokens.make(role) for role in ("worker", "admin")})
        self.server = Server(auth_token_file=tokens.file).start()
        self.addCleanup(self.server.close)
        self.api = {name: self.api_with({"Authorization": "Bearer " + secret}) for name, secret in secrets.items()}
        self.api["nobody"] = self.api_with({})

    def api_with(self, headers):
        api = Api(self.server)
        api.headers = headers
        self.addCleanup(api.close)
        return api

    def test_who_may_read_what(self):
        data = new_content()
        self.assertEqual(self.api["anna"].upload(data).status, 204)
        self.assertEqual(self.api["anna"].create("film", [spec("f", data)]).status, 200)
        statuses = {"anna": (200, 200), "worker": (200, 200), "admin": (200, 200), "ben": (404, 403), "nobody": (401, 401)}
        for name, (of_file, of_checkout) in statuses.items():
            with self.subTest(name=name):
                api = self.api[name]
                self.assertEqual(api.get(content_url(data)).status, of_file)
                self.assertEqual(api.get("/api/v3/shaman/checkout/film/manifest").status, of_checkout)
                many = api.post_json(BATCH, {"files": [spec("f", data)]})
                if of_file == 200:
                    self.assertEqual(many.body, f"{sha256(data)} {len(data)}\n".encode() + data)
                elif of_file == 404:
                    self.assertEqual(many.body, f"{sha256(data)} missing\n".encode())
                else:
                    self.assertEqual(many.status, of_file)
        # A checksum alone is no key: not even whether there is such a file can be told.
        unknown = self.api["ben"].get(content_url(new_content())).json()["message"].split()
        known = self.api["ben"].get(content_url(data)).json()["message"].split()
        self.assertEqual(unknown[0], known[0])
        self.assertEqual(unknown[2:], known[2:])
        self.assertEqual(self.api["ben"].get("/api/v3/shaman/checkout/none/manifest").status, 403)
        self.assertEqual(self.api["worker"].get("/api/v3/shaman/checkout/none/manifest").status, 404)


if __name__ == "__main__":
    unittest.main()
