# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTP proxy that knows CONNECT alone, with a login."""

import base64
import select
import socket
import socketserver
import threading


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode("latin-1").split()
        headers = {}
        while header := self.rfile.readline().decode("latin-1").strip():
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        self.server.asked.append(" ".join(line[:2]))
        wanted = "Basic " + base64.b64encode(self.server.login.encode()).decode()
        if self.server.login and headers.get("proxy-authorization") != wanted:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        host, _, port = line[1].rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as there:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            self._carry(self.connection, there)

    @staticmethod
    def _carry(one, other):
        while True:
            for ready in select.select([one, other], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                (other if ready is one else one).sendall(data)


class ConnectProxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, login=""):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.login = login
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, login=None):
        login = self.login if login is None else login
        return f"http://{login}@127.0.0.1:{self.server_address[1]}" if login else \
            f"http://127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.server_close()
