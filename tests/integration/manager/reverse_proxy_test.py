# SPDX-License-Identifier: GPL-3.0-or-later
"""The server in front of a Manager: its own calls it answers, all others it passes on."""

import concurrent.futures
import contextlib
import json
import os
import socket
import ssl
import threading
import time
import unittest

import behind
from api import REQUIREMENTS, Api, new_content
from behind import CONFIGURATION, UPGRADE, Behind, FrontTest, configuration
from raw_http import RawConnection
from shaman_server import PATIENCE, Server, sha256, wait_until

JOBS = "/api/v3/jobs"


class Passing(FrontTest):
    def test_requests_pass_as_they_came(self):
        target = "/api/v3/jobs/a%2Fb//c%20d?pretty&x=%7B"
        answer = self.api.call("GET", target, headers={"Authorization": "Basic YTpi", "traceparent": "00-1-2-3"})
        self.assertEqual(answer.status, 200)
        seen = answer.json()
        self.assertEqual((seen["method"], seen["target"]), ("GET", target))
        headers = dict(seen["headers"])
        self.assertEqual(headers["Authorization"], "Basic YTpi")
        self.assertEqual(headers["traceparent"], "00-1-2-3")
        self.assertEqual(headers["Host"], f"{self.server.host}:{self.server.port}")
        self.assertEqual(headers["X-Forwarded-For"], "127.0.0.1")
        self.assertEqual(headers["X-Forwarded-Host"], headers["Host"])
        self.assertEqual(headers["X-Forwarded-Proto"], self.server.url.partition(":")[0])

    def test_a_folded_name_passes_as_one_line(self):
        connection = self.raw()
        connection.send(b"GET /api/v3/jobs HTTP/1.1\r\nHost: x\r\nX-Shaman-Original-Filename: a\n"
                        b" Content-Length: 5\r\n\tb\r\nTracestate: 1\r\n\r\n")
        headers = connection.response().json()["headers"]
        self.assertIn(["X-Shaman-Original-Filename", "a  Content-Length: 5  \tb"], headers)
        self.assertIn(["Tracestate", "1"], headers)
        self.assertNotIn("content-length", [name.lower() for name, _ in headers])

    def test_other_folded_headers_do_not_pass(self):
        for line in (b"X-Own: a\n b", b"X-Own: a\r\n b", b"Transfer-Encoding:\r\n chunked", b"X-Own: a\nX-More: b"):
            with self.subTest(line):
                connection = self.raw()
                connection.send(b"GET /api/v3/jobs HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
                self.assertEqual(connection.response().status, 400)
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_shaman_is_answered_here(self):
        self.assertEqual(self.api.post_json(REQUIREMENTS, {"files": []}).status, 200)
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 200)
        self.assertEqual(self.api.get("/api/v3/shaman/nothing").status, 404)
        self.assertEqual(self.api.get("/api/v3/%73haman/info").status, 200)
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_what_a_manager_is_asked_on_connecting_is_asked_of_it(self):
        for path in ("/api/v3/version", "/api/v3/jobs/types", "/api/v3/worker-mgt/tags", "/",
                     "/app/", "/flamenco-addon.zip"):
            self.assertEqual(self.api.get(path).json()["target"], path)

    def test_every_method_with_its_body(self):
        for method in ("POST", "PUT", "DELETE", "PATCH", "PROPFIND"):
            body = json.dumps({"ids": method})
            seen = self.api.call(method, "/api/v3/jobs/x/blocklist", body,
                                 {"Content-Type": "application/json"}).json()
            self.assertEqual((seen["method"], seen["body"]), (method, body))
            self.assertEqual(dict(seen["headers"])["Content-Type"], "application/json")

    def test_calls_with_an_id_and_no_path_pass_as_they_come(self):
        body = '{"status": 1, "status": 2} '
        for method, path in (("POST", "jobs/x/setstatus"), ("POST", "jobs/x/setpriority"), ("POST", "jobs/x/settag"),
                             ("DELETE", "jobs/x/blocklist"), ("POST", "jobs/query"), ("POST", "tasks/x/setstatus"),
                             ("POST", "configuration/setup-assistant"), ("PUT", "configuration/file"),
                             ("POST", "configuration/check/shared-storage"), ("POST", "worker/task/x"),
                             ("POST", "worker-mgt/workers/x/setstatus"), ("PATCH", "jobs/x")):
            seen = self.api.call(method, "/api/v3/" + path, body, {"Content-Type": "application/json"}).json()
            self.assertEqual((seen["method"], seen["target"], seen["body"]), (method, "/api/v3/" + path, body))
        for path in ("jobs/x", "jobs/x/last-rendered", "jobs/last-rendered", "jobs/x/tasks", "tasks/x/log"):
            self.assertEqual(self.api.get("/api/v3/" + path).json()["target"], "/api/v3/" + path)

    def test_head_has_no_body(self):
        with self.raw() as connection:
            answer = connection.exchange("HEAD", "/x")
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertEqual(connection.exchange("GET", "/y").json()["target"], "/y")

    def test_chunked_bodies_pass(self):
        with self.raw() as connection:
            connection.send(b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                            b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            seen = connection.response().json()
            self.assertEqual(seen["body"], "hello world")
            self.assertEqual(connection.exchange("GET", "/y").json()["target"], "/y")

    def test_large_bodies_stream(self):
        content = new_content(30_000_000)
        seen = self.api.call("POST", "/api/v3/worker/task/x/output-produced", content).json()
        self.assertEqual(sha256(seen["body"].encode("latin-1")), sha256(content))

    def test_expect_is_answered_here(self):
        with self.raw() as connection:
            connection.send(b"POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                            b"Content-Length: 2\r\n\r\n")
            self.assertEqual(connection.response().status, 100)
            connection.send(b"ok")
            seen = connection.response().json()
            self.assertEqual(seen["body"], "ok")
            self.assertNotIn("Expect", dict(seen["headers"]))

    def test_headers_of_one_connection_end_here(self):
        with self.raw() as connection:
            seen = connection.exchange("GET", "/x", [
                ("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("Keep-Alive", "timeout=5"),
                ("Proxy-Authorization", "secret"), ("TE", "trailers"), ("Upgrade", "h2c"),
                ("X-Forwarded-For", "6.6.6.6"), ("Forwarded", "for=6.6.6.6")]).json()
        names = {name.lower() for name, _ in seen["headers"]}
        self.assertEqual(names & {"connection", "x-hop", "keep-alive", "proxy-authorization", "te",
                                  "upgrade", "forwarded"}, set())
        self.assertEqual(dict(seen["headers"])["X-Forwarded-For"], "127.0.0.1")

    def test_only_this_server_tells_of_the_client(self):
        names = ("X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X_Forwarded_For", "X-Real-IP",
                 "True-Client-IP", "X-Original-URL", "X-Client-Cert", "X-SSL-Client-DN", "Ssl-Client-Verify",
                 "X-Forwarded-Client-Cert", "Remote-User", "Proxy", "X-User", "X-Of-Tomorrow")
        seen = self.api.call("GET", "/x", headers={name: "6.6.6.6" for name in names}).json()
        self.assertNotIn("6.6.6.6", str(seen["headers"]))
        self.assertEqual(self.api.call("GET", "/x", headers={"X-HTTP-Method-Override": "DELETE"}).status, 400)

    def test_an_address_with_a_token_left_in_it_is_not_passed(self):
        for target in ("/~shm_first/~shm_second/x", "/%7Eshm_first/%7eshm_second", "/~a/~b", "//~a/x", "/x/~a",
                       "/x?token=shm_a", "http://test/~a/~b/x", "/~a//~b", "/x?token=%73hm_second", "/x?token=shm%5fsecond",
                       "/x?token=%2573hm_second", "/x?token=SHM_second", "/x?token=eyJsecond.eyJsecond.x"):
            with self.raw() as connection:
                self.assertEqual(connection.exchange("GET", target).status, 400, target)
        self.assertEqual(self.behind.seen_by_clients, [])
        self.assertNotIn("second", self.server.log())
        self.assertEqual(self.api.get("/~a/x").json()["target"], "/x")

    def test_folders_above_are_not_passed(self):
        for target in ("/api/v3/jobs/../shaman/checkout/create", "/%2e%2e/x", "/a/./b"):
            with self.raw() as connection:
                self.assertEqual(connection.exchange("GET", target).status, 400)
        self.assertEqual(self.behind.seen_by_clients, [])

    def test_connections_are_used_again_but_none_is_opened_early(self):
        wait_until(lambda: self.behind.connections == 0, "nothing to be open")
        for number in range(5):
            with Api(self.server) as api:
                self.assertEqual(api.get(f"/{number}").status, 200)
        wait_until(lambda: self.behind.connections == 1, "one connection for all of them")


class BehindAProxy(FrontTest):
    options = {"trusted_proxies": "127.0.0.1"}

    def seen(self, *headers):
        with self.raw() as connection:
            return dict(connection.exchange("GET", "/x", headers).json()["headers"])

    def test_the_manager_hears_what_the_proxy_says_and_no_client(self):
        for chain, passed in (("192.0.2.7", "192.0.2.7"), ("10.8.0.1, 192.0.2.7:5000", "192.0.2.7"),
                              ("10.8.0.1, 192.0.2.7, 127.0.0.1", "192.0.2.7, 127.0.0.1"), ("bogus", "unknown")):
            self.assertEqual(self.seen(("X-Forwarded-For", chain))["X-Forwarded-For"], passed + ", 127.0.0.1")

    def test_a_scheme_and_a_host_that_a_client_may_have_added_are_not_passed(self):
        scheme = self.server.url.partition(":")[0]
        for name, theirs, ours in (("X-Forwarded-Proto", "https", scheme), ("X-Forwarded-Host", "farm.example", "test")):
            self.assertEqual(self.seen((name, theirs))[name], theirs)
            self.assertEqual(self.seen((name, "evil.example"), (name, theirs))[name], ours)
            self.assertEqual(self.seen((name, "evil.example, " + theirs))[name], ours)
        self.assertEqual(self.seen(("X-Forwarded-Proto", "gopher"))["X-Forwarded-Proto"], scheme)


class Answers(FrontTest):
    @staticmethod
    def chunked(handler, seen):
        handler.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Own: 1\r\n\r\n"
                     b"3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
        return True

    @staticmethod
    def until_close(handler, seen):
        handler.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nabc")
        handler.send(b"defg")
        return False

    @staticmethod
    def cut_short(handler, seen):
        handler.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        return False

    @staticmethod
    def interim(handler, seen):
        handler.send(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        return handler.reply(b"{}")

    @staticmethod
    def no_http(handler, seen):
        handler.send(b"SSH-2.0-OpenSSH\r\n\r\n")
        return False

    @staticmethod
    def nothing(handler, seen):
        return False

    answers = {"/chunked": chunked, "/close": until_close, "/cut": cut_short, "/no": no_http,
               "/nothing": nothing, "/interim": interim,
               "/none": lambda handler, seen: handler.send(b"HTTP/1.1 204 No Content\r\n\r\n") or True,
               "/moved": lambda handler, seen: handler.reply(b"", "307 Temporary Redirect",
                                                             ["Location: /app/"])}

    def test_every_kind_of_ending(self):
        for path in ("/chunked", "/close"):
            answer = self.api.get(path)
            self.assertEqual((answer.status, answer.body), (200, b"abcdefg"), path)
        self.assertEqual(self.api.get("/none").status, 204)
        self.assertEqual(self.api.get("/interim").status, 200)

    def test_old_clients_get_a_body_that_ends_with_the_connection(self):
        with self.raw() as connection:
            answer = connection.exchange("GET", "/chunked", version="HTTP/1.0")
            self.assertEqual(answer.body, b"abcdefg")
            self.assertIsNone(answer.header("Transfer-Encoding"))

    def test_redirects_pass_unchanged(self):
        answer = self.api.get("/moved")
        self.assertEqual((answer.status, answer.header("Location")), (307, "/app/"))

    def test_what_was_cut_short_is_seen_to_be(self):
        with self.raw() as connection:
            connection.request("GET", "/cut")
            self.assertTrue(connection.read_to_end().endswith(b"\r\n\r\nabc"))

    def test_no_answer_is_a_502_that_says_so(self):
        for path, words in (("/no", "is not HTTP"), ("/nothing", "closed the connection")):
            answer = self.api.get(path)
            self.assertEqual(answer.status, 502, path)
            self.assertEqual(answer.json()["code"], 502)
            self.assertIn(words, answer.json()["message"])

    def test_a_post_is_never_sent_twice(self):
        self.assertEqual(self.api.call("POST", "/nothing", b"{}").status, 502)
        self.assertEqual([seen["target"] for seen in self.behind.seen_by_clients], ["/nothing"])


class ManagerAway(FrontTest):
    def test_it_dies_and_returns(self):
        port = self.behind.port
        self.assertEqual(self.api.get("/x").status, 200)
        self.behind.close()
        answer = self.api.get("/x")
        # What was left open may still be served by the thread that had it.
        if answer.status == 200:
            answer = self.api.call("POST", "/x", b"{}")
        self.assertEqual(answer.status, 502)
        self.assertIn("cannot be reached", answer.json()["message"])
        self.assertEqual(self.api.get("/api/v3/shaman/info").status, 200)
        again = Behind(port=port)
        self.addCleanup(again.close)
        self.assertEqual(self.api.call("POST", "/x", b"{}").status, 200)

    def test_a_thousand_at_once(self):
        def ask(number):
            with Api(self.server) as api:
                return api.get(f"/{number}").json()["target"]

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            targets = list(pool.map(ask, range(1000)))
        self.assertEqual(targets, [f"/{number}" for number in range(1000)])

    def test_the_server_stops_though_the_manager_never_answers(self):
        self.behind.server.answers["/never"] = lambda handler, seen: time.sleep(PATIENCE)
        server = Server(manager=self.behind.url, grace=0.2)
        server.start()
        self.addCleanup(server.close)
        with RawConnection(server) as connection:
            connection.request("GET", "/never")
            while not any(seen["target"] == "/never" for seen in self.behind.seen):
                time.sleep(0.01)
            self.assertEqual(server.terminate(), 0)


class ManagerHangs(FrontTest):
    """It takes requests and never answers those below /hang; there are 1,024 places for what waits for it."""

    PLACES = 1024

    def hang(self, handler, seen):
        self.released.wait(PATIENCE)
        return False

    def setUp(self):
        self.released = threading.Event()
        self.answers = {"/hang": self.hang, JOBS + "/a/what-would-delete-do": self.hang, JOBS + "/a": self.hang}
        super().setUp()
        self.addCleanup(self.released.set)

    def waiting(self):
        return sum(seen["target"] in self.answers for seen in self.behind.seen)

    def come_and_go(self, method, target):
        connection = RawConnection(self.server)
        connection.request(method, target)
        return connection

    def crowd(self, method, target, count):
        before = self.waiting()
        connections = [self.come_and_go(method, target) for _ in range(count)]
        wait_until(lambda: self.waiting() >= before + count, "the requests at the Manager")
        for connection in connections:
            connection.close()

    def test_clients_that_go_give_their_places_back(self):
        for _ in range(5):
            self.crowd("GET", "/hang", self.PLACES // 4)
            self.assertEqual(self.api.get("/x").status, 200)

    def test_also_while_the_manager_is_asked_about_a_job(self):
        for _ in range(5):
            self.crowd("DELETE", JOBS + "/a", self.PLACES // 4)
            self.assertEqual(self.api.get("/x").status, 200)

    def test_a_client_that_waits_keeps_its_place(self):
        self.answers["/late"] = lambda handler, seen: self.released.wait(PATIENCE) and handler.reply(b"{}")
        with RawConnection(self.server) as patient:
            patient.request("GET", "/late")
            self.crowd("GET", "/hang", 10)
            self.released.set()
            self.assertEqual(patient.response().status, 200)


class WebSocket(FrontTest):
    answers = {"/socket.io/": behind.echo_websocket}

    def connect(self):
        connection = self.raw()
        connection.request(*UPGRADE)
        answer = connection.response()
        self.assertEqual(answer.status, 101, answer)
        self.assertEqual(answer.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        self.assertEqual(answer.header("Upgrade"), "websocket")
        return connection

    def test_an_hour_of_pings(self):
        connection = self.connect()
        # socket.io pings every 30 s: an hour's worth, without the waiting.
        for number in range(120):
            text = f"2ping {number}".encode()
            connection.send(behind.frame(1, text, b"mask"))
            head = connection._exactly(2)
            self.assertEqual(behind.read_payload(connection._exactly, head), text)

    def test_frames_pass_in_both_directions_at_once(self):
        """By one thread: a TLS socket of Python's is not for two."""
        connection = self.connect()
        connection.socket.setblocking(False)
        payloads = [os.urandom(20_000) for _ in range(200)]
        unsent = memoryview(b"".join(behind.frame(2, payload, b"mask") for payload in payloads))
        wanted = b"".join(behind.frame(2, payload) for payload in payloads)
        received = bytearray()

        def go_on():
            nonlocal unsent
            while True:
                moved = 0
                with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    moved = connection.socket.send(unsent[:65536]) if unsent else 0
                    unsent = unsent[moved:]
                with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    piece = connection.socket.recv(65536)
                    self.assertTrue(piece, "the connection was closed")
                    received.extend(piece)
                    moved += len(piece)
                if moved == 0:
                    return len(received) >= len(wanted)

        wait_until(go_on, "all frames")
        self.assertEqual(bytes(received), wanted)

    def test_its_end_passes(self):
        connection = self.connect()
        connection.send(behind.frame(8, b"", b"mask"))
        self.assertEqual(connection._exactly(2), b"\x88\x00")
        self.assertTrue(connection.is_closed())

    def test_the_server_stops_beside_it(self):
        self.connect()
        self.assertEqual(self.server.terminate(), 0)


class Jobs(FrontTest):
    def post(self, job):
        return self.api.post_json(JOBS, job)

    def identity_of(self, path):
        """By which a job knows this checkout, whatever comes to its path later."""
        links = [name for name in os.listdir(self.server.jobs(path)) if name.startswith(".shaman-id-")]
        self.assertEqual(len(links), 1)
        return links[0].removeprefix(".shaman-id-")

    def test_a_job_in_a_checkout_passes(self):
        path = self.make_checkout("film/shot 1")
        job = {"name": "j", "type": "t", "priority": 50, "submitter_platform": "linux",
               "settings": {"frames": "1-3", "fps": 23.976,
                            "blendfile": "{jobs}/" + path + "/scenes/scene.blend"},
               "metadata": {}}
        self.assertEqual(json.loads(self.post(job).json()["body"]),
                         {**job, "metadata": {"shaman.checkout-identities": self.identity_of(path)}})

    def test_a_job_that_names_its_checkout_does_so_in_its_metadata(self):
        path = self.make_checkout("named")
        text = b'{ "name":"j",  "storage":{"shaman_checkout_id":"%s"} }' % path.encode()
        self.assertEqual(self.api.post_json(JOBS, text).json()["body"],
                         '{"name":"j","metadata":{"shaman.checkout":"{jobs}/named",'
                         '"shaman.checkout-identities":"%s"}}' % self.identity_of(path))

    def test_a_job_elsewhere_passes(self):
        for blendfile in ("/mnt/film/scene.blend", "", 5):
            job = {"name": "j", "settings": {"blendfile": blendfile}}
            self.assertEqual(json.loads(self.post(job).json()["body"]), job)

    def test_a_job_where_no_checkout_is_says_so(self):
        job = {"name": "j", "settings": {"blendfile": "{jobs}/nobody/scene.blend"}}
        self.assertEqual(json.loads(self.post(job).json()["body"]),
                         {**job, "metadata": {"shaman.checkout-identities": "none"}})

    def test_what_is_no_job_is_refused(self):
        for text in (b"", b"[1]", b"{broken", b'{"storage": 5}', b"null"):
            self.assertEqual(self.api.post_json(JOBS, text).status, 400)
        self.assertEqual([s for s in self.behind.seen if s["method"] == "POST"], [])

    def test_a_folder_of_others_is_refused(self):
        path = self.make_checkout("series/episode/shot")
        for wrong in (".", "..", "series", "series/episode", path + "/", path + "/..", "nobody",
                      "/" + path, "series/../series/episode"):
            with self.subTest(wrong=wrong):
                answer = self.post({"name": "j", "storage": {"shaman_checkout_id": wrong}})
                self.assertEqual(answer.status, 400, answer)
                self.assertEqual(answer.json()["code"], 400)
                self.assertIn("shaman_checkout_id", answer.json()["message"])
        self.assertEqual([s for s in self.behind.seen if s["method"] == "POST"], [])

    def test_whether_the_managers_shaman_is_on_is_never_guessed(self):
        for odd in (b"{}", b'{"storageLocation": "/s"}', b'{"storageLocation": "/s", "shamanEnabled": null}', b"<html>"):
            with self.subTest(odd=odd):
                self.behind.server.answers[CONFIGURATION] = lambda handler, seen, odd=odd: handler.reply(odd)
                answer = self.post({"name": "j"})
                self.assertEqual(answer.status, 502)
                self.assertIn(self.behind.url.removeprefix("http://"), answer.json()["message"])
        self.assertEqual([s for s in self.behind.seen if s["method"] == "POST"], [])


class ManagerWithoutShaman(FrontTest):
    answers = {
        CONFIGURATION: configuration(False),
        CONFIGURATION + "/shared-storage/users/linux": lambda handler, seen: handler.reply(
            b'{"location":"/s","audience":"users","platform":"linux","shamanEnabled":false}')}

    def test_it_says_that_there_is_one(self):
        self.assertTrue(self.api.get(CONFIGURATION).json()["shamanEnabled"])
        self.assertEqual(self.api.get(CONFIGURATION + "/shared-storage/users/linux").json(),
                         {"location": "/s/jobs", "audience": "users", "platform": "linux",
                          "shamanEnabled": True})

    def test_jobs_lie_one_folder_deeper_for_it(self):
        path = self.make_checkout("film")
        seen = self.api.post_json(JOBS, {"settings": {"blendfile": "{jobs}/" + path + "/a.blend"}})
        body = json.loads(seen.json()["body"])
        self.assertRegex(body.pop("metadata")["shaman.checkout-identities"], "^[0-9a-f]{32}$")
        self.assertEqual(body, {"settings": {"blendfile": "{jobs}/jobs/" + path + "/a.blend"}})


class NoManager(unittest.TestCase):
    def test_an_address_that_is_none_is_an_error_that_names_it(self):
        for wrong in ("manager:x", "https://m", "http://", "http://m/path", "http://m:0"):
            with self.subTest(wrong=wrong):
                server = Server(manager=wrong)
                with self.assertRaises(AssertionError) as raised:
                    server.start()
                self.assertIn("--manager", str(raised.exception))

    def test_nobody_there_is_a_502(self):
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            server = Server(manager=f"http://127.0.0.1:{nobody.getsockname()[1]}")
            server.start()
            self.addCleanup(server.close)
            with Api(server) as api:
                answer = api.get("/api/v3/version")
                self.assertEqual(answer.status, 502)
                self.assertIn("cannot be reached", answer.json()["message"])


if __name__ == "__main__":
    unittest.main()
