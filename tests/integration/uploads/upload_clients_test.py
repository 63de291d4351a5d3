# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads as curl and Python's http.client send them: Expect: 100-continue, early answers, keep-alive"""

import subprocess
import tempfile

import api
from api import CREATE, REQUIREMENTS, ServerTest, files_url, new_content
from raw_http import Closed
from shaman_server import PATIENCE, wait_until

MIB = 1 << 20


class Expect(ServerTest):
    """RFC 9110, 10.1.1"""

    def announce(self, data, headers=(), expect="100-continue", address=None):
        connection = self.raw()
        connection.request("POST", address or files_url(data),
                           [("Expect", expect), ("Content-Length", len(data)), *headers], length=False)
        return connection

    def assert_usable_or_closed(self, connection):
        """After a final answer without a 100, the connection either ends or takes another request."""
        try:
            answer = connection.exchange("GET", "/api/v3/version")
            self.assertEqual(answer.status, 200)
        except (Closed, BrokenPipeError, ConnectionResetError):
            pass

    def test_the_body_is_asked_for(self):
        data = new_content()
        connection = self.announce(data)
        self.assertEqual(connection.response().status, 100)
        connection.send(data)
        self.assertEqual(connection.response().status, 204)
        self.assertEqual(connection.exchange("GET", files_url(data)).json(), {"status": "stored"})

    def test_in_chunks(self):
        data = new_content()
        connection = self.raw()
        connection.request("POST", files_url(data), [("Expect", "100-Continue"),
                                                     ("Transfer-Encoding", "chunked")], length=False)
        self.assertEqual(connection.response().status, 100)
        connection.send(b"3e8\r\n" + data + b"\r\n0\r\n\r\n")
        self.assertEqual(connection.response().status, 204)

    def test_a_client_that_does_not_wait(self):
        data = new_content()
        connection = self.announce(data)
        connection.send(data)
        answer = connection.response()
        if answer.status == 100:
            answer = connection.response()
        self.assertEqual(answer.status, 204)

    def test_a_known_file_is_not_asked_for(self):
        data = self.stored()
        connection = self.announce(data)
        self.assertEqual(connection.response().status, 208)
        self.assert_usable_or_closed(connection)

    def test_a_deferred_file_is_not_asked_for(self):
        data = new_content()
        sender = self.announce(data)
        self.assertEqual(sender.response().status, 100)
        other = self.announce(data, [("X-Shaman-Can-Defer-Upload", "true")])
        self.assertEqual(other.response().status, 425)
        sender.send(data)
        self.assertEqual(sender.response().status, 204)

    def test_errors_come_before_the_body(self):
        data = new_content()
        for address, status in ((files_url(data, size=len(data) + 1), 417), (files_url(sha="x", size=1), 400),
                                ("/api/v3/nothing", 404), ("/api/v3/version", 405)):
            with self.subTest(address):
                connection = self.announce(data, address=address)
                self.assert_error(connection.response(), status)
                self.assert_usable_or_closed(connection)

    def test_who_waits_for_another_is_asked_only_when_the_file_is_wanted(self):
        data = new_content()
        first = self.announce(data)
        self.assertEqual(first.response().status, 100)
        second = self.announce(data)
        self.assertTrue(second.is_silent())
        first.send(data)
        self.assertEqual(first.response().status, 204)
        self.assertEqual(second.response().status, 208)

    def test_who_waits_for_another_that_breaks_off_is_asked(self):
        data = new_content()
        first = self.announce(data)
        self.assertEqual(first.response().status, 100)
        second = self.announce(data)
        first.send(data[:100])
        first.reset()
        self.assertEqual(second.response().status, 100)
        second.send(data)
        self.assertEqual(second.response().status, 204)

    def test_json_requests_too(self):
        body = b'{"files":[]}'
        for address, status in ((REQUIREMENTS, 200), (CREATE, 400)):
            connection = self.announce(body, address=address)
            self.assertEqual(connection.response().status, 100)
            connection.send(body)
            self.assertEqual(connection.response().status, status)

    def test_another_expectation_is_417(self):
        data = new_content()
        connection = self.announce(data, expect="200-ok")
        connection.send(data)
        self.assert_error(connection.response(), 417)

    def test_no_interim_answer_for_http_1_0(self):
        data = new_content()
        connection = self.raw()
        connection.request("POST", files_url(data), [("Expect", "100-continue")], data, version="HTTP/1.0")
        self.assertEqual(connection.response().status, 204)

    def test_no_interim_answer_without_expect(self):
        data = new_content()
        connection = self.raw()
        connection.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        self.assertTrue(connection.is_silent())
        connection.send(data)
        self.assertEqual(connection.response().status, 204)


class Curl(ServerTest):
    """curl waits for a 100 before it sends a body of more than 1 MiB."""

    def curl(self, data, *options, address=None):
        """(status, bytes of the body sent, connections made)"""
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            done = subprocess.run(
                ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", str(PATIENCE),
                 "--expect100-timeout", str(PATIENCE), "-o", "/dev/null", "-H", "Content-Type: application/octet-stream",
                 "-w", "%{http_code} %{size_upload} %{num_connects}\n", *options,
                 self.server.url + (address or files_url(data))],
                input=data if "-T" in options else None, capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return tuple(int(value) for value in done.stdout.split()[:3])

    def send(self, data, *options, **more):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            return self.curl(data, "--data-binary", "@" + file.name, *options, **more)

    def test_a_new_file(self):
        data = new_content(3 * MIB)
        self.assertEqual(self.send(data)[:2], (204, len(data)))
        self.assertTrue(self.server.has_blob(data))

    def test_a_known_file_is_not_sent(self):
        data = self.stored(3 * MIB)
        self.assertEqual(self.send(data)[:2], (208, 0))

    def test_a_known_small_file(self):
        self.assertEqual(self.send(self.stored())[0], 208)

    def test_a_known_file_without_expect(self):
        data = self.stored(3 * MIB)
        self.assertEqual(self.send(data, "-H", "Expect:")[0], 208)

    def test_chunked_from_a_pipe(self):
        data = new_content(3 * MIB)
        self.assertEqual(self.curl(data, "-X", "POST", "-T", "-")[0], 204)
        self.assertTrue(self.server.has_blob(data))

    def test_chunked_without_expect(self):
        data = new_content(3 * MIB)
        self.assertEqual(self.curl(data, "-X", "POST", "-T", "-", "-H", "Expect:")[0], 204)

    def test_http_1_0(self):
        data = new_content(3 * MIB)
        self.assertEqual(self.send(data, "--http1.0")[0], 204)

    def test_an_address_that_does_not_fit_is_not_sent(self):
        data = new_content(3 * MIB)
        self.assertEqual(self.send(data, address=files_url(data, size=5))[:2], (417, 0))

    def test_http_2_is_not_spoken(self):
        data = new_content()
        self.assertEqual(self.send(data, "--http2")[0], 204)

    def test_two_files_on_one_connection(self):
        known = self.stored(3 * MIB)
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--noproxy", "*", "-w", "%{http_code} ", "-o", "/dev/null",
             "-X", "POST", "-H", "Expect:", "--data-binary", "@-", self.server.url + files_url(known),
             "--next", "--silent", "--noproxy", "*", "-w", "%{http_code} %{num_connects}", "-o", "/dev/null",
             self.server.url + files_url(known)], input=known, capture_output=True, check=True)
        self.assertEqual(done.stdout.split(), [b"208", b"200", b"0"])


class SendsEverythingFirst(ServerTest):
    """Python's http.client reads no answer before the whole body is sent."""

    size = 24 * MIB  # more than the sockets' buffers hold

    def assert_early_answer(self, status, path, body, headers=None):
        answer = self.api.call("POST", path, body, headers)
        if status in (208, 425):
            self.assertEqual(answer.status, status)
        else:
            self.assert_error(answer, status)
        connection = self.api.connection.sock
        self.assertIsNotNone(connection, "the connection was closed")
        self.assertEqual(self.api.get("/api/v3/version").status, 200)
        self.assertIs(self.api.connection.sock, connection, "the connection was not kept alive")

    def test_208(self):
        data = self.stored(self.size)
        self.assert_early_answer(208, files_url(data), data)

    def test_208_in_chunks(self):
        data = self.stored(self.size)
        self.assert_early_answer(208, files_url(data), (data[n:n + MIB] for n in range(0, len(data), MIB)))

    def test_425(self):
        data = new_content(self.size)
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.new_api().status(data) == "uploading", "the status 'uploading'")
        self.assert_early_answer(425, files_url(data), data, {"X-Shaman-Can-Defer-Upload": "True"})
        sender.send(data[10:])
        self.assertEqual(sender.response().status, 204)

    def test_400(self):
        self.assert_early_answer(400, files_url(sha="no-digest", size=self.size), bytes(self.size))

    def test_404(self):
        self.assert_early_answer(404, "/api/v3/nothing", bytes(self.size))

    def test_405(self):
        self.assert_early_answer(405, "/api/v3/version", bytes(self.size))

    def test_417(self):
        data = new_content()
        self.assert_early_answer(417, files_url(data), bytes(self.size))

    def test_many_in_a_row(self):
        data = self.stored(MIB)
        for _ in range(20):
            self.assert_early_answer(208, files_url(data), data)


if __name__ == "__main__":
    api.main()
