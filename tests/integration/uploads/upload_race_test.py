# SPDX-License-Identifier: GPL-3.0-or-later
"""Several clients that send the same file"""

import threading

import api
from api import Api, ServerTest, files_url, new_content
from raw_http import Closed
from shaman_server import sha256, wait_until


class RaceTest(ServerTest):
    def start_sending(self, data, count):
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:count])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        return sender

    def start_second(self, data):
        """A client that cannot defer; it sends everything and then waits for its answer."""
        second = self.raw()
        second.request("POST", files_url(data), [], data)
        return second

    def assert_content(self, data):
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(file.read(), data)

    def assert_cleaned_up(self, data):
        wait_until(lambda: not any(sha256(data) in path for path in self.server.temporary_files()),
                   "the temporary file to go")

    def send_at_once(self, uploads, sha=None):
        """The answers' statuses, in the order of the uploads."""
        answers = [None] * len(uploads)
        start = threading.Barrier(len(uploads))

        def send(index):
            data, headers = uploads[index]
            with Api(self.server) as client:
                client.connection.connect()
                start.wait()
                answers[index] = client.upload(data, headers, sha=sha).status

        threads = [threading.Thread(target=send, args=(n,)) for n in range(len(uploads))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers


class Race(RaceTest):
    options = {"stall_after": 1}

    def test_the_second_waits_for_the_first(self):
        data = new_content()
        first = self.start_sending(data, 10)
        second = self.start_second(data)
        self.assertTrue(second.is_silent())
        first.send(data[10:])
        self.assertEqual(first.response().status, 204)
        self.assertEqual(second.response().status, 208)
        self.assertEqual(second.exchange("GET", files_url(data)).json(), {"status": "stored"})
        self.assert_content(data)

    def test_the_second_is_not_read_while_it_waits(self):
        data = new_content(40 << 20)
        first = self.start_sending(data, 10)
        second = self.raw()
        second.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sent = second.can_send(data, seconds=0.5)
        self.assertLess(sent, len(data) // 2, "the server takes what it does not need")
        first.send(data[10:])
        self.assertEqual(first.response().status, 204)
        second.send(data[sent:])
        self.assertEqual(second.response().status, 208)

    def test_the_second_takes_over_when_the_first_breaks_off(self):
        for break_off in ("close", "reset"):
            with self.subTest(break_off):
                data = new_content()
                first = self.start_sending(data, 500)
                second = self.start_second(data)
                self.assertTrue(second.is_silent(0.1))
                getattr(first, break_off)()
                self.assertEqual(second.response().status, 204)
                self.assert_content(data)

    def test_the_second_takes_over_when_the_first_stalls(self):
        data = new_content()
        first = self.start_sending(data, 500)
        second = self.start_second(data)
        self.assertEqual(second.response().status, 204)
        self.assert_content(data)
        # The first one comes back to life, and learns that its rest is not needed.
        try:
            first.send(data[500:])
            self.assertEqual(first.response().status, 208)
        except (Closed, BrokenPipeError, ConnectionResetError):
            self.fail("the overtaken client was dropped instead of being told 208")
        self.assert_content(data)
        self.assert_cleaned_up(data)

    def test_a_client_that_can_defer_takes_over_from_one_that_stalls(self):
        data = new_content()
        sender = self.start_sending(data, 500)
        wait_until(lambda: self.api.upload(data, {"X-Shaman-Can-Defer-Upload": "1"}).status in (204, 208),
                   "the stalled upload to be overtaken")
        self.assert_content(data)
        sender.reset()
        self.assert_cleaned_up(data)

    def test_a_slow_first_is_not_overtaken(self):
        data = new_content(60)
        first = self.start_sending(data, 1)
        second = self.start_second(data)
        for n in range(1, 20):  # twice as long as stall-after in all
            first.send(data[n:n + 1])
            self.assertTrue(second.is_silent(0.1))
        first.send(data[20:])
        self.assertEqual(first.response().status, 204)
        self.assertEqual(second.response().status, 208)

    def test_the_second_takes_over_when_the_first_sends_something_else(self):
        data = new_content()
        first = self.start_sending(data, 10)
        second = self.start_second(data)
        self.assertTrue(second.is_silent(0.1))
        first.send(b"x" * (len(data) - 10))
        self.assert_error(first.response(), 417)
        self.assertEqual(second.response().status, 204)
        self.assert_content(data)

    def test_one_after_the_other_breaks_off(self):
        data = new_content()
        clients = [self.start_sending(data, 10)]
        clients += [self.start_second(data) for _ in range(3)]
        last = clients.pop()
        # Those that wait have sent all: whoever comes next stores it.
        clients[0].reset()
        answers = [client.response().status for client in (*clients[1:], last)]
        self.assertEqual(sorted(answers), [204, 208, 208])
        self.assert_content(data)

    def test_who_waits_may_leave(self):
        data = new_content()
        first = self.start_sending(data, 10)
        for _ in range(5):
            self.start_second(data).reset()
        first.send(data[10:])
        self.assertEqual(first.response().status, 204)
        self.assert_content(data)

    def test_good_and_bad_at_once(self):
        data = new_content(1 << 20)
        bad = bytes([data[0] ^ 1]) + data[1:]
        answers = self.send_at_once([(bad, {}), (data, {}), (bad, {}), (data, {})], sha=sha256(data))
        self.assertIn(204, (answers[1], answers[3]))
        for answer in answers:
            self.assertIn(answer, (204, 208, 417))
        self.assert_content(data)


class WithoutStalls(RaceTest):
    """None is taken over because this machine lets it wait."""

    options = {"stall_after": 600}

    def test_four_at_once(self):
        for size in (1000, 8 << 20):
            for _ in range(3):
                data = new_content(size)
                answers = self.send_at_once([(data, {})] * 4)
                self.assertEqual(sorted(answers), [204, 208, 208, 208])
                self.assert_content(data)
                self.assert_cleaned_up(data)


if __name__ == "__main__":
    api.main()
