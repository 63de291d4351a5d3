# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/nginx.conf with clients that lie: what reaches both programs behind it, and which role results."""

import http.client
import re
import unittest

import nginx
from api import Api, Answer, files_url, new_content, spec
from behind import Behind
from raw_http import RawConnection
from shaman_server import PATIENCE, Server

INFO = "/api/v3/shaman/info"
ERASE = "/api/v3/shaman/checkout/film"

# Addresses that lead to each location of the file, by what stands behind `location`.
LOCATIONS = {
    "~ ^(/~[^/]+)?/api/v3/shaman/": (INFO, "/~shm_x" + INFO, "/api/v3/%73haman/info", "/api/v3/../v3/shaman/info"),
    "/": ("/", "/api/v3/jobs", "/~shm_x/api/v3/jobs", "/socket.io/?EIO=3", "/app/", "/api/v3/shaman", "//x"),
}

# The address of a network that has a role. No program may learn it from a client.
FORGED = "10.8.0.1"
NAMES = ("X-Forwarded-For", "x-forwarded-for", "X-Forwarded-for", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto",
         "X-Forwarded-Port", "X-Forwarded-Protocol", "X-Forwarded-Ssl", "X-Url-Scheme", "X-Client-IP",
         "True-Client-IP", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X_Forwarded_For", "Forwarded", "Cookie")
LIES = [[(name, FORGED)] for name in NAMES] + [
    [("Forwarded", f"for={FORGED};proto=https;host={FORGED}")],
    [("X-Forwarded-For", f"{FORGED}, 127.0.0.1")], [("X-Forwarded-For", f"127.0.0.1, {FORGED}")],
    [("X-Forwarded-For", FORGED), ("X-Forwarded-For", FORGED)],
    [("X-Forwarded-For", f"{FORGED}:5000")], [("X-Forwarded-For", f"{FORGED},")],
    [("Connection", "X-Forwarded-For"), ("X-Forwarded-For", FORGED)],
    [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("X-Forwarded-For", FORGED)]]


def locations(sample):
    return re.findall(r"^\s*location (.+) \{$", sample, re.MULTILINE)


def own_headers_in_locations(sample):
    """As the file once was, and as many are: a location with a header of its own loses all others."""
    return re.sub(r"(location .+ \{)", r'\1\n        proxy_set_header Connection "";', sample)


@unittest.skipUnless(nginx.PROGRAM, "nginx is not installed")
class NginxTest(unittest.TestCase):
    def start(self, shaman, manager, **more):
        entry = nginx.Nginx(shaman, manager, **more)
        self.addCleanup(entry.close)
        return entry

    def start_server(self, **options):
        server = Server(trusted_proxies="127.0.0.1", secured=False, **options).start()
        self.addCleanup(server.close)
        return server

    def behind(self):
        stand_in = Behind()
        self.addCleanup(stand_in.close)
        return stand_in

    def call(self, entry, method, path, headers=()):
        with RawConnection(entry) as connection:
            return connection.exchange(method, path, headers)


class WhatArrives(NginxTest):
    def setUp(self):
        self.shaman, self.manager = self.behind(), self.behind()
        self.entry = self.start(self.shaman, self.manager)

    def test_every_location_of_the_file_is_tested(self):
        with open(nginx.SAMPLE, encoding="utf-8") as file:
            self.assertEqual(set(locations(file.read())), set(LOCATIONS))

    def test_nothing_that_a_client_says_of_itself_arrives(self):
        for (location, paths), upstream in zip(LOCATIONS.items(), (self.shaman, self.manager)):
            for path in paths:
                for lie in LIES:
                    with self.subTest(location=location, path=path, lie=lie):
                        before = len(upstream.seen)
                        self.call(self.entry, "GET", path, lie)
                        self.assertEqual(len(upstream.seen), before + 1)
                        self.check(upstream.seen[-1]["headers"])

    def check(self, headers):
        self.assertNotIn(FORGED, str(headers))
        found = {}
        for name, value in headers:
            found.setdefault(name.lower().replace("_", "-"), []).append(value)
        self.assertEqual(found["x-forwarded-for"], ["127.0.0.1"])
        self.assertEqual(found["x-real-ip"], ["127.0.0.1"])
        self.assertEqual(found["x-forwarded-proto"], ["http"])
        self.assertEqual(found["x-forwarded-host"], ["test"])
        self.assertEqual(found["host"], ["test"])
        self.assertEqual(found.keys() & {"cookie", "forwarded"}, set())


class WhatIsSecret(NginxTest):
    """No token reaches the Manager, or a log, however its address or a header spells it."""

    # Together with TOKEN they are in no other text.
    OPAQUE = "Zq3kXw9vTb7LmPd2RsYh"
    TOKENS = ("shm_" + OPAQUE, OPAQUE, "eyJhbGciOiJFUzI1NiJ9.eyJ" + OPAQUE + ".c2ln")
    # What reaches the Manager, without the token.
    STRIPPED = (("/~TOKEN", "/"), ("/~TOKEN/", "/"), ("/~TOKEN?a=b", "/?a=b"), ("/~TOKEN/?a=b", "/?a=b"), ("/%7eTOKEN", "/"),
                ("/%7ETOKEN/app/", "/app/"), ("/~TOKEN/API/v3/shaman/info", "/API/v3/shaman/info"),
                ("/~TOKEN/api/v3/jobs", "/api/v3/jobs"), ("/~TOKEN//x", "//x"), ("/~TOKEN%2Fx/y", "/y"),
                ("/~TOKEN%3Fx", "/"), ("/~TOKEN/api/v3/shaman", "/api/v3/shaman"))
    REFUSED = ("//~TOKEN/api/v3/jobs", "//~TOKEN", "///~TOKEN/", "/.//~TOKEN/x", "/./~TOKEN/x", "/%2e/~TOKEN/x",
               "/x/../~TOKEN/api/v3/jobs", "/%2F~TOKEN/x", "/%2f%7eTOKEN/x", "/app/~TOKEN", "/?~TOKEN", "/?%7ETOKEN", "/?a=~TOKEN",
               "/?a&~TOKEN", "/app/?x=/~TOKEN/", "/~a/~TOKEN/x", "/~TOKEN/~TOKEN/x", "/;~TOKEN", "/%257ETOKEN", "/?%25257eTOKEN",
               "/\\~TOKEN/x", "/~TOKEN#/x", "/#~TOKEN", "/~/~TOKEN/x", "/_~TOKEN", "//~TOKEN/api/v3/shaman/info")
    BY_ITS_LOOK = ("/?token=TOKEN", "/TOKEN/api/v3/jobs", "/app/TOKEN", "/api/v3/jobs?a=1&access_token=TOKEN", "/?TOKEN",
                   "/a~TOKEN")

    def setUp(self):
        self.shaman, self.manager = self.behind(), self.behind()
        self.entry = self.start(self.shaman, self.manager)

    def assert_unknown(self, *what):
        for each in what:
            self.assertNotIn(self.OPAQUE, str(each))

    def test_the_manager_gets_addresses_without_it(self):
        for token in self.TOKENS:
            for path, passed in self.STRIPPED:
                with self.subTest(path=path, token=token):
                    self.assertEqual(self.call(self.entry, "GET", path.replace("TOKEN", token)).status, 200)
                    self.assertEqual(self.manager.seen[-1]["target"], passed)
        self.assert_unknown(self.manager.seen, self.shaman.seen, self.entry.log())

    def test_where_none_belongs_the_address_is_refused(self):
        for token in self.TOKENS:
            paths = self.REFUSED + (() if token == self.OPAQUE else self.BY_ITS_LOOK)
            for path in paths:
                with self.subTest(path=path, token=token):
                    refused = self.call(self.entry, "GET", path.replace("TOKEN", token))
                    self.assertEqual(refused.status, 400)
                    self.assert_unknown(refused.body, refused.headers)
        self.assertEqual(self.manager.seen, [])
        self.assert_unknown(self.entry.log())

    def test_as_an_address_with_a_host(self):
        for path, status in (("/~TOKEN/api/v3/jobs", 200), ("//~TOKEN/", 400), ("/?~TOKEN", 400), ("?~TOKEN", 400)):
            told = self.call(self.entry, "GET", "http://test" + path.replace("TOKEN", self.TOKENS[0]))
            self.assertEqual(told.status, status, path)
        self.assert_unknown(self.manager.seen, self.entry.log())

    def test_headers_do_not_carry_it_to_the_manager(self):
        for token in self.TOKENS:
            for name, value in (("Authorization", f"Bearer {token}"), ("authorization", f"bearer  {token}"),
                                ("Referer", f"http://test/~{token}/app/"), ("Referer", f"http://test/%7E{token}"),
                                ("Cookie", f"shaman_token={token}")):
                self.assertEqual(self.call(self.entry, "GET", "/api/v3/jobs", [(name, value)]).status, 200)
        self.assert_unknown(self.manager.seen)

    def test_what_is_no_token_passes(self):
        self.call(self.entry, "GET", "/job-files/PROGRA~1/a%20b.jpg?t=x~1", [
            ("Authorization", "Basic dTpw"), ("Referer", "http://test/app/jobs")])
        seen = self.manager.seen[-1]
        self.assertEqual(seen["target"], "/job-files/PROGRA~1/a%20b.jpg?t=x~1")
        self.assertEqual(dict(seen["headers"])["Authorization"], "Basic dTpw")
        self.assertEqual(dict(seen["headers"])["Referer"], "http://test/app/jobs")

    def test_shaman_gets_it(self):
        for path in (f"/~{self.TOKENS[0]}{INFO}", f"/%7e{self.TOKENS[0]}{INFO}"):
            self.call(self.entry, "GET", path, [("Authorization", "Bearer shm_other")])
            self.assertEqual(self.shaman.seen[-1]["target"], path)
            self.assertEqual(dict(self.shaman.seen[-1]["headers"])["Authorization"], "Bearer shm_other")
        self.assert_unknown(self.entry.log())


class WhichRole(NginxTest):
    networks = "10.8.0.0/16=admin"

    def setUp(self):
        self.server = self.start_server(auth_trusted_networks=self.networks)
        self.entry = self.start(self.server, self.behind())

    def test_no_header_gives_the_role_of_a_network(self):
        for lie in LIES:
            for path in (INFO, "/~shm_x" + INFO):
                self.assertEqual(self.call(self.entry, "GET", path, lie).status, 401, lie)
            self.assertEqual(self.call(self.entry, "DELETE", ERASE, lie).status, 401, lie)
        self.assertNotIn("carry no X-Forwarded-For", self.server.log())

    def test_the_client_of_a_proxy_before_this_one_counts(self):
        def behind_another(sample):
            return sample.replace("server {\n    listen", "server {\n    set_real_ip_from 127.0.0.1;\n"
                                  "    real_ip_header X-Forwarded-For;\n    listen")

        server = self.start_server(auth_trusted_networks="127.0.0.2=worker")
        inner = self.start(server, self.behind(), edit=behind_another)
        outer = self.start(inner, inner)
        for source, lie, status in (("127.0.0.2", {}, 200), ("127.0.0.3", {}, 401),
                                    ("127.0.0.3", {"X-Forwarded-For": "127.0.0.2"}, 401),
                                    ("127.0.0.2", {"X-Forwarded-For": "127.0.0.3"}, 200)):
            client = http.client.HTTPConnection("127.0.0.1", outer.port, PATIENCE, (source, 0))
            self.addCleanup(client.close)
            client.request("GET", INFO, headers=lie)
            self.assertEqual(Answer(client.getresponse()).status, status, (source, lie))

    def test_a_proxy_by_ipv6(self):
        server = Server(trusted_proxies="::1", secured=False, listen="[::1]:0",
                        auth_trusted_networks=["::1=admin", "127.0.0.1=worker"]).start()
        self.addCleanup(server.close)
        entry = self.start(server, self.behind())
        self.assertEqual(self.call(entry, "GET", INFO).status, 200)
        self.assertEqual(self.call(entry, "DELETE", ERASE).status, 403)


class AProxyThatSaysNothing(NginxTest):
    def test_it_is_said_once_and_nobody_gets_its_role(self):
        server = self.start_server(auth_trusted_networks=["127.0.0.1=admin", "10.8.0.0/16=admin"])
        entry = self.start(server, self.behind(), edit=own_headers_in_locations)
        data = new_content()
        with Api(server) as api:
            by_hand = {"X-Forwarded-For": "127.0.0.1"}
            self.assertEqual(api.upload(data, headers=by_hand).status, 204)
            self.assertEqual(api.create("film", [spec("a", data)], headers=by_hand).status, 200)
        self.assertNotIn("carry no X-Forwarded-For", server.log())
        for _ in range(5):
            refused = self.call(entry, "DELETE", ERASE)
            self.assertEqual(refused.status, 401)
            self.assertIn("the proxy at 127.0.0.1 does not say whose request this is (X-Forwarded-For)",
                          refused.json()["message"])
        self.assertEqual(server.read_checkout("film"), {"a": data})
        server.wait_for_log("requests from 127.0.0.1, which trusted-proxies names, carry no X-Forwarded-For")
        self.assertEqual(server.log().count("carry no X-Forwarded-For"), 1)

    def test_it_is_said_without_authentication_too(self):
        server = self.start_server()
        entry = self.start(server, self.behind(), edit=own_headers_in_locations)
        self.assertEqual(self.call(entry, "GET", files_url(new_content())).status, 200)
        server.wait_for_log("carry no X-Forwarded-For")

    def test_others_are_no_proxies(self):
        server = Server(trusted_proxies="10.0.0.0/8").start()
        self.addCleanup(server.close)
        with Api(server) as api:
            self.assertEqual(api.get(INFO).status, 200)
        self.assertNotIn("X-Forwarded-For", server.log())


if __name__ == "__main__":
    unittest.main()
