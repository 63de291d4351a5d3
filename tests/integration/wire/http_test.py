# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 from the careless and the malicious: RFC 9110 and 9112 over raw sockets"""

import json
import resource
import socket

import api
from api import REQUIREMENTS, ServerTest, files_url, new_content, spec
from raw_http import Closed, RawConnection
from shaman_server import sha256, wait_until

VERSION = "/api/v3/version"


class Http(ServerTest):
    def send(self, data):
        connection = self.raw()
        connection.send(data if isinstance(data, bytes) else data.encode())
        return connection

    def assert_refused(self, data, *statuses):
        """An Error with one of the statuses, or no answer at all; then the connection is closed."""
        connection = self.send(data)
        try:
            answer = connection.response()
            self.assertIn(answer.status, statuses or (400,), answer)
            if answer.status < 500 or answer.body:
                self.assert_error(answer, answer.status)
        except Closed:
            pass
        self.assertTrue(connection.is_closed(), "the connection is still open")
        self.assert_alive()

    # --- keep-alive, versions, pipelining

    def test_a_connection_serves_many_requests(self):
        connection = self.raw()
        for _ in range(50):
            self.assertEqual(connection.exchange("GET", VERSION).status, 200)

    def test_connection_close(self):
        connection = self.raw()
        answer = connection.exchange("GET", VERSION, [("Connection", "close")])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("connection").lower(), "close")
        self.assertTrue(connection.is_closed())

    def test_http_1_0_closes(self):
        connection = self.raw()
        self.assertEqual(connection.exchange("GET", VERSION, version="HTTP/1.0").status, 200)
        self.assertTrue(connection.is_closed())

    def test_http_1_0_without_host(self):
        connection = self.send(f"GET {VERSION} HTTP/1.0\r\n\r\n")
        self.assertEqual(connection.response().status, 200)

    def test_http_1_0_never_gets_chunks(self):
        files = [{"sha": f"{n:064x}", "size": n, "path": f"tex/{n}"} for n in range(20_000)]
        connection = self.raw()
        answer = connection.exchange("POST", REQUIREMENTS, [], json.dumps({"files": files}).encode(),
                                     version="HTTP/1.0")
        self.assertIsNone(answer.header("transfer-encoding"))
        self.assertEqual(len(answer.json()["files"]), 20_000)

    def test_http_1_0_keep_alive(self):
        connection = self.raw()
        answer = connection.exchange("GET", VERSION, [("Connection", "keep-alive")], version="HTTP/1.0")
        self.assertEqual(answer.status, 200)
        if (answer.header("connection") or "").lower() == "keep-alive":
            self.assertEqual(connection.exchange("GET", VERSION).status, 200)
        else:
            self.assertTrue(connection.is_closed())

    def test_pipelined_requests_are_answered_in_order(self):
        data, known = new_content(), self.stored()
        connection = self.send(
            f"GET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n".encode() +
            f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data +
            f"GET {files_url(data)} HTTP/1.1\r\nHost: x\r\n\r\n".encode() +
            f"POST {files_url(known)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(known)}\r\n\r\n".encode() + known +
            f"POST {REQUIREMENTS} HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n".encode() + b'{"files":[]}' +
            b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(connection.response().status, 200)
        self.assertEqual(connection.response().status, 204)
        self.assertEqual(connection.response().json(), {"status": "stored"})
        self.assertEqual(connection.response().status, 208)
        self.assertEqual(connection.response().json(), {"files": []})
        self.assertEqual(connection.response().status, 404)
        self.assertTrue(connection.is_closed())

    def test_a_request_byte_by_byte(self):
        data = new_content(50)
        connection = self.raw()
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = (f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode() +
                   b"32\r\n" + data + b"\r\n0\r\n\r\n")
        for n in range(len(request)):
            connection.send(request[n:n + 1])
        self.assertEqual(connection.response().status, 204)

    def test_empty_lines_before_a_request(self):
        connection = self.send(f"\r\n\r\nGET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(connection.response().status, 200)

    def test_names_of_headers_in_any_case(self):
        data = new_content()
        connection = self.send(f"POST {files_url(data)} HTTP/1.1\r\nhOST:x\r\ncONTENT-lENGTH:{len(data)}   \r\n\r\n"
                               .encode() + data)
        self.assertEqual(connection.response().status, 204)

    def test_half_closed(self):
        """Who sends a request and closes its half still gets the answer."""
        data = new_content()
        connection = self.raw()
        connection.request("POST", files_url(data), [], data)
        connection.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(connection.response().status, 204)

    # --- what is no HTTP

    def test_what_is_no_request(self):
        for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), b"hello\r\n\r\n", b"\0" * 500,
                     b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET / HTTX/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1 x\r\nHost: x\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"G\0T / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost x\r\n\r\n", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                     b"GET / HTTP/1.1\r\n: x\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\na\0b: c\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"):
            with self.subTest(data[:40]):
                self.assert_refused(data, 400, 404, 501, 505)

    def test_nul_in_the_target(self):
        for target in ("/api/v3/version%00", "/api/v3/shaman/files/%00/5"):
            connection = self.raw()
            answer = connection.exchange("GET", target)
            self.assertIn(answer.status, (400, 404))

    def test_targets_of_other_forms(self):
        answer = self.send(f"GET http://x{VERSION} HTTP/1.1\r\nHost: x\r\n\r\n").response()
        self.assertIn(answer.status, (200, 400, 404))
        for target, method in (("x:443", "CONNECT"), ("*", "OPTIONS"), (VERSION, "TRACE"), ("", "GET"), ("*", "GET"),
                               ("api/v3/version", "GET")):
            with self.subTest(target):
                connection = self.send(f"{method} {target} HTTP/1.1\r\nHost: x\r\nX-Secret: s\r\n\r\n")
                try:
                    answer = connection.response()
                    self.assertNotIn(b"X-Secret", answer.body)
                    self.assertTrue(answer.status in (200, 204) and method == "OPTIONS" or
                                    400 <= answer.status < 600, answer)
                except Closed:
                    pass
        self.assert_alive()

    # --- limits

    def test_a_header_that_is_too_large(self):
        for header in ("X: " + "y" * 100_000, "\r\n".join(f"X-{n}: y" for n in range(20_000))):
            with self.subTest(header[:20]):
                connection = self.raw()
                try:
                    connection.send(f"GET {VERSION} HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
                    answer = connection.response()
                    self.assertIn(answer.status, (400, 431))
                    self.assert_error(answer, answer.status)
                except (Closed, BrokenPipeError, ConnectionResetError):
                    pass
        self.assert_alive()

    def test_a_target_that_is_too_long(self):
        connection = self.send(f"GET /{'a' * 60_000} HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            self.assertIn(connection.response().status, (400, 404, 414, 431))
        except Closed:
            pass
        self.assert_alive()

    def test_an_endless_header(self):
        connection = self.raw()
        connection.send(f"GET {VERSION} HTTP/1.1\r\nHost: x\r\n".encode())
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            for n in range(10_000):  # 2 GB
                connection.send((b"X-%d: %s\r\n" % (n, b"y" * 200)) * 1000)
        self.assert_alive()

    def test_headers_of_ordinary_size(self):
        connection = self.raw()
        headers = [(f"X-Header-{n}", "y" * 60) for n in range(60)]
        self.assertEqual(connection.exchange("GET", VERSION, headers).status, 200)

    # --- smuggling

    def assert_not_smuggled(self, head, body):
        """What may be a second request to one reader of the rules must not be one to this server."""
        smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        connection = self.send(head.encode().replace(b"\n", b"\r\n") + b"\r\n\r\n" + body + smuggled)
        try:
            answer = connection.response()
            self.assertGreaterEqual(answer.status, 400, answer)
        except Closed:
            return
        self.assertEqual(connection.read_to_end(), b"", "what followed was taken for a request")
        self.assertFalse([line for line in self.server.log_lines() if "GET /smuggled" in line])

    def test_ambiguous_lengths(self):
        post = f"POST {REQUIREMENTS} HTTP/1.1\nHost: x\n"
        for headers in ("Content-Length: 5\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\nContent-Length: 5",
                        "Content-Length: 5\nContent-Length: 6", "Content-Length: 5, 6", "Content-Length: +5",
                        "Content-Length: -5", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length: 5;",
                        "Content-Length: ", "Content-Length: abc", "Content-Length: 99999999999999999999999",
                        "Content-Length: 1e3", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
                        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip",
                        "Transfer-Encoding: identity", "Transfer-Encoding: \"chunked\"",
                        "Transfer-Encoding: chunked\nTransfer-Encoding: identity",
                        "Transfer-Encoding : chunked\nContent-Length: 5", "Transfer-Encoding:\n chunked\nContent-Length: 5",
                        "Transfer-Encoding: chun\tked", "Transfer-Encoding: \x0bchunked"):
            with self.subTest(headers):
                self.assert_not_smuggled(post + headers, b"0\r\n\r\n")
        self.assert_alive()

    def test_chunked_from_http_1_0(self):
        self.assert_not_smuggled(f"POST {REQUIREMENTS} HTTP/1.0\nHost: x\nConnection: keep-alive\n"
                                 "Transfer-Encoding: chunked", b"0\r\n\r\n")

    def test_chunks_that_are_none(self):
        for body in (b"x\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"+3\r\nabc\r\n0\r\n\r\n", b"0x3\r\nabc\r\n0\r\n\r\n",
                     b"3 3\r\nabc\r\n0\r\n\r\n", b"\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n",
                     b"3\r\nabcXX0\r\n\r\n", b"ffffffffffffffffff\r\nabc", b"fffffffffffffffe\r\nabc",
                     b"8000000000000000\r\nabc", b"3\rabc\r\n0\r\n\r\n", b"\0\r\n", b"1" * 10_000,
                     b"3;" + b"x" * 100_000 + b"\r\nabc\r\n0\r\n\r\n", b"3 \r\nabc\r\n0\r\n\r\n",
                     b"3\t\r\nabc\r\n0\r\n\r\n", b"3;\r\nabc\r\n0\r\n\r\n", b"3;a\x01\r\nabc\r\n0\r\n\r\n",
                     b"3;a=\"\rb\"\r\nabc\r\n0\r\n\r\n", b"3\r\nabc\r\n0 \r\n\r\n", b"3\r\nabc\r\n0\r\nno colon\r\n\r\n",
                     b"3\r\nabc\r\n0\r\na : b\r\n\r\n", b"3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n"):
            with self.subTest(body[:30]):
                try:
                    self.assert_not_smuggled(f"POST {REQUIREMENTS} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked",
                                             body)
                except (BrokenPipeError, ConnectionResetError):
                    pass
                data = new_content()
                with RawConnection(self.server) as connection:
                    try:
                        connection.send(f"POST {files_url(data)} HTTP/1.1\r\nHost: x\r\n"
                                        "Transfer-Encoding: chunked\r\n\r\n".encode() + body)
                        connection.socket.shutdown(socket.SHUT_WR)
                        self.assertGreaterEqual(connection.response().status, 400)
                    except (Closed, BrokenPipeError, ConnectionResetError, OSError):
                        pass
                self.assertFalse(self.server.has_blob(data))
        self.assert_alive()

    def test_a_body_of_a_get_is_not_a_request(self):
        connection = self.send(f"GET {VERSION} HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n"
                               "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertIn(connection.response().status, (200, 400))
        self.assertFalse([line for line in self.server.log_lines() if "GET /smuggled" in line])

    def test_the_rest_of_a_refused_upload_is_not_a_request(self):
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        data = self.stored()
        for address in (files_url(data), files_url(sha="x", size=1), "/nothing", files_url(data, size=5)):
            with self.subTest(address):
                connection = self.raw()
                connection.request("POST", address, [], smuggled * 10)
                self.assertGreaterEqual(connection.response().status, 208)
                self.assertEqual(connection.exchange("GET", VERSION).status, 200)
        self.assertFalse([line for line in self.server.log_lines() if "GET /smuggled" in line])

    def test_a_log_line_cannot_be_forged(self):
        for target in ("/a%0d%0aforged", "/%1b[31m", "/%e2%80%ae", "/\xff", "/%7f", "/a\x1bb"):
            connection = self.raw()
            connection.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode("latin-1"))
            try:
                self.assertGreaterEqual(connection.response().status, 400)
            except Closed:
                pass
        self.assert_alive()
        for line in self.server.log_lines():
            self.assertFalse(line.startswith("forged"), line)
            for character in line:
                self.assertTrue(character >= " " and not "\x7f" <= character <= "\x9f" and
                                character != "\u202e" and not "\udc80" <= character <= "\udcff", repr(line))


class Slow(ServerTest):
    """Whoever makes no progress is dropped, however he goes about it; who makes some is not."""

    options = {"idle_timeout": 2, "header_timeout": 2, "stall_timeout": 2, "min_rate": 100,
               "rate_window": 2}

    def assert_dropped(self, connection):
        """Dropped, perhaps after an Error that says why."""
        rest = connection.read_to_end()
        self.assertTrue(rest == b"" or rest.startswith(b"HTTP/1.1 408"), rest[:200])
        self.assert_alive()

    def test_silence(self):
        self.assert_dropped(self.raw())

    def test_silence_after_an_answer(self):
        connection = self.raw()
        self.assertEqual(connection.exchange("GET", VERSION).status, 200)
        self.assert_dropped(connection)

    def test_half_a_header(self):
        connection = self.raw()
        connection.send(b"GET /api/v3/version HTTP/1.1\r\nHos")
        self.assert_dropped(connection)

    def trickle(self, connection, byte):
        """Sends a byte every now and then until the server has had enough."""
        connection.socket.settimeout(0.2)
        try:
            for _ in range(600):
                connection.send(byte)
                try:
                    if connection.socket.recv(65536) == b"":
                        return
                    return  # an Error; the end follows
                except socket.timeout:
                    pass
        except (BrokenPipeError, ConnectionResetError):
            return
        self.fail("a client that trickles was served for two minutes")

    def test_a_header_that_trickles(self):
        connection = self.raw()
        connection.send(b"GET /api/v3/version HTTP/1.1\r\nX: ")
        self.trickle(connection, b"y")
        self.assert_alive()

    def test_a_body_that_stops(self):
        data = new_content()
        connection = self.raw()
        connection.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        connection.send(data[:500])
        self.assert_dropped(connection)
        self.assertEqual(self.api.status(data), "unknown")

    def test_a_body_that_trickles(self):
        data = new_content(100_000)
        connection = self.raw()
        connection.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        self.trickle(connection, b"y")
        wait_until(lambda: self.new_api().status(data) == "unknown", "the upload to end")

    def test_a_json_body_that_stops(self):
        connection = self.raw()
        connection.request("POST", REQUIREMENTS, [("Content-Length", 1000)], b'{"files"', length=False)
        self.assert_dropped(connection)

    def test_a_refused_body_that_trickles(self):
        connection = self.raw()
        connection.request("POST", "/api/v3/nothing", [("Content-Length", 10**6)], length=False)
        self.trickle(connection, b"y")
        self.assert_alive()

    def test_an_answer_that_nobody_reads(self):
        files = [{"sha": f"{n:064x}", "size": n, "path": "p" * 200 + str(n)} for n in range(60_000)]
        connection = self.raw(receive_buffer=4096)
        connection.request("POST", REQUIREMENTS, [], json.dumps({"files": files}).encode())
        line = self.server.wait_for_log(REQUIREMENTS)
        self.assertIn("127.0.0.1", line)
        self.assert_alive()

    def test_a_slow_but_steady_body_is_served(self):
        data = new_content(1500)
        connection = self.raw()
        connection.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        for n in range(0, len(data), 50):  # six seconds in all, 250 bytes a second
            connection.send(data[n:n + 50])
            self.assertTrue(connection.is_silent(0.2) or n + 50 >= len(data))
        self.assertEqual(connection.response().status, 204)


class ManyConnections(ServerTest):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < 3000:
            self.skipTest("this process may not open 1,000 connections")
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def test_a_thousand_connections(self):
        connections = [self.raw() for _ in range(1000)]
        for connection in connections:
            connection.request("GET", VERSION)
        for connection in connections:
            self.assertEqual(connection.response().status, 200)
        for connection in connections[::2]:
            connection.reset()
        for connection in connections[1::2]:
            self.assertEqual(connection.exchange("GET", VERSION).status, 200)

    def test_a_thousand_half_headers_stop_nobody(self):
        for _ in range(1000):
            self.raw().send(b"GET /api/v3/ver")
        data = new_content(1 << 20)
        self.assertEqual(self.api.upload(data).status, 204)
        self.assertEqual(self.api.requirements([spec("a", data)]).json(), {"files": []})


class ConnectionLimit(ServerTest):
    options = {"max_connections": 20}

    def test_one_too_many_takes_the_place_of_an_idle_one(self):
        connections = [self.raw() for _ in range(20)]
        for connection in connections:
            self.assertEqual(connection.exchange("GET", VERSION).status, 200)
        one_more = self.raw()
        self.assertEqual(one_more.exchange("GET", VERSION).status, 200)
        self.assertEqual([connection.is_silent() for connection in connections].count(False), 1)


class Unstalled(ServerTest):
    """Large requests do not hold up small ones."""

    def test_small_requests_pass_large_ones(self):
        files = [{"sha": sha256(b"%d" % n), "size": n, "path": f"tex/{n}.png"} for n in range(100_000)]
        body = json.dumps({"files": files}).encode()
        large = [self.raw() for _ in range(4)]
        for connection in large:
            connection.request("POST", REQUIREMENTS, [], body)
        answered_before = 0
        for _ in range(20):
            self.assertEqual(self.api.get(files_url(b"unknown")).status, 200)
            answered_before += 1
        self.assertEqual(answered_before, 20)
        for connection in large:
            self.assertEqual(len(connection.response().json()["files"]), 100_000)


if __name__ == "__main__":
    api.main()
