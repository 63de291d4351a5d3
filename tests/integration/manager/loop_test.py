# SPDX-License-Identifier: GPL-3.0-or-later
"""A server whose Manager's address leads back to itself, which must not send requests round for ever."""

import json
import socket
import subprocess
import threading
import unittest

import nginx
from api import Api
from behind import Behind
from nginx import free_port
from raw_http import RawConnection
from shaman_server import PROGRAM, Server, wait_until

JOBS = "/api/v3/jobs"


class Forwarder:
    """Another address of a server: carries bytes to it and back."""

    def __init__(self, port):
        self.target = port
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                here, _ = self.socket.accept()
                there = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()


class ForgetfulProxy(Forwarder):
    """Passes requests on without the headers that it does not `keep`, one on each connection."""

    def __init__(self, port, keeps):
        self.keeps = keeps
        self.rounds = 0
        super().__init__(port)

    def _carry(self, source, sink):
        if source.getsockname()[1] == self.port and not self._pass_head(source, sink):
            return
        super()._carry(source, sink)

    def _pass_head(self, source, sink):
        data = b""
        while b"\r\n\r\n" not in data:
            more = source.recv(65536)
            if not more:
                sink.close()
                return False
            data += more
        self.rounds += 1
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        kept = [line for line in lines if self.keeps(line.split(b":")[0].decode().lower())]
        if not any(line.lower().startswith(b"upgrade:") for line in kept):
            kept.append(b"Connection: close")
        sink.sendall(b"\r\n".join([first, *kept]) + b"\r\n\r\n" + body)
        return True


class AtTheStart(unittest.TestCase):
    def refusal(self, listen, manager, *more, option="--manager"):
        done = subprocess.run([PROGRAM, "--storage", "/nonexistent/s", "--listen", listen, option, manager,
                               *more], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done)
        return done.stderr

    def test_an_address_of_this_server_is_refused(self):
        port = free_port()
        for host, names in (("127.0.0.1", ("127.0.0.1", "localhost", "0.0.0.0")),
                            ("localhost", ("127.0.0.1",)),
                            ("0.0.0.0", ("127.0.0.1", "127.9.9.9", "localhost", "[::ffff:127.0.0.1]")),
                            ("[::]", ("[::1]", "127.0.0.1"))):
            for name in names:
                with self.subTest(host=host, name=name):
                    said = self.refusal(f"{host}:{port}", f"http://{name}:{port}")
                    self.assertIn("leads to this server itself", said)
                    self.assertIn("change the port", said)

    def test_check_config_says_it_too(self):
        said = self.refusal("127.0.0.1:8099", "http://localhost:8099", "--check-config")
        self.assertIn("leads to this server itself", said)

    def test_a_server_beside_its_manager_does_not_ask_itself(self):
        said = self.refusal("127.0.0.1:8099", "http://localhost:8099", option="--manager-api")
        self.assertIn("manager-api: ", said)
        self.assertIn("leads to this server itself", said)


class Loop(unittest.TestCase):
    """One server through which requests come back to it; `lead_back` says how."""

    def setUp(self):
        self.port = free_port()
        self.server = Server(listen=f"127.0.0.1:{self.port}", manager=self.lead_back(), secured=False).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def lead_back(self):
        forwarder = Forwarder(self.port)
        self.addCleanup(forwarder.close)
        return f"http://127.0.0.1:{forwarder.port}"

    def assert_ends(self, answer):
        self.assertEqual(answer.status, 508, answer)
        message = answer.json()["message"]
        self.assertIn("has come back to the server that forwarded it", message)
        self.assertIn("option manager of shaman-server", message)

    def test_each_request_goes_round_once(self):
        for method, body in (("GET", None), ("PUT", b"{}"), ("DELETE", None), ("OPTIONS", None)):
            self.assert_ends(self.api.call(method, "/api/v3/round", body))
        wait_until(lambda: self.server.log().count("/api/v3/round 508") == 8, "both turns of each request")
        self.assertEqual(self.server.log().count("come back to this server"), 1)
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 200)

    def test_a_websocket_too(self):
        with RawConnection(self.server) as connection:
            self.assert_ends(connection.exchange("GET", "/socket.io/", [
                ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]))

    def test_a_job_is_refused(self):
        answer = self.api.post_json(JOBS, {"name": "j", "settings": {}})
        self.assertIn(answer.status, (502, 508))
        self.assertIn("option manager", answer.json()["message"])


@unittest.skipUnless(nginx.PROGRAM, "nginx is not installed")
class LoopByNginx(Loop):
    def lead_back(self):
        entry = nginx.Nginx(self, self)  # whose port is the server's
        self.addCleanup(entry.close)
        return entry.url


class LoopWithoutVia(Loop):
    """Through a proxy that takes Via away."""

    def lead_back(self):
        entry = ForgetfulProxy(self.port, keeps=lambda name: name != "via")
        self.addCleanup(entry.close)
        return f"http://127.0.0.1:{entry.port}"


class LoopWithoutMarks(Loop):
    """Through a proxy that keeps nothing by which a request could be known again: it ends all the same."""

    KEPT = ("host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "authorization",
            "sec-websocket-version", "sec-websocket-key")

    def lead_back(self):
        self.entry = ForgetfulProxy(self.port, keeps=lambda name: name in self.KEPT)
        self.addCleanup(self.entry.close)
        return f"http://127.0.0.1:{self.entry.port}"

    def test_each_request_goes_round_once(self):
        for method, body in (("GET", None), ("PUT", b"{}"), ("DELETE", None), ("OPTIONS", None)):
            before = self.entry.rounds
            self.assert_ends(self.api.call(method, "/api/v3/round", body))
            # The question that finds the loop is asked by the 128th.
            self.assertLess(self.entry.rounds - before, 200, method)
        self.assertEqual(self.server.log().count("come back to this server"), 1)
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 200)


class LoopOfTwo(Loop):
    """Two servers that take each other for the Manager."""

    def lead_back(self):
        other = Server(manager=f"http://127.0.0.1:{self.port}", secured=False).start()
        self.addCleanup(other.close)
        return other.url


class Via(unittest.TestCase):
    def test_the_manager_sees_who_has_passed_a_request_on(self):
        stand_in = Behind()
        self.addCleanup(stand_in.close)
        with Server(manager=stand_in.url, secured=False) as server, Api(server) as api:
            seen = [dict(api.call("GET", "/x", headers=headers).json()["headers"])["Via"]
                    for headers in ({}, {"Via": "1.0 fred, 1.1 p.example"})]
        self.assertRegex(seen[0], r"^1\.1 shaman-[0-9a-f]{16}$")
        self.assertEqual(seen[1], "1.0 fred, 1.1 p.example, " + seen[0])

    def test_servers_in_a_row_are_no_loop(self):
        stand_in = Behind()
        self.addCleanup(stand_in.close)
        url = stand_in.url
        for _ in range(4):
            server = Server(manager=url, secured=False).start()
            self.addCleanup(server.close)
            url = server.url
        with Api(server) as api:
            seen = json.loads(api.get("/x").body)
        self.assertEqual(dict(seen["headers"])["Via"].count("shaman-"), 4)


if __name__ == "__main__":
    unittest.main()
