# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from strangers: text that is no JSON, no UTF-8, too deep, too large."""

import json

import api
from api import CREATE, REQUIREMENTS, ServerTest, new_content, spec
from shaman_server import sha256


def nested(levels):
    """A request whose values nest so deep, the outermost object counted."""
    return b'{"x":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b',"files":[]}'


class Json(ServerTest):
    def assert_refused(self, body, path=REQUIREMENTS):
        self.assert_error(self.api.post_json(path, body), 400)

    def test_text_that_is_no_json(self):
        for body in (b"", b" ", b"{", b'{"files":[}', b'{"files":[]', b'{"files":[]}}', b'{"files":[]} x',
                     b"{'files':[]}", b'{"files":[],}', b"\0", b'{"files":[]}\0', b"[" * 100_000,
                     b'{"a":' * 100_000, b'{"files":[]}{"files":[]}', b"<xml/>", b"files=", b"NaN",
                     b'{"files":[],"x":NaN}', b'{"files":[],"x":01}', b'{"files":[],"x":"\n"}',
                     b'{"files":[],"x":"\\q"}', b'{"files":[],"x":tru}', b"// \n{\"files\":[]}"):
            for path in (REQUIREMENTS, CREATE):
                with self.subTest(body=body[:40], path=path):
                    self.assert_refused(body, path)
        self.assert_alive()

    def test_text_that_is_no_utf8(self):
        bad = (b"\xff", b"\x80", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x28\xa1")
        good = spec("PATH", b"x")
        for text in bad:
            in_path = json.dumps({"files": [good]}).encode().replace(b"PATH", text)
            in_member = b'{"files":[],"x":"' + text + b'"}'
            in_name = b'{"files":[],"' + text + b'":1}'
            for body in (in_path, in_member, in_name):
                with self.subTest(body=body):
                    self.assert_refused(body)
        in_checkout_path = b'{"files":[],"checkoutPath":"a\xffb"}'
        self.assert_refused(in_checkout_path, CREATE)

    def test_half_a_surrogate_pair(self):
        for text in ("\\ud800", "\\udc00", "\\ud800x", "\\ud800\\u0041", "\\udc00\\ud800"):
            with self.subTest(text=text):
                self.assert_refused(b'{"files":[],"x":"' + text.encode() + b'"}')

    def test_nesting(self):
        self.assertEqual(self.api.post_json(REQUIREMENTS, nested(16)).status, 200)
        self.assert_refused(nested(17))
        objects = b'{"x":' * 16 + b"1" + b"}" * 16
        self.assert_refused(b'{"files":[],"y":' + objects + b"}")

    def test_numbers(self):
        file = '{"sha":"%s","path":"a","size":%s}'
        for size in ("1e999", "-1e999", "1" * 400, "-" + "1" * 400, "0.5", "-5", "1e-5",
                     "18446744073709551616", "0x10", "+5", ".5", "5."):
            with self.subTest(size=size):
                body = '{"files":[%s]}' % (file % (sha256(new_content()), size))
                self.assert_refused(body.encode())

    def test_huge_numbers_in_unknown_members_do_no_harm(self):
        for number in (b"1e999", b"1" * 400, b"-" + b"9" * 30):
            with self.subTest(number=number):
                answer = self.api.post_json(REQUIREMENTS, b'{"files":[],"x":' + number + b"}")
                self.assertIn(answer.status, (200, 400))
        self.assert_alive()

    def test_long_texts_in_unknown_members(self):
        body = json.dumps({"x": "y" * 1_000_000, "k" * 100_000: 1, "files": []}).encode()
        self.assertEqual(self.api.post_json(REQUIREMENTS, body).status, 200)

    def test_white_space_of_all_kinds(self):
        self.assertEqual(self.api.post_json(REQUIREMENTS, b' \r\n\t{ "files"\n:\t[ ] } \n').status, 200)

    def test_names_may_be_escaped(self):
        answer = self.api.post_json(REQUIREMENTS, b'{"\\u0066iles":[]}')
        self.assertEqual(answer.json(), {"files": []})


class Limits(ServerTest):
    options = {"max_json_size": "100k", "max_files": 100}

    def test_a_request_over_the_limit_is_413(self):
        body = json.dumps({"x": "y" * 300_000, "files": []}).encode()
        self.assert_error(self.api.post_json(REQUIREMENTS, body), 413)
        # The body was read to its end, so the connection lives on.
        self.assertEqual(self.api.get("/api/v3/version").status, 200)

    def test_a_chunked_request_over_the_limit_is_413(self):
        pieces = (b" " * 10_000 for _ in range(30))
        self.assert_error(self.api.call("POST", REQUIREMENTS, pieces), 413)

    def test_too_many_files_are_413(self):
        files = [{"sha": f"{n:064x}", "size": n, "path": str(n)} for n in range(101)]
        self.assertEqual(self.api.requirements(files[:100]).status, 200)
        self.assert_error(self.api.requirements(files), 413)
        self.assert_error(self.api.create("many", files), 413)

    def test_expect_is_refused_before_the_body(self):
        connection = self.raw()
        connection.request("POST", REQUIREMENTS, [("Expect", "100-continue"), ("Content-Length", 10**9)],
                           length=False)
        self.assert_error(connection.response(), 413)


if __name__ == "__main__":
    api.main()
