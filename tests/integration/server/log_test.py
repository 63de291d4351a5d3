# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log says of a request: who asked, for which checkout, and what is full. Nothing from outside forges a line."""

import json
import os
import re
import unittest

from api import Api, files_url, new_content, spec
from raw_http import RawConnection
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\S+ (trace|debug|info|warning|error|critical) ")


class LogTest(unittest.TestCase):
    def start(self, **options):
        server = Server(**options).start()
        self.addCleanup(server.close)
        return server

    def line(self, server, text):
        return server.wait_for_log(text)


class WhoDidWhat(LogTest):
    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        token = self.tokens.make("admin", name="Anna B")
        self.server = self.start(auth_token_file=self.tokens.file)
        self.server.token = token
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def test_each_create_and_erase_names_who_the_checkout_and_the_project(self):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        for asked in ("film/shot1", "film/shot1", "alone"):
            path = self.api.create(asked, [spec("f", data)]).json()["checkoutPath"]
            line = self.line(self.server, f'checkout "{path}"')
            self.assertIn("POST /api/v3/shaman/checkout/create 200 ", line)
            self.assertTrue(line.endswith(f'by "token Anna B" checkout "{path}" project "{asked.split("/")[0]}"'), line)
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/film/shot1").status, 204)
        line = self.line(self.server, "DELETE /api/v3/shaman/checkout/film/shot1 204")
        self.assertTrue(line.endswith('by "token Anna B" checkout "film/shot1" project "film"'), line)

    def test_the_trace_of_a_request_is_named(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        parent = f"00-{trace}-00f067aa0ba902b7-01"
        for number, value in enumerate([parent, parent.upper(), "00-x-y-01"]):
            self.api.call("GET", f"/traced/{number}", headers={"traceparent": value})
        self.assertIn(f" trace {trace}", self.line(self.server, "/traced/0 "))
        for number in (1, 2):
            self.assertNotIn(" trace ", self.line(self.server, f"/traced/{number} "))

    def test_what_was_refused_names_the_checkout_that_was_asked_for(self):
        missing = new_content()
        self.assertEqual(self.api.create("film/none", [spec("f", missing)]).status, 424)
        self.assertIn('by "token Anna B" checkout "film/none" project "film"',
                      self.line(self.server, "checkout/create 424"))

    def test_nobody_forges_a_line_or_colours_the_terminal(self):
        forged = "film\r\n2030-01-01T00:00:00.000+00:00 info erased by \x1b[2Jnobody\u202e"
        self.api.call("DELETE", "/api/v3/shaman/checkout/" + "".join(f"%{byte:02x}" for byte in forged.encode()))
        self.api.create(forged, [spec("f", new_content())])
        self.api.create('a" project "other', [spec("f", new_content())])
        self.line(self.server, 'checkout "a\\" project \\"other"')
        for line in self.server.log_lines():
            self.assertRegex(line, LINE)
            self.assertNotIn("\x1b", line)
            self.assertNotIn("\u202e", line)
            self.assertNotIn("info erased by", line.partition("checkout ")[0])

    def test_a_name_in_the_token_file_is_escaped(self):
        token = self.tokens.make("submit", name="plain")
        with open(self.tokens.file, encoding="utf-8") as file:
            text = file.read()
        with open(self.tokens.file, "w", encoding="utf-8") as file:
            file.write(text.replace("plain", "\x1b[31mred"))
        server = self.start(auth_token_file=self.tokens.file)
        server.token = token
        with Api(server) as api:
            api.get("/api/v3/shaman/info")
        self.assertIn(r'by "token \x1b[31mred"', self.line(server, "/shaman/info 200"))

    def test_who_is_behind_a_proxy_is_named(self):
        server = self.start(trusted_proxies="127.0.0.1")
        with RawConnection(server) as connection:
            connection.exchange("GET", "/api/v3/shaman/info", [("X-Forwarded-For", "10.8.0.1")])
        self.assertIn('by "10.8.0.1"', self.line(server, "/shaman/info 200"))


class WhyNot(LogTest):
    """A refusal says its reason, and nothing of a token."""

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.worker, self.old, self.gone = (self.tokens.make("worker", name=name) for name in ("Wim", "Olga", "Gerd"))
        self.tokens.expire("Olga")
        self.server = self.start(auth_token_file=self.tokens.file)

    def refused(self, token, status, words):
        self.server.token = token
        checkout = new_content(8).hex()
        with Api(self.server) as api:
            answer = api.get("/api/v3/shaman/checkouts/" + checkout)
        self.assertEqual(answer.status, status)
        line = self.line(self.server, f"/checkouts/{checkout} {status} ")
        self.assertTrue(line.endswith(words), line)
        if token:
            self.assertNotIn(token, self.server.log())
        return answer

    def test_each_401_and_403_has_its_reason(self):
        self.refused(None, 401, ": no token was given")
        self.refused("shm_" + "x" * 43, 401, ": the token is not in the token file")
        said = self.refused(self.old, 401, ': the token of "Olga" expired 2020-01-01T00:00:00Z').json()["message"]
        self.assertNotIn("Olga", said, "a stranger is not told")
        self.refused("shm x", 401, ": the Authorization header does not hold one token, or not the one in the address")
        self.refused(self.worker, 403, ': this needs the role submit; token Wim has the role worker')
        self.refused(self.gone, 403, ': this needs the role submit; token Gerd has the role worker')
        self.tokens.run("revoke", "Gerd")
        self.server.token = self.gone

        def is_refused():
            with Api(self.server) as api:
                return api.get("/api/v3/shaman/info").status == 401
        wait_until(is_refused, "the token to be revoked")
        self.refused(self.gone, 401, ': the token of "Gerd" was revoked')


class CutOff(LogTest):
    def cut(self, method, target, headers, sent):
        server = self.start()
        with RawConnection(server) as connection:
            connection.request(method, target, headers, sent, length=False)
            wait_until(server.temporary_files, "the upload to begin")
            connection.reset()
        return self.line(server, "(client gone)")

    def test_an_upload_says_which_file_and_how_much_of_it_had_come(self):
        data = new_content(300_000)
        for length in (("Content-Length", "300000"), ("Transfer-Encoding", "chunked")):
            sent = data[:100_000] if length[0] == "Content-Length" else b"186a0\r\n" + data[:100_000]
            line = self.cut("POST", files_url(data), [length, ("X-Shaman-Original-Filename", "shot.exr")], sent)
            self.assertIn(f"{sha256(data)}/300000 400 (client gone) ", line)
            self.assertRegex(line, r'"shot.exr": of 300000 bytes, \d+ had arrived$')


class WhatIsFull(LogTest):
    def test_a_full_storage_is_a_warning_that_says_what_is_full(self):
        for option, words in (("max_store_size", "max-store-size is 10 bytes, of which 0 bytes are stored"),
                              ("min_free_space", "of which 900 TiB must stay free (min-free-space)"),
                              ("min_free_inodes", "of which 900000000 must stay free (min-free-inodes)")):
            with self.subTest(option):
                value = {"max_store_size": "10", "min_free_space": "900T", "min_free_inodes": "900000000"}[option]
                server = self.start(**{option: value})
                with Api(server) as api:
                    self.assertEqual(api.upload(os.urandom(1000)).status, 507)
                line = self.line(server, " 507 ")
                self.assertIn(" warning POST ", line)
                self.assertIn(words, line)


class AsJson(LogTest):
    def test_each_line_is_an_object(self):
        server = self.start(log_format="json")
        with Api(server) as api:
            api.call("POST", files_url(new_content()), b"", {"X-Shaman-Original-Filename": 'a "quoted" name\\'})
            api.get("/the/end")
        server.wait_for_log("/the/end")
        server.terminate()
        lines = [json.loads(line) for line in server.log_lines()]
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertEqual(set(line), {"time", "level", "message"})
            self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$")
            self.assertIn(line["level"], ("info", "warning", "error"))
        self.assertTrue([line for line in lines if r'\"quoted\"' in line["message"]])


if __name__ == "__main__":
    unittest.main()
