# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP proxy between a client and a server that may come and go: counts what clients send, and cuts
connections or holds what is sent when it is told to."""

import socket
import threading

# So little lies here that what was counted has really been sent.
BUFFER = 64 * 1024


class CuttingProxy:
    """`server` is looked at for each connection, so it may have another port by then."""

    def __init__(self, server, cut_after=None, hold_after=None):
        self.server = server
        self.cut_after = cut_after  # bytes of one connection; each number of the list once
        self.hold_after = hold_after  # bytes of all connections; nothing more passes until release()
        self._released = threading.Event()
        self.sent = 0
        self.connections = 0
        self._lock = threading.Lock()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"{self.server.url.partition(':')[0]}://{self.host}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Closing it alone would not wake the thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.release()
        self.cut()

    def release(self):
        self._released.set()

    def cut(self):
        """Cuts all connections that there are."""
        with self._lock:
            ends = list(self._open)
        for end in ends:
            self._close(end)

    def _close(self, end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        with client, server:
            try:
                server.connect((self.server.host, self.server.port))
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open |= {client, server}
                limit = self.cut_after.pop(0) if self.cut_after else None
            back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
            back.start()
            self._copy(client, server, limit, self._count)
            self._close(server)
            back.join()
            self._close(client)
            with self._lock:
                self._open -= {client, server}

    def _count(self, length):
        with self._lock:
            self.sent += length

    def _copy(self, source, target, limit=None, count=None):
        passed = 0
        try:
            while limit is None or passed < limit:
                if count and self.hold_after and self.sent >= self.hold_after:
                    self._released.wait()
                data = source.recv(BUFFER if limit is None else min(BUFFER, limit - passed))
                if not data:
                    break
                target.sendall(data)
                passed += len(data)
                if count:
                    count(len(data))
        except OSError:
            pass
        self._close(source)
        self._close(target)
