# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server to stand behind Shaman: it tells what reached it, or does what a Manager may do."""

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import socketserver
import struct
import threading
import unittest

from api import Api, files_url, new_content, spec
from crowd import allow_many_descriptors
from raw_http import RawConnection
from shaman_server import Server

CONFIGURATION = "/api/v3/configuration"
UPGRADE = ("GET", "/socket.io/?EIO=3&transport=websocket", [
    ("Upgrade", "websocket"), ("Connection", "keep-alive, Upgrade"), ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")])
WEBSOCKET_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def read_body(stream, headers):
    """headers: a function of a field's name, as of a dictionary."""
    if (headers("transfer-encoding") or "").lower() != "chunked":
        return stream.read(int(headers("content-length") or 0))
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


class InFront(http.server.BaseHTTPRequestHandler):
    """In front of a server (`self.server.behind`): passes requests on, except those that refuse() answers."""

    protocol_version = "HTTP/1.1"

    def refuse(self, body):
        """Status and body of an answer, or None."""

    def pass_on(self):
        body = read_body(self.rfile, self.headers.get)
        if refused := self.refuse(body):
            return self.answer(*refused, {})
        upstream = http.client.HTTPConnection(self.server.behind.host, self.server.behind.port)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("expect", "transfer-encoding", "content-length")}
        with contextlib.closing(upstream):
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            return self.answer(answer.status, answer.read(), dict(answer.getheaders()))

    def answer(self, status, body, headers):
        self.send_response(status)
        for name in ("Content-Type", "Upload-Offset", "Upload-Complete"):
            if name in headers:
                self.send_header(name, headers[name])
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PATCH = pass_on

    def log_message(self, *_):
        pass


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        with self.server.lock:
            self.server.connections.add(self)
        while self._one_request():
            pass

    @staticmethod
    def is_of_the_server(seen):
        """Whether the server asks for itself, not for a client."""
        return ("User-Agent", "shaman") in seen["headers"]

    def _one_request(self):
        line = self.rfile.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            return False
        method, target, _ = line.split(" ", 2)
        headers = []
        while header := self.rfile.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = header.partition(":")
            headers.append((name, value.strip()))
        found = {name.lower(): value for name, value in headers}
        seen = {"method": method, "target": target, "headers": headers,
                "body": read_body(self.rfile, found.get).decode("latin-1")}
        with self.server.lock:
            self.server.seen.append(seen)
            # Each of its own calls has a connection of its own.
            if self.is_of_the_server(seen):
                self.server.connections.discard(self)
        answer = self.server.answers.get(target.partition("?")[0])
        if answer is None:
            return self.reply(json.dumps(seen).encode())
        return answer(self, seen)

    def reply(self, body, status="200 OK", headers=()):
        lines = [f"HTTP/1.1 {status}", "Content-Type: application/json",
                 f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        return True

    def send(self, data):
        self.wfile.write(data)
        self.wfile.flush()


class Behind:
    """answers: path → a function of (handler, seen) that returns whether the connection goes on."""

    def __init__(self, answers=None, port=0):
        class Threaded(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 1024

            def handle_error(self, request, client_address):
                """Clients that break off are what some tests are about."""

        self.server = Threaded(("127.0.0.1", port), _Handler)
        self.server.lock = threading.Lock()
        self.server.connections = set()
        self.server.seen = []
        self.server.answers = answers or {}
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def seen(self):
        with self.server.lock:
            return list(self.server.seen)

    @property
    def seen_by_clients(self):
        """Without what the server itself asks a Manager."""
        return [seen for seen in self.seen if not _Handler.is_of_the_server(seen)]

    @property
    def connections(self):
        """Those for clients; one on which nothing was asked yet counts, too."""
        with self.server.lock:
            return len(self.server.connections)

    def forget(self):
        """As if nothing had been asked so far."""
        with self.server.lock:
            self.server.connections.clear()
            self.server.seen.clear()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def accept_websocket(handler, seen):
    key = dict((name.lower(), value) for name, value in seen["headers"])["sec-websocket-key"]
    accept = base64.b64encode(hashlib.sha1(key.encode() + WEBSOCKET_KEY).digest()).decode()
    handler.send(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())


def echo_websocket(handler, seen):
    """Accepts the upgrade and sends every frame back, without its mask."""
    accept_websocket(handler, seen)
    while head := handler.rfile.read(2):
        payload = read_payload(handler.rfile.read, head)
        handler.send(frame(head[0] & 0x0F, payload))
        if head[0] & 0x0F == 8:
            break
    return False


def read_payload(read, head):
    length = head[1] & 0x7F
    if length == 126:
        length = struct.unpack("!H", read(2))[0]
    mask = read(4) if head[1] & 0x80 else bytes(4)
    data = read(length)
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def frame(opcode, payload, mask=None):
    """One WebSocket frame (RFC 6455, 5.2) of up to 65,535 bytes."""
    masked = 0x80 if mask else 0
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, masked | len(payload))
    else:
        head = struct.pack("!BBH", 0x80 | opcode, masked | 126, len(payload))
    if not mask:
        return head + payload
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def configuration(shaman):
    body = json.dumps({"storageLocation": "/s", "shamanEnabled": shaman, "isFirstRun": False})
    return lambda handler, seen: handler.reply(body.encode())


class FrontTest(unittest.TestCase):
    answers = {}
    options = {}

    @classmethod
    def setUpClass(cls):
        # The stand-in is in this process, too: two of each connection.
        allow_many_descriptors()

    def setUp(self):
        self.behind = Behind({CONFIGURATION: configuration(True), **self.answers})
        self.addCleanup(self.behind.close)
        self.server = Server(manager=self.behind.url, **self.options)
        self.server.start()
        self.addCleanup(self.server.close)
        # It looks at the Manager's configuration first, and does not think much of this one's.
        self.server.wait_for_log("warning the Manager: ")
        self.behind.forget()
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def raw(self):
        connection = RawConnection(self.server)
        self.addCleanup(connection.close)
        return connection

    def make_checkout(self, path):
        content = new_content()
        self.api.call("POST", files_url(content), content)
        made = self.api.create(path, [spec("scene.blend", content)])
        self.assertEqual(made.status, 200, made)
        return made.json()["checkoutPath"]
