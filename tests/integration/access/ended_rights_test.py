# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever lasts ends when the right to it ends: WebSockets, uploads, long answers."""

import base64
import datetime
import json
import os
import signal
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import behind
import certificates
from api import CREATE, Api, files_url, new_content
from behind import Behind
from raw_http import RawConnection
from shaman_server import Server, wait_until
from tokens import Tokens

UPGRADE = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
           ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
INFO = "/api/v3/shaman/info"


def bearer(token):
    return [("Authorization", f"Bearer {token}")]


class EndedRights(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.tokens = Tokens()
        self.addCleanup(self.tokens.close)
        self.staying = self.tokens.make("submit", name="staying")
        self.going = self.tokens.make("submit", name="going")
        self.behind = Behind({"/socket.io/": behind.echo_websocket})
        self.addCleanup(self.behind.close)

    def start(self, **options):
        self.server = Server(manager=self.behind.url, **options).start()
        self.addCleanup(self.server.close)

    def start_with_tokens(self, **options):
        self.start(auth_token_file=self.tokens.file, **options)

    def raw(self):
        connection = RawConnection(self.server)
        self.addCleanup(connection.close)
        return connection

    def websocket(self, headers=()):
        connection = self.raw()
        answer = connection.exchange("GET", "/socket.io/", [*UPGRADE, *headers])
        self.assertEqual(answer.status, 101, answer)
        self.assert_lives(connection)
        return connection

    def assert_lives(self, websocket):
        websocket.send(behind.frame(1, b"2ping", b"mask"))
        head = websocket._exactly(2)
        self.assertEqual(behind.read_payload(websocket._exactly, head), b"2ping")

    def revoke(self):
        self.assertEqual(self.tokens.run("revoke", "going").returncode, 0)

    def status(self, token):
        with Api(self.server) as api:
            return api.call("GET", INFO, headers=dict(bearer(token))).status


class OfTokens(EndedRights):
    def test_a_websocket_of_a_revoked_token_is_closed(self):
        self.start_with_tokens()
        ends, stays = self.websocket(bearer(self.going)), self.websocket(bearer(self.staying))
        in_the_address = self.raw()
        self.assertEqual(in_the_address.exchange("GET", f"/~{self.going}/socket.io/", UPGRADE).status, 101)
        cookie = "__Host-shaman_token" if self.server.tls else "shaman_token"
        by_cookie = self.websocket([("Cookie", f"{cookie}={self.going}")])
        self.revoke()
        for websocket in (ends, in_the_address, by_cookie):
            self.assertTrue(websocket.is_closed())
        self.assertIn("token going is no longer allowed to make it",
                      self.server.wait_for_log("GET /socket.io/ of 127.0.0.1:"))
        self.assertNotIn(self.going, self.server.log())
        self.assert_lives(stays)
        wait_until(lambda: self.is_let_go(), "the Manager's side to be closed")

    def is_let_go(self):
        """One connection of this server to the Manager is left: that of the token that stays."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split()[1:4] for line in file.readlines()[1:]]
        port = f"{self.behind.port:04X}"
        return sum(remote.endswith(":" + port) and state == "01" for _, remote, state in rows) == 1

    def test_a_websocket_of_an_expired_token_is_closed(self):
        self.start_with_tokens()
        brief = self.tokens.make("worker", "--expires", "4s", name="brief")
        wait_until(lambda: self.status(brief) == 200, "the new token")
        self.assertTrue(self.websocket(bearer(brief)).is_closed())

    def test_an_upload_is_cut_off(self):
        self.start_with_tokens()
        data = new_content(300_000)
        connection = self.raw()
        connection.request("POST", files_url(data), [("Content-Length", str(len(data))), *bearer(self.going)],
                           length=False)
        connection.send(data[:100_000])
        wait_until(self.server.temporary_files, "the upload to begin")
        self.revoke()
        self.assertTrue(connection.is_closed())
        self.assertEqual(self.server.all_blobs(), set())
        with Api(self.server) as api:
            self.assertEqual(api.upload(data, dict(bearer(self.staying))).status, 204)

    def test_a_long_answer_of_the_manager_is_cut_off(self):
        self.start_with_tokens()
        is_over = threading.Event()
        self.addCleanup(is_over.set)

        def answer_for_ever(handler, _):
            handler.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not is_over.wait(0.1):
                handler.send(b"3\r\nabc\r\n")
            return False

        self.behind.server.answers["/stream"] = answer_for_ever
        connection = self.raw()
        connection.request("GET", "/stream", bearer(self.going))
        self.assertIn(b" 200 ", connection._exactly(20))
        self.revoke()
        connection.read_to_end()  # which it would never reach

    def test_a_connection_without_a_request_is_judged_by_its_next_one(self):
        self.start_with_tokens()
        connection = self.raw()
        self.assertEqual(connection.exchange("GET", INFO, bearer(self.going)).status, 200)
        self.revoke()
        wait_until(lambda: connection.exchange("GET", INFO, bearer(self.going)).status == 401, "the end")


class OfTokenFiles(EndedRights):
    def test_one_that_others_may_read_opens_nothing_until_it_is_mended(self):
        self.start_with_tokens()
        websocket = self.websocket(bearer(self.going))
        os.chmod(self.tokens.file, 0o640)
        self.server.wait_for_log("can be read by other users: run chmod 600 on it; until the file is corrected, no token is accepted")
        self.assertTrue(websocket.is_closed())
        with RawConnection(self.server) as connection:
            refused = connection.exchange("GET", INFO, bearer(self.staying))
        self.assertEqual(refused.status, 401)
        self.assertIn("the server cannot use its token file", refused.json()["message"])
        os.chmod(self.tokens.file, 0o600)
        wait_until(lambda: self.status(self.staying) == 200, "the file to count again")
        self.server.wait_for_log("can be used again: 2 tokens")
        self.assertEqual(self.server.log().count("no token is accepted"), 1)

    def test_an_access_control_list_counts_too(self):
        self.start_with_tokens()
        entries = [(1, 6, -1), (2, 4, 65534), (4, 0, -1), (0x10, 4, -1), (0x20, 0, -1)]
        acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
        try:
            os.setxattr(self.tokens.file, "system.posix_acl_access", acl)
        except OSError as error:
            self.skipTest(f"no access control lists here: {error}")
        self.server.wait_for_log("no token is accepted")
        self.assertEqual(self.status(self.staying), 401)

    def test_one_that_is_gone_or_damaged_is_said_although_nobody_asks(self):
        self.start_with_tokens()
        os.rename(self.tokens.file, self.tokens.file + ".old")
        self.server.wait_for_log(f'auth.token-file: cannot open "{self.tokens.file}": No such file or directory; '
                                 "until the file is corrected, no token is accepted")
        os.rename(self.tokens.file + ".old", self.tokens.file)
        self.server.wait_for_log("can be used again: 2 tokens")


class OfNetworks(EndedRights):
    def reload(self, text):
        with open(os.path.join(self.folder, "shaman.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_a_websocket_from_a_network_that_is_taken_out_is_closed(self):
        self.reload("auth: {trusted-networks: {127.0.0.1: submit}}")
        self.start(config=os.path.join(self.folder, "shaman.yaml"))
        websocket = self.websocket()
        creation = self.raw()
        creation.request("POST", CREATE, [("Content-Type", "application/json"), ("Content-Length", "1000"),
                                          ("Expect", "100-continue")], length=False)
        self.assertIn(b" 100 ", creation.socket.recv(1000))
        self.reload("auth: {trusted-networks: {127.0.0.0/8: worker}}")
        self.server.process.send_signal(signal.SIGHUP)
        self.server.wait_for_log("auth.trusted-networks is now 127.0.0.0/8=worker")
        self.assertTrue(creation.is_closed())
        self.assert_lives(websocket)  # workers may have one
        self.reload("auth: {trusted-networks: {10.9.9.9: worker}}")
        self.server.process.send_signal(signal.SIGHUP)
        self.assertTrue(websocket.is_closed())

    def test_authentication_that_is_turned_on_ends_those_without(self):
        self.reload("log-level: info")
        self.start(config=os.path.join(self.folder, "shaman.yaml"))
        websocket = self.websocket()
        self.reload(f"auth: {{token-file: {self.tokens.file}}}")
        self.server.process.send_signal(signal.SIGHUP)
        self.assertTrue(websocket.is_closed())


class OfJwts(EndedRights):
    def test_a_websocket_of_one_that_has_expired_is_closed(self):
        key, public = (os.path.join(self.folder, name) for name in ("key.pem", "public.pem"))
        for command in (["genpkey", "-algorithm", "RSA", "-out", key], ["pkey", "-in", key, "-pubout", "-out", public]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)
        self.start(auth_jwt_keys=f"one={public}", auth_jwt_issuer="farm", auth_jwt_audience="shaman")
        claims = {"iss": "farm", "aud": "shaman", "sub": "anna", "role": "worker", "exp": int(time.time()) + 5}

        def encode(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        start = encode(b'{"alg":"RS256"}') + b"." + encode(json.dumps(claims).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=start, check=True,
                                   capture_output=True).stdout
        websocket = self.websocket(bearer((start + b"." + encode(signature)).decode()))
        self.assertTrue(websocket.is_closed())


class OfCertificates(EndedRights):
    def setUp(self):
        super().setUp()
        self.authority = certificates.authority()
        self.trusted = os.path.join(self.folder, "clients.pem")
        self.install(self.authority)
        server, key = certificates.server_certificate()
        self.config = os.path.join(self.folder, "shaman.yaml")
        self.write("render-01")
        self.start(secured=False, tls_certificate=server, tls_key=key, config=self.config)

    def install(self, authority):
        with open(authority.file, encoding="ascii") as source, open(self.trusted, "w", encoding="ascii") as file:
            file.write(source.read())

    def write(self, name):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"tls: {{client-ca: {self.trusted}}}\nauth: {{client-certificates: {{{name}: submit}}}}\n")

    def show(self, certificate):
        self.server.tls = self.authority.trust(certificate)

    def test_a_name_that_is_taken_out(self):
        self.show(self.authority.sign("render-01"))
        websocket = self.websocket()
        self.write("render-02")
        self.server.process.send_signal(signal.SIGHUP)
        self.assertTrue(websocket.is_closed())

    def test_one_whose_signer_is_no_longer_trusted(self):
        self.show(self.authority.sign("render-01"))
        websocket, kept = self.websocket(), self.raw()
        self.assertEqual(kept.exchange("GET", INFO).status, 200)
        self.install(certificates.Authority())
        self.server.process.send_signal(signal.SIGHUP)
        self.assertTrue(websocket.is_closed())
        self.assertEqual(kept.exchange("GET", INFO).status, 401)

    def test_one_that_expires(self):
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=6)
        self.show(self.authority.sign_until("render-01", end))
        self.assertTrue(self.websocket().is_closed())


if __name__ == "__main__":
    unittest.main()
