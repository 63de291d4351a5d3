# SPDX-License-Identifier: GPL-3.0-or-later
"""One client must not stop the others: an honest one (127.0.0.1) goes on while up to a thousand
connections of hostile ones (127.0.0.2 and on) hold what they can of each budget. What is asserted
is that it gets its right answers, never how soon."""

import contextlib
import json
import socket
import threading
import unittest

from api import CREATE, REQUIREMENTS, Api, files_url, main, new_content, spec
from crowd import Crowd, allow_many_descriptors
from raw_http import Closed, RawConnection
from shaman_server import Server, wait_until
from tokens import Tokens

MANY = 1000
MIB = 1 << 20


def head(method, target, length, *headers):
    lines = [f"{method} {target} HTTP/1.1", "Host: h", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode()


def unknown_files(count):
    return [{"sha": f"{n:064x}", "size": n, "path": f"textures/wood/{n}.png"} for n in range(count)]


def upload_of(number, size):
    return head("POST", f"/api/v3/shaman/files/{number:064x}/{size}", size)


class SharesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        allow_many_descriptors()

    def start(self, **options):
        server = Server(**options).start()
        self.addCleanup(server.close)
        client = Api(server)
        self.addCleanup(client.close)
        return server, client

    def crowd(self, server, address, count, *args, **options):
        crowd = Crowd(server, address, count, *args, **options)
        self.addCleanup(crowd.close)
        return crowd

    def assert_all_goes_on(self, client):
        """Every kind of call, small and large."""
        data = new_content(3 * MIB)
        self.assertEqual(client.get("/api/v3/version").status, 200)
        self.assertEqual(client.upload(data).status, 204)
        self.assertEqual(client.status(data), "stored")
        files = unknown_files(20_000)
        answer = client.requirements(files)
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.json()["files"]), len(files))
        self.assertEqual(client.create("honest", [spec(f"{n}.png", data) for n in range(500)]).status, 200)


class JsonMemory(SharesTest):
    """16 MiB: a quarter for the first 256 KiB of each request, the rest for large ones."""

    options = {"json_memory": 16 * MIB, "max_json_size": 6 * MIB}

    def test_a_few_slow_large_requests(self):
        server, client = self.start(**self.options)
        body = head("POST", REQUIREMENTS, 6 * MIB) + b" " * 300_000
        crowd = self.crowd(server, "127.0.0.2", 3, body, drip=b" " * 220)
        self.assert_all_goes_on(client)
        wait_until(lambda: crowd.count(503), "one to be sent away")

    def test_a_thousand_slow_requests_of_all_sizes(self):
        server, client = self.start(**self.options)
        self.crowd(server, "127.0.0.2", MANY // 2, head("POST", REQUIREMENTS, 256 * 1024) + b" " * 2000, drip=b" ")
        self.crowd(server, "127.0.0.3", MANY // 4, head("POST", CREATE, 6 * MIB) + b" " * 300_000, drip=b" ")
        chunked = head("POST", REQUIREMENTS, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        self.crowd(server, "127.0.0.4", MANY // 4, chunked + b"10\r\n" + b" " * 15, drip=b"")
        self.assert_all_goes_on(client)

    def test_slow_requests_of_many_clients(self):
        server, client = self.start(**self.options)
        for number in range(2, 22):
            self.crowd(server, f"127.0.0.{number}", 1, head("POST", REQUIREMENTS, 6 * MIB) + b" " * 300_000,
                       drip=b" " * 220)
        self.assert_all_goes_on(client)

    def test_answers_that_nobody_reads(self):
        server, client = self.start(**self.options)
        body = json.dumps({"files": unknown_files(45_000)}).encode()
        self.assertLess(len(body), 6 * MIB)
        for number in range(2, 6):
            for _ in range(2):
                silent = socket.socket()
                silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                self.addCleanup(silent.close)
                silent.bind((f"127.0.0.{number}", 0))
                silent.settimeout(60)
                silent.connect((server.host, server.port))
                # With those before in the way it may not be read at once.
                sender = threading.Thread(target=self.send, args=(
                    silent, head("POST", REQUIREMENTS, len(body)) + body), daemon=True)
                sender.start()
        self.assert_all_goes_on(client)

    @staticmethod
    def send(connection, data):
        with contextlib.suppress(OSError):
            connection.sendall(data)

    def test_a_large_request_below_its_least_rate_is_dropped(self):
        server, client = self.start(json_min_rate=100_000, rate_window=1)
        with RawConnection(server) as slow, RawConnection(server) as small:
            slow.request("POST", REQUIREMENTS, [("Content-Length", 2 * MIB)], length=False)
            slow.send(b" " * 300_000)
            small.request("POST", REQUIREMENTS, [("Content-Length", 100_000)], length=False)
            for _ in range(600):
                slow.send(b" " * 200)
                small.send(b" " * 110)
                if not slow.is_silent(0.05):
                    break
            self.assertEqual(slow.response().status, 408)
            self.assertTrue(small.is_silent(0.1), "it holds little memory")
        self.assert_all_goes_on(client)


class Space(SharesTest):
    def test_promises_reserve_nothing(self):
        server, client = self.start(max_store_size=64 * MIB)
        self.crowd(server, "127.0.0.2", MANY, lambda n: upload_of(n, 60 * MIB) + b"x", drip=b"x")
        wait_until(lambda: len(server.temporary_files()) >= 1, "the uploads to begin")
        data = new_content(40 * MIB)
        self.assertEqual(client.upload(data).status, 204)
        self.assertTrue(server.has_blob(data))
        self.assertEqual(client.upload(new_content(30 * MIB)).status, 507, "that can never fit")
        self.assertEqual(client.upload(new_content(10 * MIB)).status, 204)


class Partials(SharesTest):
    @staticmethod
    def half(connection):
        data = new_content(2000)
        return connection.exchange("POST", files_url(data), [("Upload-Complete", "?0")], data[:1000])

    def test_half_uploads_of_one_leave_room_for_others(self):
        server, _ = self.start(max_partial_uploads=90)
        with RawConnection(server, source="127.0.0.2") as hostile:
            statuses = [self.half(hostile).status for _ in range(90)]
        self.assertEqual(sorted(set(statuses)), [201, 507])
        self.assertLessEqual(statuses.count(201), 61)
        self.assertGreaterEqual(statuses.count(201), 59, "one alone may have two thirds")
        with RawConnection(server) as honest:
            self.assertEqual([self.half(honest).status for _ in range(10)], [201] * 10)

    def test_it_is_known_after_a_restart(self):
        server, _ = self.start(max_partial_uploads=9)
        with RawConnection(server, source="127.0.0.2") as hostile:
            self.assertEqual([self.half(hostile).status for _ in range(7)], [201] * 6 + [507])
        server.kill()
        server.start()
        with RawConnection(server, source="127.0.0.2") as hostile:
            self.assertEqual(self.half(hostile).status, 507)
        with RawConnection(server) as honest:
            self.assertEqual(self.half(honest).status, 201)

    def test_where_there_is_no_place_a_whole_file_is_taken(self):
        server, _ = self.start(max_partial_uploads=0)
        data = new_content(9 * MIB)
        with RawConnection(server) as connection:
            answer = connection.exchange("POST", files_url(data), [("Upload-Complete", "?1")], data)
            self.assertEqual(answer.status, 204)
            self.assertTrue(server.has_blob(data))
            self.assertEqual(self.half(connection).status, 507)


class Connections(SharesTest):
    def test_idle_connections_make_room(self):
        server, _ = self.start(max_connections=600, max_connections_per_address=500)
        self.crowd(server, "127.0.0.2", MANY)
        self.crowd(server, "127.0.0.3", MANY // 2, b"GET / HTTP/1.1\r\n", drip=b"X: y\r\n")
        for _ in range(100):
            with RawConnection(server) as honest:
                self.assertEqual(honest.exchange("GET", "/api/v3/version").status, 200)
        # So is somebody else at the same address.
        with RawConnection(server, source="127.0.0.2") as neighbour:
            self.assertEqual(neighbour.exchange("GET", "/api/v3/version").status, 200)

    def test_slow_uploads_make_room(self):
        server, _ = self.start(max_connections=300, max_connections_per_address=300)
        self.crowd(server, "127.0.0.2", MANY, lambda n: upload_of(n, MIB) + b"x", drip=b"x")
        with Api(server) as honest:
            self.assert_all_goes_on(honest)

    def test_what_waits_for_another_upload_makes_room(self):
        # At one address, so that only the tokens tell the two apart.
        tokens = Tokens()
        self.addCleanup(tokens.close)
        ben, anna = (f"Authorization: Bearer {tokens.make('submit', name=name)}" for name in ("ben", "anna"))
        server, _ = self.start(max_connections=300, max_connections_per_address=300, auth_token_file=tokens.file)
        data = new_content(MIB)
        first = head("POST", files_url(data), len(data), ben) + data[:100]
        self.crowd(server, "127.0.0.1", 1, first, drip=b"x" * 400)
        body = json.dumps({"checkoutPath": "hostile", "files": [spec("x.png", data)]}).encode()
        for hostile in (head("POST", CREATE, len(body), ben) + body, first):
            self.crowd(server, "127.0.0.1", MANY // 2, hostile)
            # Until its header has come, nobody knows whose a connection is. The crowd waits for a minute.
            wait_until(lambda: all(self.asks(server, anna) for _ in range(50)), "an honest client to go on", 20)

    @staticmethod
    def asks(server, login):
        try:
            with RawConnection(server) as connection:
                connection.send(head("POST", REQUIREMENTS, 12, login, "Connection: close") + b'{"files":[]}')
                return connection.response().status == 200
        except (Closed, OSError):
            return False

    def test_a_client_behind_a_proxy_is_one_client(self):
        server, _ = self.start(max_connections_per_address=5, trusted_proxies="127.0.0.1")
        with contextlib.ExitStack() as stack:
            def ask(address):
                connection = stack.enter_context(RawConnection(server))
                return connection.exchange("GET", "/api/v3/version", [("X-Forwarded-For", address)]).status
            self.assertEqual([ask("10.1.2.3") for _ in range(7)], [200] * 5 + [429] * 2)
            self.assertEqual(ask("10.1.2.4"), 200)

    def test_handshakes_that_nobody_ends(self):
        server = Server(secured=True).start()
        self.addCleanup(server.close)
        self.crowd(server, "127.0.0.2", MANY, b"\x16\x03\x01")
        with Api(server) as honest:
            self.assert_all_goes_on(honest)


class Work(SharesTest):
    def test_a_thousand_creates(self):
        server, client = self.start()
        data = new_content()
        self.assertEqual(client.upload(data).status, 204)
        body = json.dumps({"checkoutPath": "hostile", "files": [spec(f"{n}.png", data) for n in range(20)]}).encode()
        self.crowd(server, "127.0.0.2", MANY, head("POST", CREATE, len(body)) + body)
        self.assert_all_goes_on(client)

    def test_a_thousand_uploads_at_full_speed(self):
        server, client = self.start()
        piece = b"x" * 65536
        self.crowd(server, "127.0.0.2", MANY, lambda n: upload_of(n, 500 * MIB) + piece, drip=piece, pause=0.01)
        self.assert_all_goes_on(client)

    def test_a_blob_that_another_sends_byte_by_byte(self):
        server, client = self.start(stall_after=1)
        data = new_content(100_000)
        first = head("POST", files_url(data), len(data)) + data[:100]
        self.crowd(server, "127.0.0.2", 1, first, drip=b"x")
        wait_until(lambda: client.status(data) == "uploading", "the slow one to begin")
        self.assertEqual(client.upload(data).status, 204)
        self.assertTrue(server.has_blob(data))


if __name__ == "__main__":
    main()
