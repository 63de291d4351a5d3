# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: tokens, networks, hosts, origins; and that no token is ever told to anybody."""

import os
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from api import CREATE, REQUIREMENTS, Api, files_url, new_content, spec
from behind import Behind
from raw_http import RawConnection
from shaman_server import PROGRAM, Server, wait_until
from tokens import Tokens

INFO = "/api/v3/shaman/info"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class AccessTest(unittest.TestCase):
    options = {}

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.worker = self.tokens.make("worker")
        self.submit = self.tokens.make("submit")
        self.admin = self.tokens.make("admin")
        self.start()
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def start(self):
        self.server = Server(auth_token_file=self.tokens.file, **self.options).start()
        self.addCleanup(self.server.close)

    def status(self, method, path, token=None, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers.update(bearer(token))
        with Api(self.server) as api:
            return api.call(method, path, body, headers).status


class Calls(AccessTest):
    def test_each_call_needs_its_role(self):
        data = new_content()
        json_type = {"Content_Type": "application/json"}
        calls = [("GET", INFO, None, {}, "worker"),
                 ("GET", "/api/v3/version", None, {}, "worker"),
                 ("GET", "/api/v3/configuration/shared-storage/users/linux", None, {}, "worker"),
                 ("GET", files_url(data), None, {}, "worker"),
                 ("POST", files_url(data), data, {}, "worker"),
                 ("POST", REQUIREMENTS, b'{"files": []}', json_type, "worker"),
                 ("POST", CREATE, b'{"files": [], "checkoutPath": "x"}', json_type, "submit"),
                 ("POST", "/api/v3/shaman/files:batch", b"", {}, "worker"),
                 ("DELETE", "/api/v3/shaman/checkout/none", None, {}, "admin")]
        roles = ["worker", "submit", "admin"]
        for method, path, body, headers, needed in calls:
            with self.subTest(f"{method} {path}"):
                self.assertEqual(self.status(method, path, None, body, **headers), 401)
                self.assertEqual(self.status(method, path, "shm_wrong", body, **headers), 401)
                for role in roles:
                    status = self.status(method, path, getattr(self, role), body, **headers)
                    if roles.index(role) < roles.index(needed):
                        self.assertEqual(status, 403, role)
                    else:
                        self.assertNotIn(status, (401, 403), role)

    def test_refusals_are_clear(self):
        answer = self.api.get(INFO)
        self.assertEqual(answer.header("WWW-Authenticate"), 'Bearer realm="shaman"')
        self.assertEqual(answer.json()["code"], 401)
        self.assertIn("a token is needed", answer.json()["message"])
        answer = self.api.call("DELETE", "/api/v3/shaman/checkout/x", headers=bearer(self.worker))
        self.assertEqual(answer.json()["message"],
                         "this needs the role submit; token worker has the role worker")

    def test_unknown_addresses_tell_strangers_nothing(self):
        self.assertEqual(self.status("GET", "/nothing"), 401)
        self.assertEqual(self.status("GET", "/nothing", self.worker), 404)

    def test_a_refused_upload_leaves_no_trace(self):
        data = new_content(300_000)
        self.assertEqual(self.status("POST", files_url(data), None, data), 401)
        self.assertEqual(self.server.all_blobs(), set())
        self.assertEqual(self.server.temporary_files(), [])

    def test_a_body_that_may_not_come_is_not_asked_for(self):
        with RawConnection(self.server) as connection:
            connection.request("POST", files_url(b"x" * 5000), [
                ("Content-Length", "5000"), ("Expect", "100-continue")], length=False)
            self.assertEqual(connection.response().status, 401)


class InThePath(AccessTest):
    def test_a_base_url_with_a_token_works(self):
        base = f"/~{self.submit}"
        data = new_content()
        self.assertEqual(self.status("POST", base + files_url(data), None, data), 204)
        with Api(self.server) as api:
            made = api.post_json(base + CREATE, {"files": [spec("a", data)], "checkoutPath": "x"})
            self.assertEqual(made.status, 200, made)
        self.assertEqual(self.status("GET", "/~shm_wrong" + INFO), 401)
        self.assertEqual(self.status("GET", f"/%7E{self.worker}" + INFO), 200)
        self.assertEqual(self.status("GET", f"http://h/~{self.worker}" + INFO), 200)

    def test_it_is_never_in_the_log(self):
        for path in (f"/~{self.submit}{INFO}", f"HTTP://h/~{self.submit}/x", f"//~{self.submit}/x",
                     f"/farm/~{self.submit}{INFO}", f"/~{self.submit}", f"/~{self.submit}/%zz",
                     f"/~{self.submit}/%00", f"/%7e{self.submit}/x/../y", f"http://h/~{self.submit}/x",
                     f"/~{self.submit}?a=b"):
            with RawConnection(self.server) as connection:
                connection.request("GET", path)
                connection.response()
        for line in ("BAD /~{} HTTP/9.9", "GET /~{}/x HTTP/1.1\r\nHost: a\r\nHost: b",
                     "GET /~{}/x HTTP/1.1\r\nHost: a\r\nX: " + "y" * 20000, "GET ~{}/x HTTP/1.1\r\nHost: a"):
            with RawConnection(self.server) as connection:
                connection.send(line.format(self.submit).encode() + b"\r\n\r\n")
                connection.read_to_end()
        self.assertEqual(self.status("GET", INFO, self.submit), 200)
        wait_until(lambda: self.server.log().count(" 200 ") >= 2, "the log")
        self.assertNotIn(self.submit, self.server.log())
        self.assertIn("/~…", self.server.log())


class TokenFile(AccessTest):
    def test_tokens_come_and_go_while_the_server_runs(self):
        late = self.tokens.make("submit", name="Late comer")
        wait_until(lambda: self.status("GET", INFO, late) == 200, "the new token")
        self.assertEqual(self.tokens.run("revoke", "Late comer").returncode, 0)
        wait_until(lambda: self.status("GET", INFO, late) == 401, "the revoked token to end")
        self.assertEqual(self.status("GET", INFO, self.submit), 200)

    def test_tokens_expire(self):
        brief = self.tokens.make("submit", "--expires", "3s", name="brief")
        wait_until(lambda: self.status("GET", INFO, brief) == 200, "the new token")
        wait_until(lambda: self.status("GET", INFO, brief) == 401, "its end")

    def test_the_file_has_no_secret_and_is_private(self):
        with open(self.tokens.file, encoding="utf-8") as file:
            self.assertNotIn(self.submit, file.read())
        self.assertEqual(os.stat(self.tokens.file).st_mode & 0o777, 0o600)
        listed = self.tokens.run("list").stdout
        self.assertIn("submit", listed)
        self.assertNotIn(self.submit, listed)

    def test_bad_orders_are_refused(self):
        for arguments in (("create", "--role", "root", "--name", "x"),
                          ("create", "--role", "submit", "--name", "x", "--expires", "soon"),
                          ("create", "--role", "submit", "--name", "a\nb"), ("create",), ()):
            self.assertEqual(self.tokens.run(*arguments).returncode, 2, arguments)
        self.assertEqual(self.tokens.run("create", "--role", "submit", "--name", "submit").returncode, 2)
        self.assertEqual(self.tokens.run("revoke", "nobody").returncode, 2)

    def test_changes_at_once_lose_nothing(self):
        names = [f"artist {n}" for n in range(16)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: self.tokens.make("submit", name=name), names))
        listed = self.tokens.run("list").stdout
        for name in names:
            self.assertIn(name + "\n", listed)

    def test_a_damaged_or_open_file_opens_nothing(self):
        os.chmod(self.tokens.file, 0o644)
        done = subprocess.run([PROGRAM, "--storage", self.tokens.file + ".storage", "--auth-token-file", self.tokens.file],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("chmod 600", done.stderr)
        with open(self.tokens.file, "a", encoding="utf-8") as file:
            file.write("nonsense\n")
        wait_until(lambda: self.status("GET", INFO, self.admin) == 401, "the door to close")


class Networks(AccessTest):
    def start(self):
        self.server = Server(auth_trusted_networks="127.0.0.1=submit",
                             trusted_proxies="127.0.0.0/8").start()
        self.addCleanup(self.server.close)

    def test_who_comes_from_there_needs_no_token(self):
        here = {"X_Forwarded_For": "127.0.0.1"}
        self.assertEqual(self.status("GET", INFO, **here), 200)
        self.assertEqual(self.status("DELETE", "/api/v3/shaman/checkout/x", **here), 403)

    def test_who_stands_behind_a_proxy_that_does_not_say_is_nobody(self):
        self.assertEqual(self.status("GET", INFO), 401)
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For=""), 401)
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="unknown"), 401)

    def test_clients_as_proxies_are_said_at_the_start(self):
        with Server(auth_trusted_networks="10.1.0.0/16=submit", trusted_proxies="10.0.0.0/8") as server:
            server.wait_for_log('trusted-proxies: contains the network "10.1.0.0/16" of auth.trusted-networks')
        with Server(auth_trusted_networks="10.1.0.0/16=submit", trusted_proxies="10.1.0.5") as server:
            self.assertNotIn("trusted-proxies: contains", server.log())
        self.assertNotIn("trusted-proxies: contains", self.server.log())

    def test_ports_do_not_hide_an_address(self):
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="127.0.0.1:5000"), 200)
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="127.0.0.1, 10.9.9.9:5000"), 401)

    def test_behind_a_trusted_proxy_it_is_the_client_that_counts(self):
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="10.9.9.9"), 401)
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="127.0.0.1, 10.9.9.9"), 401)
        self.assertEqual(self.status("GET", INFO, X_Forwarded_For="10.9.9.9, 127.0.0.1"), 401)

    def test_a_line_that_the_client_made_up_does_not_hide_the_proxys(self):
        for chain, status in ((("127.0.0.1", "10.9.9.9"), 401), (("10.9.9.9", "127.0.0.1"), 401),
                              (("127.0.0.1", "127.0.0.1"), 200)):
            with RawConnection(self.server) as connection:
                connection.request("GET", INFO, [("X-Forwarded-For", each) for each in chain])
                self.assertEqual(connection.response().status, status, chain)


class UnusableAuthorization(AccessTest):
    """Who sends an Authorization header that says nothing here is nobody, wherever they come from."""

    UNUSABLE = (("",), ("Bearer",), ("Bearer ",), ("bearer   ",), ("Bearer a b",), ("Bearer a, Bearer b",), ("Bearer\ta",),
                ("Bearer =",), ("Bearer \"a\"",), ("Basic",), ("Basic ",), ("Digest username=x",), ("Negotiate YWJj",),
                ("Token abc",), ("abc",), ("Bearer: abc",))

    def start(self):
        self.behind = Behind()
        self.addCleanup(self.behind.close)
        self.server = Server(auth_token_file=self.tokens.file, auth_trusted_networks="127.0.0.1=admin",
                             manager=self.behind.url, secured=False).start()
        self.addCleanup(self.server.close)

    def ask(self, path, values, method="GET"):
        with RawConnection(self.server) as connection:
            return connection.exchange(method, path, [("Authorization", value) for value in values])

    def test_it_does_not_get_the_role_of_the_network(self):
        several = [(f"Bearer {self.admin}", f"Bearer {self.admin}"), (f"Bearer {self.admin}", "Basic dTpw"),
                   ("", f"Bearer {self.admin}"), ("Basic dTpw", "Basic dTpw")]
        for path in (INFO, "/api/v3/jobs", "/nothing", "/api/v3/worker/task", f"/~{self.admin}{INFO}"):
            for values in [*self.UNUSABLE, *several]:
                with self.subTest(path=path, values=values):
                    refused = self.ask(path, values)
                    self.assertEqual(refused.status, 401)
                    self.assertIn("the Authorization header does not hold one token", refused.json()["message"])
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_one_in_the_header_and_another_in_the_address(self):
        other = self.tokens.make("submit", name="other")
        for path in (INFO, "/api/v3/jobs"):
            refused = self.ask(f"/~{self.admin}{path}", [f"Bearer {other}"])
            self.assertEqual(refused.status, 401)
            self.assertIn("or not the one in the address", refused.json()["message"])
        self.assertEqual(self.ask(f"/~{other}{INFO}", [f"Bearer {other}"]).status, 200)

    def test_a_login_is_for_the_manager_alone(self):
        self.assertEqual(self.ask(INFO, ["Basic dTpw"]).status, 401)
        self.assertEqual(self.ask("/api/v3/jobs", ["Basic dTpw"]).status, 200)
        self.assertEqual(dict(self.behind.seen_by_clients[-1]["headers"])["Authorization"], "Basic dTpw")

    def test_tokens_and_no_header_are_what_they_were(self):
        for values in ([], [f"Bearer {self.worker}"], [f"bEARER   {self.worker}"]):
            self.assertEqual(self.ask(INFO, values).status, 200, values)
        self.assertEqual(self.ask(INFO, ["Bearer shm_wrong"]).status, 401)

    def test_a_browser_keeps_its_cookie(self):
        with Api(self.server) as api:
            refused = api.call("GET", "/api/v3/jobs", headers={"Cookie": f"shaman_token={self.worker}", "Authorization": ""})
        self.assertEqual((refused.status, refused.header("Set-Cookie")), (401, None))


class Browsers(AccessTest):
    options = {"allowed_hosts": "shaman.farm", "cors_origins": "https://farm.example"}

    def test_other_hosts_are_refused(self):
        self.assertEqual(self.status("GET", INFO, self.worker, Host="shaman.farm"), 200)
        self.assertEqual(self.status("GET", INFO, self.worker, Host="SHAMAN.farm:8080"), 200)
        self.assertEqual(self.status("GET", INFO, self.worker, Host="evil.example"), 421)
        self.assertEqual(self.status("GET", INFO, self.worker), 421)

    def call(self, method, origin, **more):
        headers = {"Host": "shaman.farm", "Origin": origin, **bearer(self.worker),
                   **{name.replace("_", "-"): value for name, value in more.items()}}
        return self.api.call(method, INFO, headers=headers)

    def test_pages_of_configured_origins_may_ask(self):
        answer = self.call("GET", "https://farm.example")
        self.assertEqual(answer.header("Access-Control-Allow-Origin"), "https://farm.example")
        self.assertEqual(answer.header("Vary"), "Origin")
        answer = self.call("GET", "https://evil.example")
        self.assertIsNone(answer.header("Access-Control-Allow-Origin"))

    def test_preflights_need_no_token(self):
        preflight = {"Host": "shaman.farm", "Access-Control-Request-Method": "POST"}
        answer = self.api.call("OPTIONS", REQUIREMENTS, headers={
            **preflight, "Origin": "https://farm.example"})
        self.assertEqual(answer.status, 204)
        self.assertIn("Authorization", answer.header("Access-Control-Allow-Headers"))
        answer = self.api.call("OPTIONS", REQUIREMENTS, headers={
            **preflight, "Origin": "https://evil.example"})
        self.assertEqual(answer.status, 401)


class WithoutAccess(unittest.TestCase):
    def test_json_must_be_called_so(self):
        with Server() as server, Api(server) as api:
            page = {"Origin": "https://evil.example"}
            for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data"},
                            {"Content-Type": "application/x-www-form-urlencoded"}, page):
                for path in (REQUIREMENTS, CREATE):
                    answer = api.call("POST", path, b'{"files": []}', headers)
                    self.assertEqual(answer.status, 415, headers)
            self.assertEqual(api.call("POST", REQUIREMENTS, b'{"files": []}').status, 200)
            answer = api.call("POST", REQUIREMENTS, b'{"files": []}',
                              {"Content-Type": "Application/JSON; charset=utf-8"})
            self.assertEqual(answer.status, 200)
            self.assertIsNone(answer.header("Access-Control-Allow-Origin"))

    def test_an_open_door_is_said_at_the_start(self):
        with Server(listen="0.0.0.0:0") as server:
            server.wait_for_log("authentication is off")
        tokens = Tokens()
        self.addCleanup(tokens.close)
        tokens.make("submit")
        with Server(listen="0.0.0.0:0", auth_token_file=tokens.file) as server:
            self.assertNotIn("authentication is off", server.log())


class Front(AccessTest):
    def start(self):
        self.behind = Behind()
        self.addCleanup(self.behind.close)
        self.server = Server(auth_token_file=self.tokens.file, manager=self.behind.url).start()
        self.addCleanup(self.server.close)

    def test_passed_calls_need_their_role(self):
        calls = [("GET", "/api/v3/jobs", "worker"), ("GET", "/app/", "worker"),
                 ("GET", "/job-files/a/b.jpg", "worker"), ("POST", "/api/v3/jobs/check", "submit"),
                 ("DELETE", "/api/v3/jobs/x", "submit"), ("DELETE", "/api/v3/jobs/mass-delete", "admin"),
                 ("POST", "/api/v3/jobs/x/setstatus", "submit"), ("POST", "/api/v3/jobs/x/setpriority", "submit"),
                 ("POST", "/api/v3/jobs/x/settag", "submit"), ("DELETE", "/api/v3/jobs/x/blocklist", "submit"),
                 ("POST", "/api/v3/jobs/query", "submit"), ("GET", "/api/v3/jobs/x/what-would-delete-do", "worker"),
                 ("GET", "/api/v3/jobs/last-rendered", "worker"), ("GET", "/api/v3/jobs/x/last-rendered", "worker"),
                 ("PATCH", "/api/v3/jobs/x", "admin"), ("PUT", "/api/v3/jobs/x", "admin"),
                 ("POST", "/api/v3/configuration/setup-assistant", "admin"),
                 ("POST", "/api/v3/configuration/check/shared-storage", "admin"),
                 ("GET", "/api/v3/configuration/shared-storage/users/linux", "worker"),
                 ("POST", "/api/v3/worker/task/x/output-produced", "worker"), ("POST", "/api/v3/tasks/x/setstatus", "submit"),
                 ("GET", "/api/v3/configuration/file", "admin"), ("PUT", "/api/v3/configuration/file", "admin"),
                 ("POST", "/api/v3/worker-mgt/workers/x/setstatus", "admin"),
                 ("GET", "/api/v3/configuration/check/blender", "admin"), ("GET", "/debug/pprof/", "admin"),
                 ("POST", "/api/v3/worker/register-worker", "worker"), ("POST", "/api/v3/new", "admin"),
                 ("GET", "/api/v3/configuration%2Ffile", "admin"), ("GET", "//api/v3/configuration/file", "admin")]
        roles = ["worker", "submit", "admin"]
        for method, path, needed in calls:
            with self.subTest(f"{method} {path}"):
                self.assertEqual(self.status(method, path), 401)
                for role in roles:
                    allowed = roles.index(role) >= roles.index(needed)
                    status = self.status(method, path, getattr(self, role))
                    # What is judged is refused otherwise: here the Manager has no jobs.
                    self.assertEqual(status != 403, allowed, role)
                    if not path.startswith(("/api/v3/jobs", "/api/v3/tasks")):
                        self.assertEqual(status, 200 if allowed else 403, role)

    def test_made_up_logins_open_nothing(self):
        for login in ("Basic x", "basic dTpw", "Basic "):
            headers = {"Authorization": login}
            for method, path in (("POST", "/api/v3/worker/register-worker"), ("POST", "/api/v3/worker/"),
                                 ("POST", "/api/v3/worker/register%2Dworker"),
                                 ("POST", "/api/v3/worker/register-worker/"), ("GET", "/api/v3/workers/x")):
                answer = self.api.call(method, path, headers=headers)
                self.assertEqual(answer.status, 401, (login, path))

    def test_tokens_end_here_and_logins_pass(self):
        headers = {"Authorization": f"bearer {self.submit}"}
        seen = self.api.call("GET", "/api/v3/jobs", headers=headers).json()
        self.assertNotIn("Authorization", dict(seen["headers"]))
        seen = self.api.call("GET", f"/~{self.submit}/api/v3/jobs?x=1").json()
        self.assertEqual(seen["target"], "/api/v3/jobs?x=1")
        login = {"Authorization": "Basic dTpw"}
        seen = self.api.call("POST", "/api/v3/worker/task", headers=login).json()
        self.assertEqual(dict(seen["headers"])["Authorization"], "Basic dTpw")
        self.assertEqual(self.api.call("GET", "/api/v3/jobs", headers=login).status, 401)
        seen = self.api.call("GET", f"/~{self.submit}/api/v3/jobs", headers=login).json()
        self.assertEqual(dict(seen["headers"])["Authorization"], "Basic dTpw")
        page = {"Referer": f"http://h/~{self.submit}/app/jobs"}
        seen = self.api.call("GET", f"/~{self.submit}/api/v3/jobs", headers=page).json()
        self.assertNotIn("Referer", dict(seen["headers"]))
        page = {"Referer": "http://h/app/jobs"}
        seen = self.api.call("GET", f"/~{self.submit}/api/v3/jobs", headers=page).json()
        self.assertEqual(dict(seen["headers"])["Referer"], page["Referer"])
        self.assertNotIn(self.submit, str(self.behind.seen))


if __name__ == "__main__":
    unittest.main()
