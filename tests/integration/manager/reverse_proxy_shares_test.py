# SPDX-License-Identifier: GPL-3.0-or-later
"""In front of a Manager, one client (127.0.0.2) that takes all places that it can get does not stop the others."""

import concurrent.futures
import os
import select
import threading
import unittest

import behind
from behind import UPGRADE, FrontTest
from raw_http import RawConnection
from shaman_server import PATIENCE, wait_until


class Crowds(FrontTest):
    CROWD = 1100
    MOST_OF_ONE = 1024 // 2

    def hang(self, handler, seen):
        self.released.wait(PATIENCE)
        return False

    def hang_in_a_tunnel(self, handler, seen):
        behind.accept_websocket(handler, seen)
        return self.hang(handler, seen)

    def setUp(self):
        self.released = threading.Event()
        self.answers = {"/hang": self.hang, "/socket.io/": self.hang_in_a_tunnel}
        super().setUp()
        self.addCleanup(self.released.set)

    def crowd(self, method, target, headers=(), source="127.0.0.2", size=CROWD, at_the_manager=MOST_OF_ONE):
        before = len(self.behind.seen_by_clients)
        connections = []
        for _ in range(size):
            connections.append(RawConnection(self.server, source=source))
            self.addCleanup(connections[-1].close)
            connections[-1].request(method, target, headers)
        wait_until(lambda: len(self.behind.seen_by_clients) >= before + at_the_manager, "the crowd at the Manager")
        return connections

    def assert_others_are_served(self):
        for _ in range(20):
            self.assertEqual(self.api.get("/x").status, 200)
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            list(pool.map(lambda _: self.assert_one_is_served(), range(300)))

    def assert_one_is_served(self):
        with RawConnection(self.server) as other:
            self.assertEqual(other.exchange("GET", "/x").status, 200)

    def test_slow_reads(self):
        self.crowd("GET", "/hang")
        self.assert_others_are_served()

    def test_slow_changes(self):
        self.crowd("POST", "/hang")
        self.assert_others_are_served()

    def test_slow_changes_of_several_clients(self):
        self.crowd("POST", "/hang")
        self.crowd("POST", "/hang", source="127.0.0.3", size=600, at_the_manager=256)
        self.crowd("POST", "/hang", source="127.0.0.4", size=300, at_the_manager=128)
        self.assert_others_are_served()

    def test_tunnels(self):
        self.crowd(*UPGRADE)
        self.assert_others_are_served()

    def test_tunnels_give_way_to_each_who_has_fewer(self):
        self.crowd(*UPGRADE)
        self.crowd(*UPGRADE, source="127.0.0.3", size=500, at_the_manager=500)
        for connection in self.crowd(*UPGRADE, source="127.0.0.4", size=300, at_the_manager=300):
            self.assertEqual(connection.response().status, 101)
        self.assert_others_are_served()

    def test_tunnels_end_with_their_clients_though_the_manager_says_nothing(self):
        for connection in self.crowd(*UPGRADE):
            connection.close()
        self.behind.forget()
        self.crowd(*UPGRADE)
        self.assert_others_are_served()

    def test_a_client_that_leaves_bytes_for_a_manager_that_does_not_read(self):
        connection = RawConnection(self.server)
        connection.request(*UPGRADE)
        self.assertEqual(connection.response().status, 101)
        connection.socket.setblocking(False)
        wait_until(lambda: self.is_full(connection.socket), "the buffers to be full")
        # After an orderly end, the client's system tries for a minute to deliver what is left.
        connection.reset()
        wait_until(lambda: self.behind_connections() == 0, "the tunnel to end")

    def is_full(self, client):
        try:
            client.send(b"x" * 65536)
        except BlockingIOError:
            return True
        return False

    def behind_connections(self):
        """Of the server's process, those that lead to the Manager."""
        port = f":{self.behind.port:04X}"
        with open(f"/proc/{self.server.process.pid}/net/tcp", encoding="ascii") as table:
            lines = [line.split() for line in table.readlines()[1:]]
        mine = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{self.server.process.pid}/fd")
                if os.path.islink(entry.path)}
        return sum(line[2].endswith(port) and f"socket:[{line[9]}]" in mine for line in lines)

    def assert_keep_their_places(self, *request):
        modest = self.crowd(*request, source="127.0.0.4", size=20, at_the_manager=20)
        self.crowd(*request, source="127.0.0.3", size=500, at_the_manager=500)
        self.crowd(*request, at_the_manager=1024 - 520)
        poll = select.poll()
        for connection in modest:
            if request == UPGRADE:
                self.assertEqual(connection.response().status, 101)
            poll.register(connection.socket, select.POLLIN)
        # Longer than FairBudget::kPatience with who moves no bytes.
        self.assertEqual(poll.poll(3000), [], "places that were taken from a client with few")

    def test_a_slow_answer_keeps_its_place_while_others_wait(self):
        self.assert_keep_their_places("GET", "/hang")

    def test_a_silent_tunnel_keeps_its_place_while_others_wait(self):
        self.assert_keep_their_places(*UPGRADE)

    def test_a_read_that_gives_way_is_told_so(self):
        connections = self.crowd("GET", "/hang")
        self.crowd("GET", "/hang", source="127.0.0.3", size=450, at_the_manager=450)
        self.crowd("GET", "/hang", source="127.0.0.4", size=200, at_the_manager=200)
        poll = select.poll()
        for connection in connections:
            poll.register(connection.socket, select.POLLIN)
        answered, _ = poll.poll(PATIENCE * 1000)[0]
        refused = next(each for each in connections if each.socket.fileno() == answered).response()
        self.assertEqual((refused.status, refused.header("Retry-After")), (503, "1"))


if __name__ == "__main__":
    unittest.main()
