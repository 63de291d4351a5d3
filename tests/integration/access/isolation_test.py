# SPDX-License-Identifier: GPL-3.0-or-later
"""Two who may both submit, and must not know of each other: what one has half sent, and which files
there are whose checksum alone somebody has learned."""

import os
import threading
import unittest

from api import Api, files_url, new_content, spec
from raw_http import RawConnection
from shaman_server import Server, sha256, wait_until
from tokens import Tokens

MEDIA = ("Content-Type", "application/partial-upload")


class Principals(unittest.TestCase):
    options = {}

    def setUp(self):
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.secrets = {name: self.tokens.make("submit", name=name) for name in ("anna", "ben")}
        self.secrets["root"] = self.tokens.make("admin", name="root")
        self.server = self.start()
        self.anna, self.ben, self.root = (self.api(name) for name in ("anna", "ben", "root"))

    def start(self, **more):
        server = Server(auth_token_file=self.tokens.file, **self.options, **more).start()
        self.addCleanup(server.close)
        return server

    def api(self, name, server=None):
        api = Api(server or self.server)
        api.headers = {"Authorization": "Bearer " + self.secrets[name]}
        self.addCleanup(api.close)
        return api

    def raw(self, name):
        connection = RawConnection(self.server)
        connection._headers = [("Authorization", "Bearer " + self.secrets[name])]  # pylint: disable=protected-access
        self.addCleanup(connection.close)
        return connection

    def wanted(self, api, data):
        return [file["status"] for file in api.requirements([spec("a", data)]).json()["files"]]

    def assert_unknown(self, api, data):
        self.assertEqual(api.status(data), "unknown")
        self.assertEqual(self.wanted(api, data), ["unknown"])
        self.assertEqual(api.call("HEAD", files_url(data)).status, 404)
        refused = api.create("x/y", [spec("a", data)])
        self.assertEqual(refused.status, 424, refused)

    def assert_known(self, api, data):
        self.assertEqual(api.status(data), "stored")
        self.assertEqual(self.wanted(api, data), [])


class Proof(Principals):
    def test_a_checksum_is_no_key(self):
        data = new_content(100_000)
        self.assertEqual(self.anna.upload(data).status, 204)
        self.assert_known(self.anna, data)
        self.assert_unknown(self.ben, data)
        self.assertFalse(os.path.exists(self.server.jobs("x")))
        # Who sends it is known to have it; on the disk it is once.
        self.assertEqual(self.ben.upload(data).status, 204)
        self.assert_known(self.ben, data)
        self.assertEqual(self.ben.create("x/y", [spec("a", data)]).status, 200)
        self.assertEqual(len([name for name in self.server.all_blobs() if name.endswith("100000.blob")]), 1)
        self.assertEqual(self.ben.upload(data).status, 208)

    def test_its_beginning_is_not_enough(self):
        data = new_content(100_000)
        self.assertEqual(self.anna.upload(data).status, 204)
        wrong = data[:-1] + bytes([data[-1] ^ 1])
        self.assertEqual(self.ben.upload(wrong, sha=sha256(data)).status, 417)
        self.assert_unknown(self.ben, data)
        for refused in (self.ben.call("POST", files_url(data), b""), self.ben.call("POST", files_url(data), data[:-1])):
            self.assertEqual(refused.status, 417)
        self.assert_unknown(self.ben, data)
        self.assert_known(self.anna, data)

    def test_nobody_is_told_early_that_it_is_there(self):
        data = new_content(3_000_000)
        self.assertEqual(self.anna.upload(data).status, 204)
        connection = self.raw("ben")
        connection.request("POST", files_url(data), [
            ("Content-Length", len(data)), ("Expect", "100-continue")], length=False)
        self.assertEqual(connection.response().status, 100)
        connection.send(data)
        self.assertEqual(connection.response().status, 204)
        self.assert_known(self.ben, data)

    def test_batches(self):
        files = [new_content(1000) for _ in range(20)]
        body = b"".join(f"{sha256(data)} {len(data)}\n".encode() + data for data in files)
        for api in (self.anna, self.ben):
            answer = api.call("POST", "/api/v3/shaman/files:batch", body)
            self.assertEqual({file["status"] for file in answer.json()["files"]}, {204})
            self.assert_known(api, files[7])
        answer = self.ben.call("POST", "/api/v3/shaman/files:batch", body)
        self.assertEqual({file["status"] for file in answer.json()["files"]}, {208})

    def test_an_admin_knows_everything(self):
        data = new_content()
        self.assertEqual(self.anna.upload(data).status, 204)
        self.assert_known(self.root, data)
        self.assertEqual(self.root.create("x", [spec("a", data)]).status, 200)

    def test_an_answer_is_nobody_elses(self):
        data = new_content()
        self.assertEqual(self.anna.upload(data).status, 204)
        key = {"Idempotency-Key": "the same"}
        self.assertEqual(self.anna.create("film", [spec("a", data)], key).json()["checkoutPath"], "film")
        self.assertEqual(self.ben.create("film", [spec("a", data)], key).status, 424)

    def test_it_outlives_a_restart_and_is_known_to_other_servers(self):
        old, late = new_content(), new_content()
        self.assertEqual(self.anna.upload(old).status, 204)
        other = self.start(storage=self.server.storage)
        there = self.api("anna", other)
        self.assert_known(there, old)
        self.assertEqual(self.anna.upload(late).status, 204)
        self.assert_known(there, late)
        self.assert_unknown(self.api("ben", other), old)
        self.server.kill()
        self.server.start()
        again = self.api("anna")
        for data in (old, late):
            self.assert_known(again, data)
        self.assert_unknown(self.api("ben"), old)

    def test_many_files(self):
        files = [spec(f"{n}", b"%d" % n) for n in range(20_000)]
        body = b"".join(b"%s %d\n" % (file["sha"].encode(), file["size"]) + b"%d" % n
                        for n, file in enumerate(files[:10_000]))
        self.assertEqual(self.anna.call("POST", "/api/v3/shaman/files:batch", body).status, 200)
        self.assertEqual(len(self.anna.requirements(files).json()["files"]), 10_000)
        self.assertEqual(len(self.ben.requirements(files).json()["files"]), 20_000)


class HalfSent(Principals):
    def test_nobody_else_sees_or_waits_for_it(self):
        data = new_content(200_000)
        sender = self.raw("anna")
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:50_000])
        wait_until(lambda: self.anna.status(data) == "uploading", "the status")
        self.assertEqual(self.wanted(self.anna, data), ["uploading"])
        self.assertEqual(self.ben.status(data), "unknown")
        self.assertEqual(self.wanted(self.ben, data), ["unknown"])
        defer = {"X-Shaman-Can-Defer-Upload": "true"}
        self.assertEqual(self.anna.upload(data, defer).status, 425)
        # Beside it, whole, and without ending it.
        self.assertEqual(self.ben.upload(data, defer).status, 204)
        self.assertEqual(self.anna.status(data), "uploading")
        sender.send(data[50_000:])
        self.assertEqual(sender.response().status, 204)
        self.assert_known(self.anna, data)

    def test_what_can_be_resumed_is_its_senders_alone(self):
        data = new_content(200_000)
        begin = {"Upload-Complete": "?0"}
        self.assertEqual(self.anna.call("POST", files_url(data), data[:50_000], begin).status, 201)
        held = self.anna.call("HEAD", files_url(data))
        self.assertEqual(held.header("Upload-Offset"), "50000")
        self.assertNotIn("offset", self.ben.get(files_url(data)).json())
        self.assertEqual(self.ben.call("HEAD", files_url(data)).status, 404)
        self.assertEqual(self.ben.call("DELETE", files_url(data)).status, 404)
        more = dict([MEDIA, ("Upload-Offset", "50000"), ("Upload-Complete", "?1")])
        self.assertEqual(self.ben.call("PATCH", files_url(data), data[50_000:], more).status, 404)
        # One of his own, with something else in it, spoils nothing.
        self.assertEqual(self.ben.call("POST", files_url(data), new_content(60_000), begin).status, 201)
        self.assertEqual(self.anna.call("PATCH", files_url(data), data[50_000:], more).status, 204)
        self.assert_known(self.anna, data)
        self.assert_unknown_but_held(self.ben, data)

    def assert_unknown_but_held(self, api, data):
        self.assertEqual(api.get(files_url(data)).json(), {"status": "unknown", "offset": 60_000})

    def test_a_checkout_waits_for_its_own_artists_uploads_only(self):
        data = new_content(100_000)
        sender = self.raw("anna")
        sender.request("POST", files_url(data), [("Content-Length", len(data))], length=False)
        sender.send(data[:50_000])
        wait_until(lambda: self.anna.status(data) == "uploading", "the status")
        self.assertEqual(self.ben.create("film", [spec("a", data)]).status, 424)
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(self.anna.create("film", [spec("a", data)])))
        waiting.start()
        sender.send(data[50_000:])
        self.assertEqual(sender.response().status, 204)
        waiting.join()
        self.assertEqual(answers[0].status, 200, answers)

    def test_eight_send_the_same_at_once(self):
        data = new_content(5_000_000)
        names = [f"artist {n}" for n in range(8)]
        self.secrets.update({name: self.tokens.make("submit", name=name) for name in names})
        wait_until(lambda: self.api(names[-1]).status(data) == "unknown", "the new tokens")
        answers = []

        def send(name):
            api = self.api(name)
            answers.append((api.upload(data).status, api.status(data)))

        threads = [threading.Thread(target=send, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [(204, "stored")] * 8)
        self.assertEqual(self.server.temporary_files(), [])


class Networks(unittest.TestCase):
    def test_who_comes_from_one_network_is_one(self):
        with Server(auth_trusted_networks="10.1.0.0/16=submit", trusted_proxies="127.0.0.1") as server:
            def call(address):
                api = Api(server)
                api.headers = {"X-Forwarded-For": address}
                self.addCleanup(api.close)
                return api

            data = new_content()
            self.assertEqual(call("10.1.0.1").upload(data).status, 204)
            self.assertEqual(call("10.1.7.9").status(data), "stored")


class WithoutAuthentication(unittest.TestCase):
    def test_there_is_one_scope(self):
        with Server() as server, Api(server) as one, Api(server) as other:
            data = new_content()
            self.assertEqual(one.upload(data).status, 204)
            self.assertEqual(other.status(data), "stored")
            self.assertEqual(other.create("x", [spec("a", data)]).status, 200)
            self.assertFalse(os.path.exists(os.path.join(server.storage, ".shaman", "proofs")))


if __name__ == "__main__":
    unittest.main()
