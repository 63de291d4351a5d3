# SPDX-License-Identifier: GPL-3.0-or-later
"""POST /api/v3/shaman/checkout/requirements"""

import json
import os
import time

import api
from api import REQUIREMENTS, ServerTest, files_url, new_content, spec
from shaman_server import Server, sha256, wait_until


class Requirements(ServerTest):
    def ask(self, files):
        answer = self.api.requirements(files)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.header("Content-Type").split(";")[0], "application/json")
        value = answer.json()
        self.assertEqual(list(value), ["files"])
        self.assertIsInstance(value["files"], list)
        return value["files"]

    def test_no_file_needs_none(self):
        self.assertEqual(self.ask([]), [])

    def test_unknown_files_are_listed_with_every_member(self):
        wanted = [spec(f"tex/{n}.png", new_content()) for n in range(3)]
        answer = self.ask(wanted)
        self.assertCountEqual(answer, [{**file, "status": "unknown"} for file in wanted])

    def test_stored_files_are_left_out(self):
        known, other = self.stored(), new_content()
        answer = self.ask([spec("known", known), spec("other", other)])
        self.assertEqual([file["path"] for file in answer], ["other"])
        self.assertEqual(self.ask([spec("known", known)]), [])

    def test_each_blob_is_listed_once(self):
        data = new_content()
        answer = self.ask([spec("a", data), spec("b", data), spec("a", data)])
        self.assertEqual(len(answer), 1)
        self.assertIn(answer[0]["path"], ("a", "b"))

    def test_same_digest_of_another_size_is_another_blob(self):
        data = new_content()
        other = {**spec("b", data), "size": len(data) + 1}
        self.assertEqual(len(self.ask([spec("a", data), other])), 2)

    def test_a_file_on_its_way_is_uploading(self):
        data = new_content()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:500])
        wait_until(lambda: self.ask([spec("a", data)]) ==
                   [{**spec("a", data), "status": "uploading"}], "the status 'uploading'")
        sender.send(data[500:])
        self.assertEqual(sender.response().status, 204)
        self.assertEqual(self.ask([spec("a", data)]), [])

    def test_a_stored_file_that_is_sent_once_more_is_left_out(self):
        data = self.stored()
        sender = self.raw()
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:500])
        for _ in range(5):
            self.assertEqual(self.ask([spec("a", data)]), [])
        sender.send(data[500:])
        self.assertEqual(sender.response().status, 208)

    def test_paths_are_echoed_unchanged(self):
        paths = ["tex\\wall.png", "ünï/ブリック 1.png", "\U0001f600.png", 'with "quotes"', "a/../b",
                 "/absolute", "", "tab\there", "new\nline", "\x7f", "\u2028", "e\u0301", "\x01\x1f"]
        wanted = [spec(path, new_content()) for path in paths]
        self.assertCountEqual([file["path"] for file in self.ask(wanted)], paths)

    def test_escaped_and_plain_text_are_the_same(self):
        data = new_content()
        body = ('{"files":[{"sha":"%s","size":%d,"path":"\\u00fc\\ud83d\\ude00\\/\\u0041"}]}' %
                (sha256(data), len(data)))
        answer = self.api.post_json(REQUIREMENTS, body.encode())
        self.assertEqual(answer.json()["files"][0]["path"], "ü\U0001f600/A")

    def test_upper_case_digests_are_the_same_blob(self):
        data = self.stored()
        self.assertEqual(self.ask([{**spec("a", data), "sha": sha256(data).upper()}]), [])

    def test_unknown_members_are_ignored(self):
        data = new_content()
        body = {"version": 3, "nested": {"a": [1, {"files": 5}], "b": None}, "checkoutPath": "x",
                "files": [{"mtime": 1.5e3, "tags": [[], {}], **spec("a", data), "z": True}],
                "after": [False, None, "text"]}
        answer = self.api.post_json(REQUIREMENTS, body)
        self.assertEqual(answer.json(), {"files": [{**spec("a", data), "status": "unknown"}]})

    def test_members_come_in_any_order(self):
        data = new_content()
        file = spec("a", data)
        body = json.dumps({"files": [{"path": "a", "size": file["size"], "sha": file["sha"]}]})
        answer = self.api.post_json(REQUIREMENTS, body.encode())
        self.assertEqual(answer.json()["files"], [{**file, "status": "unknown"}])

    def test_sizes_up_to_63_bits(self):
        for size in (0, 1, 2**31, 2**32 + 5, 2**53 + 1, 2**63 - 1):
            with self.subTest(size=size):
                answer = self.ask([{**spec("a", b"x"), "sha": sha256(new_content()), "size": size}])
                self.assertEqual(answer[0]["size"], size)

    def test_many_files(self):
        known = self.stored()
        wanted = [{"sha": f"{n:064x}", "size": n, "path": f"tex/{n}.png"} for n in range(1, 10_001)]
        answer = self.ask(wanted[:5000] + [spec("known", known)] + wanted[5000:])
        self.assertCountEqual([file["sha"] for file in answer], [file["sha"] for file in wanted])

    def test_a_chunked_request(self):
        data = new_content()
        body = json.dumps({"files": [spec("a", data)]}).encode()
        pieces = (body[n:n + 7] for n in range(0, len(body), 7))
        answer = self.api.call("POST", REQUIREMENTS, pieces, {"Content-Type": "application/json"})
        self.assertEqual(answer.json()["files"], [{**spec("a", data), "status": "unknown"}])

    def test_content_type_may_have_parameters(self):
        answer = self.api.post_json(REQUIREMENTS, {"files": []},
                                    {"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(answer.status, 200)

    def test_malformed_requests_are_400(self):
        good = spec("a", b"x")
        bad_files = {
            "no sha": {"size": 1, "path": "a"},
            "no size": {"sha": good["sha"], "path": "a"},
            "no path": {"sha": good["sha"], "size": 1},
            "short sha": {**good, "sha": good["sha"][1:]},
            "long sha": {**good, "sha": good["sha"] + "0"},
            "no hex": {**good, "sha": "g" * 64},
            "sha is a number": {**good, "sha": 5},
            "sha is null": {**good, "sha": None},
            "negative": {**good, "size": -1},
            "fraction": {**good, "size": 1.5},
            "text size": {**good, "size": "1"},
            "null size": {**good, "size": None},
            "boolean size": {**good, "size": True},
            "over 64 bits": {**good, "size": 2**64},
            "path is a number": {**good, "path": 5},
            "path is a list": {**good, "path": ["a"]},
            "a text": "file",
            "a list": [good],
            "null": None,
        }
        for name, file in bad_files.items():
            with self.subTest(name):
                self.assert_error(self.api.requirements([spec("ok", b"y"), file]), 400)
        for body in ({}, {"files": None}, {"files": {}}, {"files": "a"}, [], [good], "files", 5, None,
                     {"Files": []}):
            with self.subTest(body=body):
                self.assert_error(self.api.post_json(REQUIREMENTS, body), 400)

    def test_the_message_says_what_is_wrong(self):
        message = self.assert_error(self.api.requirements([{"size": 1, "path": "a"}]), 400)
        self.assertIn("sha", message)

    def test_other_methods(self):
        answer = self.api.get(REQUIREMENTS)
        self.assert_error(answer, 405)
        self.assertIn("POST", answer.header("Allow"))


class Marks(ServerTest):
    """A stored file that is asked for is marked as used now."""

    def test_requirements_mark_what_is_stored(self):
        with Server(self.server.storage) as other:
            asked, left_alone = self.stored(), self.stored()
            old = time.time() - 40 * 24 * 3600
            paths = [other.blob_path(sha256(data), len(data)) for data in (asked, left_alone)]
            for path in paths:
                os.utime(path, (old, old))
            # The other server has not marked it yet, so no memory of a mark may stand in for one.
            with api.Api(other) as client:
                self.assertEqual(client.requirements([spec("a", asked)]).json(), {"files": []})
            self.assertLess(abs(os.stat(paths[0]).st_mtime - time.time()), 300)
            self.assertLess(abs(os.stat(paths[1]).st_mtime - old), 5)


if __name__ == "__main__":
    api.main()
