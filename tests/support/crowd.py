# SPDX-License-Identifier: GPL-3.0-or-later
"""Many connections of one client that does not mean well."""

import resource
import select
import socket
import threading
import time


def allow_many_descriptors():
    """As many as may be opened here; a crowd of a thousand needs more than the usual limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Crowd:
    """`count` connections from `address`, each of which sends `first`, as much of it as is taken at
    once, and then `drip` every `pause` seconds. `first` may be a function of the connection's number.
    The beginning of what the server answers is kept."""

    def __init__(self, server, address, count, first=b"", drip=b"", pause=0.2):
        self.answers = {}
        self._server = server
        self._address = address
        self._drip = drip
        self._pause = pause
        self._sockets = []
        self._stop = threading.Event()
        for number in range(count):
            self._open(first(number) if callable(first) else first)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _open(self, first):
        # What the server does not take is its good right.
        try:
            connection = socket.create_connection((self._server.host, self._server.port), 30,
                                                  source_address=(self._address, 0))
            self._sockets.append(connection)
            connection.setblocking(False)
            if first:
                connection.send(first)
        except OSError:
            pass

    def _run(self):
        poll = select.poll()
        alive = {connection.fileno(): connection for connection in self._sockets}
        for descriptor in alive:
            poll.register(descriptor, select.POLLIN)
        next_drip = time.monotonic() + self._pause
        while not self._stop.is_set():
            for descriptor, _ in poll.poll(50):
                if not self._receive(alive[descriptor]):
                    poll.unregister(descriptor)
                    del alive[descriptor]
            if self._drip and time.monotonic() >= next_drip:
                next_drip = time.monotonic() + self._pause
                for connection in list(alive.values()):
                    try:
                        connection.send(self._drip)
                    except OSError:
                        pass

    def _receive(self, connection):
        try:
            data = connection.recv(4096)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if data:
            self.answers.setdefault(connection, data)
        return bool(data)

    def count(self, status):
        """How many were answered with it."""
        mark = f" {status} ".encode()
        return sum(mark in answer[:20] for answer in list(self.answers.values()))

    def close(self):
        self._stop.set()
        self._thread.join()
        for connection in self._sockets:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
