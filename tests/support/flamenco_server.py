# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that has nothing but the four v3 calls, as strict as the Go one: an empty body is refused, 200 is said of
what was stored, and nothing is known of features. What it does can be disturbed by the test, call by call."""

import hashlib
import json
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILE = re.compile(r"/api/v3/shaman/files/([0-9a-f]{64})/(\d+)$")
REQUIREMENTS = "/api/v3/shaman/checkout/requirements"
CREATE = "/api/v3/shaman/checkout/create"


class Reset(Exception):
    """Raised by a disturbance: the connection is broken off with a reset."""


class FlamencoServer:
    """`blobs` is {(sha, size): content}, `checkouts` {path: {place: (sha, size)}}, `calls` every request in order.

    `disturb(call)` is asked before each request is served, with a Call; what it returns, a (status, message), is
    answered instead. `manager` makes it answer as a Flamenco Manager does on other paths: True or False is whether its
    Shaman is on."""

    def __init__(self, disturb=None, manager=None, port=0, blobs=None):
        self.blobs = {} if blobs is None else blobs
        self.checkouts, self.calls, self.uploading = {}, [], set()
        self.disturb = disturb or (lambda call: None)
        self.manager = manager
        self.lock = threading.Lock()
        handler = type("BoundHandler", (Handler,), {"farm": self})
        self.http = QuietServer(("127.0.0.1", port), handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def port(self):
        return self.http.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def uploads(self):
        return [call for call in self.calls if call.method == "POST" and call.file]

    def count(self, path):
        return sum(call.path == path for call in self.calls)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that breaks a connection off is what some tests are about."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Call:
    def __init__(self, handler):
        self.method, self.path = handler.command, handler.path
        self.headers = handler.headers
        match = FILE.match(self.path)
        self.file = (match.group(1), int(match.group(2))) if match else None
        self.handler = handler
        self.body = b""

    @property
    def asked(self):
        """The files of the list in its body: (path, (sha, size))."""
        return [(file["path"], (file["sha"], file["size"])) for file in json.loads(self.body)["files"]]

    @property
    def can_defer(self):
        return self.headers.get("X-Shaman-Can-Defer-Upload") == "true"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    farm = None

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        return True  # decided in serve(), as only some tests want the body

    def do_GET(self):
        self.serve()

    def do_POST(self):
        self.serve()

    def serve(self):
        call = Call(self)
        with self.farm.lock:
            self.farm.calls.append(call)
        try:
            if not call.file:
                call.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            disturbed = self.farm.disturb(call)
            if self.headers.get("Expect") and (disturbed is None or disturbed[0] not in (208, 417, 425)):
                self.send_response_only(100)
                self.end_headers()
            elif self.headers.get("Expect"):
                return self.answer(*disturbed)
            if call.file:
                call.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if disturbed is not None:
                return self.answer(*disturbed)
            return self.answer(*self.result_of(call, call.body))
        except Reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
            self.close_connection = True
        except OSError:
            self.close_connection = True

    def answer(self, status, value=None, headers=()):
        body = b"" if value is None else json.dumps({"message": value} if isinstance(value, str) else value).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def result_of(self, call, body):
        farm = self.farm
        if call.file:
            return self.file(call, body)
        if call.method == "POST" and call.path in (REQUIREMENTS, CREATE):
            files = call.asked
            if call.path == REQUIREMENTS:
                missing = {key: path for path, key in files if key not in farm.blobs}
                return 200, {"files": [{"sha": key[0], "size": key[1], "path": path,
                                        "status": "uploading" if key in farm.uploading else "unknown"}
                                       for key, path in missing.items()]}
            return self.create(json.loads(body)["checkoutPath"], files)
        if farm.manager is not None and call.path == "/api/v3/version":
            return 200, {"version": "3.9-beta1", "shortversion": "3.9-beta1", "name": "Flamenco", "git": "x"}
        if farm.manager is not None and call.path.startswith("/api/v3/configuration/shared-storage/users/"):
            return 200, {"location": "/s", "audience": "users", "platform": "linux", "shamanEnabled": farm.manager}
        return 404, "no matching operation was found"

    def file(self, call, body):
        farm = self.farm
        if call.method == "GET":
            stored = call.file in farm.blobs
            return 200, {"status": "stored" if stored else "uploading" if call.file in farm.uploading else "unknown"}
        if not body:
            return 400, "request body has an error: value is required but missing"
        if call.file in farm.blobs:
            return 208, None
        if (hashlib.sha256(body).hexdigest(), len(body)) != call.file:
            return 417, "checksum or size mismatch"
        farm.blobs[call.file] = body
        return 200, None

    def create(self, path, files):
        farm = self.farm
        if any(key not in farm.blobs for _, key in files):
            return 500, "unexpected error: some files are missing"
        with farm.lock:
            while path in farm.checkouts:
                path += "-x"
            farm.checkouts[path] = dict(files)
        return 200, {"checkoutPath": path}
