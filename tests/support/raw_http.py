# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 by hand over a socket, for what no well-behaved client would send."""

import json
import socket
import time

from shaman_server import PATIENCE


class Closed(Exception):
    """The server closed the connection where an answer was expected."""


class Response:
    def __init__(self, version, status, reason, headers, body):
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers  # [(lower-case name, value)]
        self.body = body

    def header(self, name):
        return next((value for key, value in self.headers if key == name.lower()), None)

    def json(self):
        return json.loads(self.body.decode("utf-8"))

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class RawConnection:
    def __init__(self, server, receive_buffer=None, source=None):
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        token = getattr(server, "token", None)
        self._headers = [("Authorization", f"Bearer {token}")] if token else []
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((server.host, server.port))
        if getattr(server, "tls", None):
            self.socket = server.tls.wrap_socket(self.socket, server_hostname=server.host)
        self._buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Breaks off so that the server sees a reset, not an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def request(self, method, target, headers=(), body=b"", version="HTTP/1.1", length=True):
        """Sends one request. Headers are (name, value) pairs; Host is added."""
        lines = [f"{method} {target} {version}", "Host: test"]
        lines += [f"{name}: {value}" for name, value in [*self._headers, *headers]]
        if length and (body or method in ("POST", "PUT")):
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body)

    def exchange(self, method, target, headers=(), body=b"", **more):
        self.request(method, target, headers, body, **more)
        return self.response(head=method == "HEAD")

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {self._buffer[:200]!r}")
        self._buffer += data

    def _line(self):
        while b"\r\n" not in self._buffer:
            self._more()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("latin-1")

    def _exactly(self, count):
        while len(self._buffer) < count:
            self._more()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def response(self, head=False):
        """Reads the next answer, interim ones (1xx) too. Raises Closed where none comes."""
        version, status, reason = (self._line() + "  ").split(" ", 2)
        headers = []
        while True:
            line = self._line()
            if not line:
                break
            name, _, value = line.partition(":")
            headers.append((name.strip().lower(), value.strip()))
        answer = Response(version, int(status), reason.strip(), headers, b"")
        if not head and answer.status >= 200 and answer.status not in (204, 304):
            answer.body = self._body(answer)
        return answer

    def _body(self, answer):
        if (answer.header("transfer-encoding") or "").lower() == "chunked":
            body = b""
            while True:
                size = int(self._line().split(";")[0], 16)
                if size == 0:
                    while self._line():
                        pass
                    return body
                body += self._exactly(size)
                if self._line():
                    raise AssertionError("a chunk is longer than it says")
        if answer.header("content-length") is not None:
            return self._exactly(int(answer.header("content-length")))
        return self.read_to_end()

    def read_to_end(self):
        """All that still comes until the server closes."""
        try:
            while True:
                self._more()
        except Closed:
            pass
        data, self._buffer = self._buffer, b""
        return data

    def is_closed(self):
        """Waits for the server to close; false when it sends something instead."""
        if self._buffer:
            return False
        try:
            return self.socket.recv(1) == b""
        except (ConnectionResetError, BrokenPipeError):
            return True

    def is_silent(self, seconds=0.3):
        """Whether nothing comes for a moment. For what must *not* happen; never a time measured."""
        if self._buffer:
            return False
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
            self._buffer += data
            return False
        except socket.timeout:
            return True
        except ConnectionResetError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)

    def can_send(self, data, seconds=5):
        """Sends as much as the server takes within the time and returns how much that was."""
        sent = 0
        end = time.monotonic() + seconds
        self.socket.setblocking(False)
        try:
            while sent < len(data) and time.monotonic() < end:
                try:
                    sent += self.socket.send(data[sent:sent + 65536])
                except BlockingIOError:
                    time.sleep(0.02)
        finally:
            self.socket.settimeout(PATIENCE)
        return sent
