# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /api/v3/shaman/files/{checksum}/{filesize}"""

import os

import api
from api import ServerTest, files_url, new_content
from shaman_server import sha256, wait_until


class FileStatus(ServerTest):
    def test_unknown(self):
        answer = self.api.get(files_url(new_content()))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.header("Content-Type").split(";")[0], "application/json")
        self.assertEqual(answer.json(), {"status": "unknown"})

    def test_stored(self):
        self.assertEqual(self.api.status(self.stored()), "stored")

    def test_uploading_until_done(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:10])
        wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
        sender.send(data[10:])
        self.assertEqual(sender.response().status, 204)
        self.assertEqual(self.api.status(data), "stored")

    def test_unknown_again_when_the_sender_breaks_off(self):
        for break_off in ("close", "reset"):
            with self.subTest(break_off):
                data = new_content()
                sender = self.raw()
                sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
                sender.send(data[:10])
                wait_until(lambda: self.api.status(data) == "uploading", "the status 'uploading'")
                getattr(sender, break_off)()
                wait_until(lambda: self.api.status(data) == "unknown", "the status 'unknown'")
                self.assertFalse(self.server.has_blob(data))

    def test_upper_case_digits(self):
        data = self.stored()
        self.assertEqual(self.api.get(files_url(data, sha=sha256(data).upper())).json(),
                         {"status": "stored"})

    def test_another_size_is_another_blob(self):
        data = self.stored()
        self.assertEqual(self.api.get(files_url(data, size=len(data) + 1)).json(),
                         {"status": "unknown"})

    def test_sizes(self):
        sha = sha256(new_content())
        for size in ("0", "1", str(2**32), str(2**63 - 1)):
            with self.subTest(size=size):
                self.assertEqual(self.api.get(files_url(sha=sha, size=size)).json(),
                                 {"status": "unknown"})

    def test_malformed_sizes_are_400(self):
        sha = sha256(new_content())
        for size in ("-1", "1.5", "1e3", "+1", "0x10", "abc", "12a", str(2**64), "9" * 100, "%20", "1%20",
                     "%00", "%2d1"):
            with self.subTest(size=size):
                self.assert_error(self.api.get(files_url(sha=sha, size=size)), 400)

    def test_malformed_checksums_are_400(self):
        sha = sha256(new_content())
        for bad in (sha[:-1], sha + "0", "g" + sha[1:], "0x" + sha[2:], sha[:-1] + "%20", "abc", "%00" * 64,
                    "..%2f" + sha[5:], "%c3%bc" + sha[2:]):
            with self.subTest(sha=bad):
                self.assert_error(self.api.get(files_url(sha=bad, size=5)), 400)

    def test_a_blob_that_lost_bytes_on_disk_is_not_stored(self):
        data = self.stored()
        path = self.server.blob_path(sha256(data), len(data))
        os.chmod(path, 0o644)
        os.truncate(path, 10)
        self.assertEqual(self.api.status(data), "unknown")
        self.assertEqual(self.api.upload(data).status, 204)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), data)

    def test_a_blob_that_was_removed_by_hand_is_unknown(self):
        data = self.stored()
        os.remove(self.server.blob_path(sha256(data), len(data)))
        self.assertEqual(self.api.status(data), "unknown")
        self.assertEqual(self.api.upload(data).status, 204)
        self.assertEqual(self.api.status(data), "stored")

    def test_head_is_about_what_is_held(self):
        answer = self.api.call("HEAD", files_url(self.stored()))
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(self.api.get("/api/v3/version").status, 200)

    def test_other_methods(self):
        answer = self.api.call("PUT", files_url(b"x"), b"x")
        self.assert_error(answer, 405)
        self.assertEqual(answer.header("Allow"), "GET, HEAD, POST, PATCH, DELETE, OPTIONS")


if __name__ == "__main__":
    api.main()
