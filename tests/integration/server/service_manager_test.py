# SPDX-License-Identifier: GPL-3.0-or-later
"""What systemd is told, as a unit with Type=notify needs it"""

import os
import signal
import socket
import tempfile
import unittest

from api import main
from shaman_server import PATIENCE, Server


class Notified(Server):
    """A server that systemd has started, as far as it can tell."""

    def __init__(self, address, watchdog=None, **options):
        super().__init__(**options)
        self.variables = [f"NOTIFY_SOCKET={address}"]
        if watchdog:
            self.variables.append(f"WATCHDOG_USEC={watchdog}")

    def command(self):
        return ["env", *self.variables, *super().command()]


class ServiceManager(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(folder.cleanup)
        self.address = os.path.join(folder.name, "notify")
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.told.close)
        self.told.settimeout(PATIENCE)
        self.told.bind(self.address)

    def next_state(self):
        return dict(line.split("=", 1) for line in self.told.recv(4096).decode().splitlines())

    def test_is_told_of_start_reload_and_stop(self):
        with Notified(self.address) as server:
            state = self.next_state()
            self.assertEqual(state["READY"], "1")
            self.assertIn(f":{server.port}", state["STATUS"])
            server.process.send_signal(signal.SIGHUP)
            state = self.next_state()
            self.assertEqual(state["RELOADING"], "1")
            self.assertGreater(int(state["MONOTONIC_USEC"]), 0)
            self.assertEqual(self.next_state()["READY"], "1")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.next_state(), {"STOPPING": "1"})
            self.assertEqual(server.wait(), 0)

    def test_hears_that_the_server_lives_if_it_waits_for_that(self):
        with Notified(self.address, watchdog=3000):
            self.assertEqual(self.next_state()["READY"], "1")
            for _ in range(3):
                self.assertEqual(self.next_state(), {"WATCHDOG": "1"})


if __name__ == "__main__":
    main()
