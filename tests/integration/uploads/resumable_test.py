# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads that can be resumed, line by line as docs/protocol.md has them, over a raw socket."""

import concurrent.futures
import http.client
import os
import time
import unittest

from api import Api, ServerTest, files_url, main, new_content
from raw_http import Closed, RawConnection
from shaman_server import Server, sha256, wait_until

MEDIA = ("Content-Type", "application/partial-upload")
VERSIONS = range(5, 10)


def complete(yes):
    return ("Upload-Complete", "?1" if yes else "?0")


def at(offset):
    return ("Upload-Offset", str(offset))


def draft(version):
    return ("Upload-Draft-Interop-Version", str(version))


class Resumable(ServerTest):
    def post(self, data, body, *headers, **more):
        return self.raw().exchange("POST", files_url(data), [complete(False), *headers], body, **more)

    def patch(self, data, offset, body, *headers, **more):
        return self.raw().exchange("PATCH", files_url(data), [MEDIA, at(offset), *headers], body,
                                   **more)

    def head(self, data):
        return self.raw().exchange("HEAD", files_url(data))

    def begun(self, size, held):
        data = new_content(size)
        answer = self.post(data, data[:held])
        self.assertEqual(answer.status, 201, answer)
        return data

    def assert_held(self, data, offset):
        answer = self.head(data)
        self.assertEqual(answer.status, 204, answer)
        self.assert_told(answer, offset, False)
        self.assertEqual(answer.header("Upload-Length"), str(len(data)))
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertIsNone(answer.header("Content-Length"))

    def assert_told(self, answer, offset, is_complete):
        expected = None if offset is None else str(offset)
        self.assertEqual(answer.header("Upload-Offset"), expected, answer)
        self.assertEqual(answer.header("Upload-Complete"), "?1" if is_complete else "?0", answer)
        self.assertIn("max-age=", answer.header("Upload-Limit"))

    def assert_stored(self, data):
        self.assertEqual(self.api.status(data), "stored")
        with open(self.server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(sha256(file.read()), sha256(data))
        self.assertEqual(self.partials(data), [])

    def partials(self, data):
        folder = os.path.join(self.server.storage, ".shaman", "partial")
        return [name for name in os.listdir(folder) if name.startswith(sha256(data))]


class Creation(Resumable):
    def test_empty(self):
        data = new_content()
        answer = self.post(data, b"", ("Upload-Length", "1000"))
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.header("Location"), files_url(data))
        self.assert_told(answer, 0, False)
        self.assert_held(data, 0)

    def test_keeps_what_is_held(self):
        data = self.begun(1000, 300)
        answer = self.post(data, b"")
        self.assertEqual(answer.status, 201)
        self.assert_told(answer, 300, False)

    def test_whole(self):
        for size in (1, 1000, 20_000_000):
            data = new_content(size)
            answer = self.raw().exchange("POST", files_url(data), [complete(True)], data)
            self.assertEqual(answer.status, 201, answer)
            self.assertEqual(answer.header("Location"), files_url(data))
            self.assert_told(answer, size, True)
            self.assert_stored(data)

    def test_whole_as_chunks(self):
        data = new_content(1000)
        with self.raw() as connection:
            connection.request("POST", files_url(data),
                               [complete(True), ("Transfer-Encoding", "chunked")], length=False)
            connection.send(b"3e8\r\n" + data + b"\r\n0\r\n\r\n")
            self.assert_told(connection.response(), 1000, True)
        self.assert_stored(data)

    def test_the_last_byte_completes_whatever_is_said(self):
        data = new_content()
        answer = self.post(data, data)
        self.assertEqual(answer.status, 201)
        self.assert_told(answer, 1000, True)
        self.assert_stored(data)

    def test_with_data_skips_what_is_held(self):
        data = self.begun(1000, 300)
        self.assert_told(self.post(data, data[:200]), 300, False)
        self.assert_told(self.post(data, data[:700]), 700, False)
        self.assert_told(self.raw().exchange("POST", files_url(data), [complete(True)], data),
                         1000, True)
        self.assert_stored(data)

    def test_of_a_stored_file(self):
        data = self.stored()
        for body in (b"", data):
            answer = self.post(data, body)
            self.assertEqual(answer.status, 208)
            self.assertEqual(answer.header("Location"), files_url(data))
            self.assert_told(answer, 1000, True)

    def test_of_an_empty_file(self):
        answer = self.post(b"", b"")
        self.assertIn(answer.status, (201, 208))
        self.assert_told(answer, 0, True)
        self.assertEqual(self.api.status(b""), "stored")

    def test_lengths_that_contradict_the_address(self):
        data = self.begun(1000, 300)
        for headers, body in (([complete(False), ("Upload-Length", "999")], b""),
                              ([complete(True)], data[:999])):
            answer = self.raw().exchange("POST", files_url(data), headers, body)
            self.assertEqual(answer.status, 400, answer)
            self.assertEqual(answer.header("Content-Type"), "application/problem+json")
            self.assertIn("inconsistent-upload-length", answer.json()["type"])
        self.assert_held(data, 300)

    def test_too_much(self):
        data = self.begun(1000, 300)
        answer = self.post(data, data + b"x")
        self.assertEqual(answer.status, 417)
        self.assertEqual(self.head(data).status, 404)

    def test_wrong_content(self):
        data = new_content()
        answer = self.post(data, new_content())
        self.assertEqual(answer.status, 417)
        self.assert_told(answer, None, True)
        self.assertEqual(self.head(data).status, 404)
        self.assertEqual(self.partials(data), [])
        self.assertEqual(self.post(data, data).status, 201)
        self.assert_stored(data)

    def test_malformed_fields_count_as_absent(self):
        for value in ("1", "?2", "true", "?1, ?1", ""):
            data = new_content()
            answer = self.raw().exchange("POST", files_url(data), [("Upload-Complete", value)], data)
            self.assertEqual(answer.status, 204, value)
            self.assertIsNone(answer.header("Upload-Offset"))

    def test_versions_that_are_not_spoken_are_plain_uploads(self):
        for version in (3, 4, 10):
            data = new_content()
            answer = self.raw().exchange("POST", files_url(data), [complete(False), draft(version)],
                                         data)
            self.assertEqual(answer.status, 204, version)

    def test_without_the_field_nothing_is_new(self):
        data = new_content()
        with self.raw() as connection:
            answer = connection.exchange("POST", files_url(data), [draft(6)], data)
            self.assertEqual((answer.status, answer.header("Upload-Offset")), (204, None))


class Interim(Resumable):
    def test_comes_first_and_says_where(self):
        for version in VERSIONS:
            data = new_content()
            with self.raw() as connection:
                connection.request("POST", files_url(data), [complete(True), draft(version)], data)
                interim = connection.response()
                self.assertEqual(interim.status, 104)
                self.assertEqual(interim.header("Upload-Draft-Interop-Version"), str(version))
                self.assertEqual(interim.header("Location"), files_url(data))
                self.assertIn("max-size=", interim.header("Upload-Limit"))
                self.assertIsNone(interim.header("Content-Length"))
                self.assertEqual(connection.response().status, 201)

    def test_of_an_append_has_no_location(self):
        data = self.begun(1000, 300)
        with self.raw() as connection:
            connection.request("PATCH", files_url(data), [MEDIA, at(300), draft(8), complete(True)],
                               data[300:])
            interim = connection.response()
            self.assertEqual((interim.status, interim.header("Location")), (104, None))
            self.assertEqual(connection.response().status, 204)

    def test_is_not_sent_to_who_names_no_version(self):
        for headers in ([complete(True)], [complete(True), draft(10)]):
            data = new_content()
            with self.raw() as connection:
                answer = connection.exchange("POST", files_url(data), headers, data)
                self.assertNotEqual(answer.status, 104)

    def test_beside_continue(self):
        data = new_content()
        with self.raw() as connection:
            connection.request("POST", files_url(data), [
                complete(True), draft(6), ("Expect", "100-continue"), ("Content-Length", "1000")],
                length=False)
            self.assertEqual(sorted(connection.response().status for _ in range(2)), [100, 104])
            connection.send(data)
            self.assertEqual(connection.response().status, 201)


class Append(Resumable):
    def test_parts(self):
        data = self.begun(1000, 300)
        answer = self.patch(data, 300, data[300:500], complete(False))
        self.assertEqual(answer.status, 204)
        self.assert_told(answer, 500, False)
        answer = self.patch(data, 500, data[500:], complete(True))
        self.assertEqual(answer.status, 204)
        self.assert_told(answer, 1000, True)
        self.assert_stored(data)

    def test_the_last_byte_completes_whatever_is_said(self):
        data = self.begun(1000, 300)
        self.assert_told(self.patch(data, 300, data[300:], complete(False)), 1000, True)
        self.assert_stored(data)

    def test_wrong_offset(self):
        data = self.begun(1000, 300)
        for offset in (0, 299, 301, 1000):
            answer = self.patch(data, offset, data[offset:], complete(False))
            self.assertEqual(answer.status, 409, answer)
            self.assert_told(answer, 300, False)
            self.assertEqual(answer.header("Content-Type"), "application/problem+json")
            problem = answer.json()
            self.assertEqual((problem["expected-offset"], problem["provided-offset"]), (300, offset))
            self.assertIn("mismatching-upload-offset", problem["type"])
        self.assert_held(data, 300)

    def test_of_nothing(self):
        self.assertEqual(self.patch(new_content(), 0, b"x", complete(False)).status, 404)

    def test_of_a_stored_file(self):
        data = self.stored()
        answer = self.patch(data, 0, data, complete(True))
        self.assertEqual(answer.status, 208)
        self.assert_told(answer, 1000, True)

    def test_media_type(self):
        data = self.begun(1000, 300)
        for headers, status in (([], 415), ([draft(6)], 415), ([draft(5)], 204),
                                ([("Content-Type", "application/octet-stream"), draft(5)], 415),
                                ([("Content-Type", "Application/Partial-Upload; x=y")], 204)):
            with self.subTest(headers=headers), self.raw() as connection:
                offset = int(self.head(data).header("Upload-Offset"))
                connection.request("PATCH", files_url(data), [at(offset), complete(False), *headers],
                                   data[offset:offset + 10])
                answer = connection.response()
                if answer.status == 104:
                    answer = connection.response()
                self.assertEqual(answer.status, status)

    def test_needs_an_offset(self):
        data = self.begun(1000, 300)
        answer = self.raw().exchange("PATCH", files_url(data), [MEDIA, complete(True)], data[300:])
        self.assert_error_status(answer, 400)
        self.assert_held(data, 300)

    def assert_error_status(self, answer, status):
        self.assertEqual(answer.status, status, answer)

    def test_lengths_that_contradict_the_address(self):
        data = self.begun(1000, 300)
        for headers, body in (([complete(True)], data[300:400]), ([complete(True)], data),
                              ([complete(False), ("Upload-Length", "5")], data[300:310])):
            answer = self.patch(data, 300, body, *headers)
            self.assertEqual(answer.status, 400, answer)
            self.assertIn("inconsistent-upload-length", answer.json()["type"])
        self.assert_held(data, 300)

    def test_too_much(self):
        data = self.begun(1000, 300)
        self.assertEqual(self.patch(data, 300, data[300:] + b"x", complete(False)).status, 417)
        self.assertEqual(self.head(data).status, 404)

    def test_wrong_content(self):
        data = new_content()
        self.post(data, new_content(300))
        answer = self.patch(data, 300, data[300:], complete(True))
        self.assertEqual(answer.status, 417)
        self.assert_told(answer, None, True)
        self.assertEqual(self.head(data).status, 404)

    def test_a_broken_one_keeps_what_came(self):
        data = self.begun(1_000_000, 300)
        with self.raw() as connection:
            connection.request("PATCH", files_url(data), [
                MEDIA, at(300), complete(True), ("Content-Length", str(len(data) - 300))], length=False)
            connection.send(data[300:500_000])
        wait_until(lambda: self.partials(data)[0].endswith("-500000"), "the broken part")
        self.assert_held(data, 500_000)
        self.assert_told(self.patch(data, 500_000, data[500_000:], complete(True)), len(data), True)
        self.assert_stored(data)

    def test_a_plain_upload_may_come_first(self):
        data = self.begun(1000, 300)
        self.assertEqual(self.api.upload(data).status, 204)
        answer = self.patch(data, 300, data[300:], complete(True))
        self.assertEqual(answer.status, 208)
        self.assert_told(answer, 1000, True)
        self.assertEqual(self.partials(data), [])


class Offset(Resumable):
    def test_of_nothing(self):
        self.assertEqual(self.head(new_content()).status, 404)

    def test_of_a_stored_file(self):
        data = self.stored()
        answer = self.head(data)
        self.assertEqual(answer.status, 204)
        self.assert_told(answer, 1000, True)

    def test_stray_fields_are_ignored(self):
        data = self.begun(1000, 300)
        answer = self.raw().exchange("HEAD", files_url(data), [complete(True), at(7), draft(6)])
        self.assert_told(answer, 300, False)

    def test_sends_a_silent_uploader_away(self):
        data = self.begun(1_000_000, 300)
        with self.raw() as connection:
            connection.request("PATCH", files_url(data), [
                MEDIA, at(300), complete(True), ("Content-Length", str(len(data) - 300))], length=False)
            connection.send(data[300:400_000])
            wait_until(lambda: self.api.status(data) == "uploading", "the upload")
            told = int(self.head(data).header("Upload-Offset"))
            self.assertGreaterEqual(told, 300)
            with self.assertRaises((Closed, ConnectionError, BrokenPipeError)):
                connection.response()
            # What was told stays true.
            self.assert_told(self.patch(data, told, data[told:], complete(True)), len(data), True)
        self.assert_stored(data)

    def test_bad_addresses(self):
        for url in ("/api/v3/shaman/files/xyz/5", f"/api/v3/shaman/files/{sha256(b'')}/-1"):
            for method in ("HEAD", "PATCH", "DELETE"):
                answer = self.raw().exchange(method, url, [MEDIA, at(0)])
                self.assertEqual(answer.status, 400, (method, url))


class Cancel(Resumable):
    def test_what_is_held(self):
        data = self.begun(1000, 300)
        self.assertEqual(self.raw().exchange("DELETE", files_url(data)).status, 204)
        self.assertEqual(self.head(data).status, 404)
        self.assertEqual(self.partials(data), [])
        self.assertEqual(self.raw().exchange("DELETE", files_url(data)).status, 404)

    def test_never_what_is_stored(self):
        data = self.stored()
        self.assertEqual(self.raw().exchange("DELETE", files_url(data)).status, 404)
        self.assertEqual(self.api.status(data), "stored")

    def test_ends_a_transfer(self):
        data = self.begun(1_000_000, 300)
        with self.raw() as connection:
            connection.request("PATCH", files_url(data), [
                MEDIA, at(300), complete(True), ("Content-Length", str(len(data) - 300))], length=False)
            wait_until(lambda: self.api.status(data) == "uploading", "the upload")
            self.assertEqual(self.raw().exchange("DELETE", files_url(data)).status, 204)
            with self.assertRaises((Closed, ConnectionError, BrokenPipeError)):
                connection.response()
        self.assertEqual(self.head(data).status, 404)


class Options(Resumable):
    def test_tells_the_limits(self):
        answer = self.raw().exchange("OPTIONS", files_url(new_content()))
        self.assertEqual(answer.status, 204)
        self.assertIn("PATCH", answer.header("Allow"))
        self.assertIn("min-size=0", answer.header("Upload-Limit"))
        self.assertIsNone(answer.header("Upload-Complete"))

    def test_info_offers_it(self):
        self.assertIn("resumable-uploads", self.api.get("/api/v3/shaman/info").json()["features"])


class Together(Resumable):
    def test_many_on_one_file_end_all(self):
        data = new_content(2_000_000)

        def push(_):
            with Api(self.server) as api:
                for _ in range(1000):
                    # A request that is taken over ends with its connection, or that ends a moment later.
                    try:
                        held = api.call("HEAD", files_url(data))
                        if held.status == 204 and held.header("Upload-Complete") == "?1":
                            return True
                        offset = int(held.header("Upload-Offset") or 0)
                        method = "PATCH" if held.status == 204 else "POST"
                        piece = data[offset:offset + 100_000]
                        api.call(method, files_url(data), piece, {
                            "Upload-Offset": str(offset), "Upload-Complete": "?0",
                            "Content-Type": MEDIA[1]})
                    except (OSError, http.client.HTTPException):
                        api.connection.close()
                return False

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertEqual(list(pool.map(push, range(4))), [True] * 4)
        self.assert_stored(data)

    def test_a_second_creation_is_deferred_where_it_can_be(self):
        data = new_content(1_000_000)
        with self.raw() as connection:
            connection.request("POST", files_url(data), [
                complete(True), ("Content-Length", str(len(data)))], length=False)
            connection.send(data[:1000])
            wait_until(lambda: self.api.status(data) == "uploading", "the upload")
            answer = self.raw().exchange("POST", files_url(data), [
                complete(True), ("X-Shaman-Can-Defer-Upload", "true"), ("Expect", "100-continue"),
                ("Content-Length", str(len(data)))], length=False)
            self.assertEqual(answer.status, 425)
            connection.send(data[1000:])
            self.assertEqual(connection.response().status, 201)


class Caps(unittest.TestCase):
    def test_expiry(self):
        with Server(upload_expiry="1s") as server:
            data = new_content()
            with RawConnection(server) as connection:
                answer = connection.exchange("POST", files_url(data), [complete(False)], data[:10])
                self.assertIn("max-age=1", answer.header("Upload-Limit"))
                time.sleep(1.1)
                self.assertEqual(connection.exchange("HEAD", files_url(data)).status, 404)
                answer = connection.exchange("PATCH", files_url(data), [MEDIA, at(10)], data[10:])
                self.assertEqual(answer.status, 404)
                answer = connection.exchange("POST", files_url(data), [complete(False)], b"")
                self.assertEqual(answer.header("Upload-Offset"), "0")

    def test_number_and_bytes(self):
        for options in ({"max_partial_uploads": 2}, {"max_partial_size": 1500}):
            with self.subTest(**options), Server(**options) as server:
                with RawConnection(server) as connection:
                    for status in (201, 201, 507):
                        data = new_content()
                        answer = connection.exchange("POST", files_url(data), [complete(False)],
                                                     data[:800])
                        self.assertEqual(answer.status, status, answer)
                    # Those in one go are as ever.
                    data = new_content()
                    self.assertEqual(connection.exchange("POST", files_url(data), [], data).status, 204)


class Restarts(unittest.TestCase):
    def test_what_was_told_survives_a_kill(self):
        server = Server().start()
        self.addCleanup(server.close)
        data = new_content(30_000_000)
        with RawConnection(server) as connection:
            answer = connection.exchange("POST", files_url(data), [complete(False)], data[:9_000_000])
            self.assertEqual(answer.header("Upload-Offset"), "9000000")
        server.kill()
        server.start()
        with RawConnection(server) as connection:
            answer = connection.exchange("HEAD", files_url(data))
            self.assertEqual(answer.header("Upload-Offset"), "9000000")
            connection.request("PATCH", files_url(data), [
                MEDIA, at(9_000_000), ("Content-Length", "21000000")], length=False)
            connection.send(data[9_000_000:28_000_000])
            folder = os.path.join(server.storage, ".shaman", "partial")
            wait_until(lambda: any(int(name.rpartition("-")[2]) > 9_000_000
                                   for name in os.listdir(folder)), "a checkpoint")
            server.kill()
        server.start()
        with RawConnection(server) as connection:
            offset = int(connection.exchange("HEAD", files_url(data)).header("Upload-Offset"))
            self.assertGreater(offset, 9_000_000)
            answer = connection.exchange("PATCH", files_url(data), [MEDIA, at(offset)], data[offset:])
            self.assertEqual((answer.status, answer.header("Upload-Complete")), (204, "?1"))
        with open(server.blob_path(sha256(data), len(data)), "rb") as file:
            self.assertEqual(sha256(file.read()), sha256(data))


if __name__ == "__main__":
    main()
