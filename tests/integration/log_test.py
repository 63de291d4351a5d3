# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log says of a request: who asked, for which checkout, and what is full. Nothing from outside forges a line."""

import os
import re
import unittest

from api import Api, new_content, spec
from raw_http import RawConnection
from shaman_server import Server
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


if __name__ == "__main__":
    unittest.main()
