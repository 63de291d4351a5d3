# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits that one client meets, while the others notice nothing"""

import json
import socket
import unittest

from api import CREATE, REQUIREMENTS, Api, main, new_content, spec
from behind import Behind
from raw_http import Closed, RawConnection
from shaman_server import Server


class OneAddress(unittest.TestCase):
    def connections(self, server, count):
        opened = [RawConnection(server) for _ in range(count)]
        for connection in opened:
            self.addCleanup(connection.close)
        return opened

    def test_one_too_many_is_told(self):
        with Server(max_connections_per_address=3) as server:
            data = new_content()
            opened = self.connections(server, 3)
            # None of them is idle: each waits for the rest of a file.
            for number, connection in enumerate(opened):
                connection.request("POST", f"/api/v3/shaman/files/{number:064x}/{len(data)}",
                                   [("Expect", "100-continue"), ("Content-Length", str(len(data)))],
                                   length=False)
                self.assertEqual(connection.response().status, 100)
            # Told without being asked: the server does not read what it will not serve.
            answer = self.connections(server, 1)[0].response()
            self.assertEqual(answer.status, 503)
            self.assertIn("your address", answer.json()["message"])
            opened[0].close()
            for _ in range(1000):
                with RawConnection(server) as again:
                    try:
                        if again.exchange("GET", "/api/v3/version").status == 200:
                            return
                    except (Closed, ConnectionError):
                        pass
            self.fail("a place that became free was not given to the next")

    def test_another_address_is_not_concerned(self):
        with Server(listen="0.0.0.0:0", max_connections_per_address=2) as server:
            self.connections(server, 2)
            with socket.create_connection(("127.0.0.1", server.port),
                                          source_address=("127.0.0.3", 0)) as other:
                other.sendall(b"GET /api/v3/version HTTP/1.1\r\nHost: h\r\n\r\n")
                self.assertIn(b" 200 ", other.recv(100))

    def test_a_trusted_proxy_is_no_client(self):
        for networks in ("127.0.0.1", "127.0.0.0/8"):
            with Server(max_connections_per_address=2, trusted_proxies=networks) as server:
                for connection in self.connections(server, 5):
                    self.assertEqual(connection.exchange("GET", "/api/v3/version").status, 200)

    def test_a_trusted_proxy_is_believed_whom_it_speaks_for(self):
        manager = Behind()
        self.addCleanup(manager.close)
        headers = [("X-Forwarded-For", "10.1.2.3"), ("X-Forwarded-Proto", "https"),
                   ("X-Forwarded-Host", "farm.example")]
        for networks, chain, scheme in (("10.0.0.0/8", "127.0.0.1", "http"),
                                        ("127.0.0.0/8", "10.1.2.3, 127.0.0.1", "https")):
            with Server(manager=manager.url, trusted_proxies=networks) as server:
                with RawConnection(server) as connection:
                    seen = dict(connection.exchange("GET", "/x", headers).json()["headers"])
                self.assertEqual((seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]),
                                 (chain, scheme))

    def test_networks_that_are_none_are_named(self):
        for wrong in ("10.0.0.0/33", "example.com", "10.0.0", "::1/129", "10.0.0.0/x", "/8"):
            server = Server(trusted_proxies=wrong)
            with self.assertRaises(AssertionError) as raised:
                server.start()
            self.assertIn("--trusted-proxies", str(raised.exception))


class OneRequest(unittest.TestCase):
    def test_each_limit_is_met_by_who_exceeds_it_alone(self):
        options = {"max_json_size": 10_000, "max_files": 50, "max_header_size": 2048,
                   "max_file_size": 5000}
        with Server(**options) as server, Api(server) as neighbour:
            data = new_content()
            self.assertEqual(neighbour.upload(data).status, 204)
            many = [spec(f"f{n}", data) for n in range(51)]
            nested = b'{"files":[],"x":' + b"[" * 20 + b"]" * 20 + b"}"
            cases = (
                ("JSON size", "POST", REQUIREMENTS, [], b'{"files":[], "x": "' + b"y" * 11_000 + b'"}', 413),
                ("files", "POST", REQUIREMENTS, [], json.dumps({"files": many}).encode(), 413),
                ("nesting", "POST", REQUIREMENTS, [], nested, 400),
                ("header", "GET", "/api/v3/version", [("X-Long", "h" * 3000)], b"", 431),
                ("target", "GET", "/api/v3/" + "t" * 3000, [], b"", 431),
                ("file size", "POST", f"/api/v3/shaman/files/{'0' * 64}/5001", [], b"z" * 5001, 413),
                ("path", "POST", CREATE, [], json.dumps(
                    {"checkoutPath": "p/" * 3000, "files": []}).encode(), 400),
            )
            for name, method, target, headers, body, status in cases:
                with self.subTest(name), RawConnection(server) as connection:
                    self.assertEqual(connection.exchange(method, target, headers, body).status, status)
                    self.assertEqual(neighbour.status(data), "stored")

    def test_a_body_below_the_least_rate_ends_alone(self):
        with Server(min_rate=1000, rate_window=1, stall_timeout=5) as server, Api(server) as neighbour:
            data = new_content(100_000)
            with RawConnection(server) as slow:
                slow.request("POST", f"/api/v3/shaman/files/{'0' * 64}/{len(data)}",
                             [("Content-Length", str(len(data)))], length=False)
                answer = None
                for at in range(0, 400):
                    slow.send(data[at:at + 1])
                    self.assertEqual(neighbour.get("/api/v3/version").status, 200)
                    if not slow.is_silent(0.05):
                        answer = slow.response()
                        break
                self.assertEqual(answer.status, 408)
            self.assertEqual(neighbour.upload(data).status, 204)


if __name__ == "__main__":
    main()
