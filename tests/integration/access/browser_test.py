# SPDX-License-Identifier: GPL-3.0-or-later
"""A browser in front of a server with authentication: it logs in by an address with a token, once."""

import http.cookiejar
import urllib.parse
import urllib.request
import unittest

import behind
from api import Api
from behind import Behind
from raw_http import RawConnection
from shaman_server import Server, wait_until
from tokens import Tokens

PAGE = b'<html><script src="/app/assets/index.js"></script></html>'


def answer(body, *more):
    return lambda handler, seen: handler.reply(body, *more)


class BrowserTest(unittest.TestCase):
    options = {}

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.token = self.tokens.make("submit", name="anna")
        self.behind = Behind({"/": answer(b"", "307 Temporary Redirect", ["Location: /app/"]),
                              "/app/": answer(PAGE), "/app/assets/index.js": answer(b"'script'"),
                              "/socket.io/": behind.echo_websocket})
        self.addCleanup(self.behind.close)
        self.server = Server(auth_token_file=self.tokens.file, manager=self.behind.url, **self.options).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)
        self.name = "__Host-shaman_token" if self.server.tls else "shaman_token"
        self.host = f"{self.server.host}:{self.server.port}"

    def cookie(self, token=None):
        return {"Cookie": f"{self.name}={token or self.token}"}

    def call(self, method, path, headers, token=None):
        return self.api.call(method, path, headers={**self.cookie(token), **headers})

    def status(self, method, path, headers, token=None):
        return self.call(method, path, headers, token).status

    def websocket(self, headers):
        connection = RawConnection(self.server)
        self.addCleanup(connection.close)
        # RawConnection says `Host: test`.
        return connection.exchange("GET", "/socket.io/?EIO=3&transport=websocket", [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), *headers])


class LoggingIn(BrowserTest):
    def test_the_address_with_a_token_leads_to_the_page_without_it(self):
        for path, leads_to in ((f"/~{self.token}/", "/"), (f"/~{self.token}", "/"), (f"/%7E{self.token}/", "/"),
                               (f"/~{self.token}/?a=b", "/?a=b"), (f"/~{self.token}/app/", "/app/"),
                               (f"/~{self.token}/app/jobs/x?y=1", "/app/jobs/x?y=1")):
            for method in ("GET", "HEAD"):
                told = self.api.call(method, path)
                self.assertEqual((told.status, told.body), (303, b""), path)
                self.assertEqual(told.header("Location"), leads_to)
                self.assertEqual(told.header("Referrer-Policy"), "no-referrer")
                self.assertEqual(told.header("Cache-Control"), "no-store")
                value, *attributes = told.header("Set-Cookie").split("; ")
                self.assertEqual(value, f"{self.name}={self.token}")
                secure = {"Secure"} if self.server.tls else set()
                self.assertEqual(set(attributes), {"Path=/", "HttpOnly", "SameSite=Lax"} | secure)
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_nothing_else_does(self):
        for path, status in (("/api/v3/jobs", 200), ("/job-files/x", 200), ("/flamenco-addon.zip", 200),
                             ("//evil.example/", 403), ("/%2F/evil.example", 403)):
            told = self.api.get(f"/~{self.token}{path}")
            self.assertEqual((told.status, told.header("Set-Cookie")), (status, None), path)
        self.assertEqual(self.api.call("POST", f"/~{self.token}/").status, 403)
        for path in ("/~shm_wrong/", "/~shm_wrong/app/"):
            told = self.api.get(path)
            self.assertEqual((told.status, told.header("Set-Cookie")), (401, None), path)

    def test_no_page_of_another_site_logs_in(self):
        """With the token of its own, to see what the visitor does."""
        for path in ("/", "/app/", "/app/jobs/x"):
            for headers, status in (({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
                                    ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 403),
                                    ({"Referer": "http://evil.example/"}, 403), ({"Origin": "null"}, 403),
                                    ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 303),
                                    ({"Sec-Fetch-Site": "same-origin"}, 303), ({}, 303),
                                    ({"Referer": self.server.url + "/app/"}, 303)):
                told = self.api.call("GET", f"/~{self.token}{path}", headers={"Accept": "text/html", **headers})
                self.assertEqual((told.status, told.header("Set-Cookie") is None), (status, status == 403),
                                 (path, headers))
        refused = self.api.call("GET", f"/~{self.token}/", headers={"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(refused.header("Cache-Control"), "no-store")
        self.assertIn("address bar", refused.json()["message"])

    def test_the_whole_page_opens(self):
        handlers = [urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())]
        if self.server.tls:
            handlers.append(urllib.request.HTTPSHandler(context=self.server.tls))
        browser = urllib.request.build_opener(*handlers)
        with browser.open(f"{self.server.url}/~{self.token}/") as page:
            self.assertEqual((page.url, page.read()), (self.server.url + "/app/", PAGE))
        for path in ("/app/assets/index.js", "/api/v3/version", "/api/v3/jobs"):
            with browser.open(urllib.parse.urljoin(self.server.url, path)) as part:
                self.assertEqual(part.status, 200)
        request = urllib.request.Request(self.server.url + "/api/v3/jobs/x/setpriority", b"{}",
                                         {"Content-Type": "application/json", "Origin": self.server.url})
        with browser.open(request) as changed:
            self.assertEqual(changed.status, 200)
        self.assertNotIn(self.token, str(self.behind.seen))
        wait_until(lambda: "setpriority 200" in self.server.log(), "the log")
        self.assertNotIn(self.token, self.server.log())

    def test_the_websocket_opens(self):
        scheme = self.server.url.partition(":")[0]
        told = self.websocket([*self.cookie().items(), ("Origin", f"{scheme}://test")])
        self.assertEqual(told.status, 101)

    def test_no_cookie_reaches_the_manager_but_those_of_others(self):
        seen = self.call("GET", "/api/v3/jobs", {}).json()
        self.assertNotIn("Cookie", dict(seen["headers"]))
        mixed = {"Cookie": f"a=1; {self.name}={self.token}; b=2"}
        seen = self.call("GET", "/api/v3/jobs", mixed).json()
        self.assertEqual(dict(seen["headers"])["Cookie"], "a=1; b=2")


class LosingIt(BrowserTest):
    def test_a_revoked_token_ends_its_cookies(self):
        self.assertEqual(self.status("GET", "/api/v3/jobs", {}), 200)
        self.assertEqual(self.tokens.run("revoke", "anna").returncode, 0)
        wait_until(lambda: self.status("GET", "/api/v3/jobs", {}) == 401, "the end of the cookie")
        refused = self.call("GET", "/api/v3/jobs", {})
        self.assertIn(f"{self.name}=; ", refused.header("Set-Cookie"))
        self.assertIn("Max-Age=0", refused.header("Set-Cookie"))

    def test_two_cookies_are_no_login(self):
        self.assertEqual(self.status("GET", "/api/v3/jobs", {
            "Cookie": f"{self.name}={self.token}; {self.name}={self.token}"}), 401)

    def test_a_cookie_has_the_role_of_its_token(self):
        worker = self.tokens.make("worker")
        wait_until(lambda: self.status("GET", "/api/v3/jobs", {}, worker) == 200, "the new token")
        self.assertEqual(self.status("POST", "/api/v3/jobs/x/setpriority", {}, worker), 403)
        self.assertEqual(self.status("POST", "/api/v3/jobs/x/setpriority", {}), 200)

    def test_a_header_goes_before_it(self):
        self.assertEqual(self.status("GET", "/api/v3/jobs", {"Authorization": "Bearer shm_wrong"}), 401)


class PagesOfOthers(BrowserTest):
    def setUp(self):
        super().setUp()
        self.admin = self.tokens.make("admin")
        wait_until(lambda: self.status("GET", "/debug/x", {}, self.admin) == 200, "the new token")
        self.behind.forget()

    def foreign(self):
        scheme, _, host = self.server.url.partition("://")
        return ("http://evil.example", "https://evil.example", "null", f"{scheme}://{host}0",
                f"{scheme}://{host}.evil.example", f"{scheme}://evil@{host}", f"ftp://{host}", host,
                f"{'http' if scheme == 'https' else 'https'}://{host}")

    def test_they_may_not_use_the_cookie(self):
        for origin in self.foreign():
            for method, path in (("GET", "/api/v3/jobs"), ("POST", "/api/v3/jobs/x/setpriority"),
                                 ("DELETE", "/api/v3/jobs/x"), ("GET", "/app/"), ("GET", "/api/v3/shaman/info")):
                refused = self.call(method, path, {"Origin": origin})
                self.assertEqual(refused.status, 403, (method, path, origin))
                self.assertIn("a page of", refused.json()["message"])
            self.assertEqual(self.websocket([*self.cookie().items(), ("Origin", origin)]).status, 403, origin)
        for site in ("cross-site", "same-site"):
            for method in ("GET", "POST"):
                self.assertEqual(self.status(method, "/api/v3/jobs/x/setpriority", {
                    "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}), 403)
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_an_origin_that_no_browser_writes_is_nobodys(self):
        scheme = self.server.url.partition(":")[0]
        own = ("Origin", f"{scheme}://test")
        for origins in ([("Origin", "")], [own, own], [own, ("Origin", "http://evil.example")], [("Origin", ""), own],
                        [("Sec-Fetch-Site", "same-origin"), ("Origin", "")],
                        [own, ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")]):
            for method in ("POST", "DELETE"):
                with RawConnection(self.server) as connection:
                    told = connection.exchange(method, "/api/v3/jobs/x/blocklist", [
                        *self.cookie().items(), ("Content-Type", "application/json"), *origins])
                    self.assertEqual(told.status, 403, origins)
            self.assertEqual(self.websocket([*self.cookie().items(), *origins]).status, 403, origins)

    def test_pages_of_this_server_may(self):
        for headers in ({"Origin": self.server.url}, {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
                        {"Origin": self.server.url.upper()}):
            self.assertEqual(self.status("POST", "/api/v3/jobs/x/setpriority", headers), 200, headers)

    def test_a_link_leads_to_a_page_but_does_nothing(self):
        for link in ({"Accept": "text/html,*/*"},
                     {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}):
            self.assertEqual(self.status("GET", "/app/", link), 200)
            self.assertEqual(self.status("GET", "/api/v3/configuration/check/blender", link, self.admin), 403)
            self.assertEqual(self.status("GET", "/api/v3/configuration/check/blender", {
                **link, "Referer": "http://evil.example/" + self.host}, self.admin), 403)
            self.assertEqual(self.status("POST", "/api/v3/jobs/x/setpriority", {**link, "Origin": "null"}), 403)
        for page in ({"Accept": "*/*"}, {"Accept": "text/html", "Referer": self.server.url + "/app/settings"},
                     {"Accept": "text/html", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}):
            self.assertEqual(self.status("GET", "/api/v3/configuration/check/blender", page, self.admin), 200)

    def test_a_token_in_a_header_is_no_browsers(self):
        self.assertEqual(self.api.call("POST", "/api/v3/jobs/x/setpriority", headers={
            "Authorization": f"Bearer {self.token}", "Origin": "http://elsewhere.example"}).status, 200)


class ByNetwork(BrowserTest):
    options = {"auth_trusted_networks": "127.0.0.1=submit", "cors_origins": "https://farm.example"}

    def test_pages_of_others_may_not_use_a_network_either(self):
        for origin, status in (("http://evil.example", 403), ("https://farm.example", 101)):
            self.assertEqual(self.websocket([("Origin", origin)]).status, status)
        for origin, status in (("http://evil.example", 403), ("https://farm.example", 200), (self.server.url, 200)):
            self.assertEqual(self.api.call("POST", "/api/v3/jobs/x/setpriority", headers={"Origin": origin}).status,
                             status, origin)

    def test_nor_read_by_it(self):
        """A Manager lets pages of every origin see its answers."""
        for path in ("/api/v3/jobs", "/api/v3/shaman/info", "/app/"):
            for headers, status in (({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
                                    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
                                    ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
                                    ({"Referer": "http://evil.example/page", "Accept": "*/*"}, 403),
                                    ({"Origin": "https://farm.example", "Sec-Fetch-Site": "cross-site"}, 200),
                                    ({"Origin": self.server.url}, 200), ({"Referer": self.server.url + "/app/x"}, 200),
                                    ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
                                    ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200), ({}, 200)):
                self.assertEqual(self.api.call("GET", path, headers=headers).status, status, (path, headers))
        for origin, status in (("http://evil.example", 403), ("https://farm.example", 200)):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            self.assertEqual(self.api.call("OPTIONS", "/api/v3/jobs", headers=asked).status, status)

    def test_a_window_may_be_led_here_and_a_frame_not(self):
        link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
        for goal, status in (("document", 200), ("iframe", 403), ("frame", 403), ("embed", 403), ("object", 403)):
            self.assertEqual(self.api.call("GET", "/app/", headers={**link, "Sec-Fetch-Dest": goal}).status, status, goal)
        self.assertEqual(self.api.call("POST", "/api/v3/jobs/x/setpriority", headers={
            **link, "Sec-Fetch-Dest": "document"}).status, 403)
        for plain in ({"Accept": "text/html"}, {"Accept": "text/html", "Referer": "http://wiki.example/"}):
            page = self.api.call("GET", "/app/", headers=plain)
            # It does not say whether it is for a frame.
            self.assertEqual((page.status, page.header("X-Frame-Options")), (200, "SAMEORIGIN"))

    def test_default_ports_are_one_with_none(self):
        scheme = self.server.url.partition(":")[0]
        port = 443 if scheme == "https" else 80
        for origin, host, status in (("farm", "farm", 200), ("farm", f"farm:{port}", 200), (f"farm:{port}", "farm", 200),
                                     ("farm", "farm:8080", 403), ("farm:8080", "farm", 403)):
            self.assertEqual(self.api.call("POST", "/api/v3/jobs/x/setpriority", headers={
                "Origin": f"{scheme}://{origin}", "Host": host}).status, status, (origin, host))

    def test_without_its_cookie_the_network_counts_again(self):
        self.assertEqual(self.status("GET", "/api/v3/jobs", {}, "shm_old"), 401)
        self.assertEqual(self.api.get("/api/v3/jobs").status, 200)


class AdminByNetwork(BrowserTest):
    options = {"auth_trusted_networks": "127.0.0.1=admin"}
    BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}

    def test_what_only_admins_may_is_asked_for_by_own_pages(self):
        """By plain HTTP no header of a browser tells that a page of another site shows it as an image."""
        for path in ("/api/v3/configuration/check/blender", "/api/v3/configuration/file", "/debug/x"):
            for headers, status in (({**self.BROWSER, "Accept": "image/avif,*/*"}, 403), (self.BROWSER, 403),
                                    ({**self.BROWSER, "Referer": "http://evil.example/"}, 403),
                                    ({**self.BROWSER, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
                                    ({**self.BROWSER, "Referer": self.server.url + "/app/settings"}, 200),
                                    ({**self.BROWSER, "Sec-Fetch-Site": "same-origin"}, 200),
                                    ({"User-Agent": "curl/8.0", "Accept": "*/*"}, 200), ({}, 200)):
                self.assertEqual(self.api.call("GET", path, headers=headers).status, status, (path, headers))

    def test_headers_in_place_of_address_and_method_end_here(self):
        names = ("X-Original-URL", "X-Rewrite-URL", "X-Original-Method", "X-Path-Override", "X_HTTP_Method_Override")
        seen = self.api.call("GET", "/app/x", headers=dict.fromkeys(names, "DELETE")).json()
        self.assertNotIn("DELETE", str(seen["headers"]))


class BehindAProxy(BrowserTest):
    options = {"trusted_proxies": "127.0.0.1", "secured": False}

    def test_the_browsers_side_of_the_proxy_counts(self):
        proxied = {"X-Forwarded-For": "10.0.0.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "farm.example"}
        told = self.api.call("GET", f"/~{self.token}/", headers=proxied)
        self.assertRegex(told.header("Set-Cookie"), "^__Host-shaman_token=.*; Secure")
        login = {**proxied, "Cookie": f"__Host-shaman_token={self.token}"}
        for origin, status in (("https://farm.example", 200), ("http://farm.example", 403)):
            self.assertEqual(self.api.call("POST", "/api/v3/jobs/x/setpriority",
                                           headers={**login, "Origin": origin}).status, status)


class Alone(unittest.TestCase):
    def test_there_is_no_page_to_log_in_to(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        token = tokens.make("submit")
        with Server(auth_token_file=tokens.file) as server, Api(server) as api:
            told = api.get(f"/~{token}/")
        self.assertEqual((told.status, told.header("Set-Cookie")), (404, None))


class WithoutAuthentication(unittest.TestCase):
    def test_a_cookie_of_before_stays_here(self):
        stand_in = Behind()
        self.addCleanup(stand_in.close)
        with Server(manager=stand_in.url) as server, Api(server) as api:
            seen = api.call("GET", "/x", headers={"Cookie": "shaman_token=a; __Host-shaman_token=b; c=d"}).json()
        self.assertEqual(dict(seen["headers"])["Cookie"], "c=d")


if __name__ == "__main__":
    unittest.main()
