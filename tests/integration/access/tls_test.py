# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: certificates of both sides, versions, renewal, and what each is told when it does not fit.

What is said over it is tested by whole other programs, which run once more secured (BY_TLS).
"""

import http.server
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import certificates
from api import Api, files_url, new_content
from behind import Behind
from connect_proxy import ConnectProxy
from raw_http import RawConnection
from shaman_client import Client
from shaman_server import PROGRAM, Server, wait_until
from tokens import Tokens

INFO = "/api/v3/shaman/info"


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.authority = certificates.authority()
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.client = Client(os.path.join(self.folder, "cache"))

    def start(self, **options):
        server = Server(**{"secured": True, **options}).start()
        self.addCleanup(server.close)
        return server

    def connect(self, server, context):
        with socket.create_connection((server.host, server.port)) as plain:
            with context.wrap_socket(plain, server_hostname=server.host) as secured:
                return secured.version(), secured.getpeercert(binary_form=True)

    def status(self, server, certificate=None):
        server.tls = self.authority.trust(certificate)
        with Api(server) as api:
            return api.get(INFO).status


class Versions(TlsTest):
    def of(self, version):
        context = self.authority.trust()
        context.minimum_version = context.maximum_version = version
        return context

    def test_two_are_spoken(self):
        server = self.start()
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            self.assertEqual(self.connect(server, self.of(version))[0], name)

    def test_the_older_can_be_switched_off(self):
        server = self.start(tls_min_version="1.3")
        self.assertEqual(self.connect(server, self.of(ssl.TLSVersion.TLSv1_3))[0], "TLSv1.3")
        with self.assertRaises(ssl.SSLError):
            self.connect(server, self.of(ssl.TLSVersion.TLSv1_2))
        self.assertIn("no TLS with 127.0.0.1:", server.wait_for_log("unsupported protocol"))


class NoTls(TlsTest):
    def test_plain_http_is_told_what_to_do(self):
        server = self.start()
        server.tls = None
        with Api(server) as api:
            answer = api.get(INFO)
        self.assertEqual(answer.status, 400)
        self.assertIn("https://", answer.json()["message"])
        warnings = [line for line in server.log().splitlines() if " warning " in line]
        self.assertEqual([line for line in warnings if "was not a storage" not in line], [])

    def test_noise_and_silence_end_with_their_connection(self):
        server = self.start(header_timeout="300ms")
        for noise in (b"\x16\x03\x01" + os.urandom(400), os.urandom(5000), b"", b"\x80" * 100):
            with socket.create_connection((server.host, server.port)) as connection:
                connection.sendall(noise)
                connection.settimeout(60)
                try:
                    while connection.recv(4096):
                        pass
                except ConnectionResetError:
                    pass
        self.assertEqual(self.status(server), 200)

    def test_the_client_says_so(self):
        with Server(secured=False) as server:
            done = self.client.run("status", "--server", f"https://127.0.0.1:{server.port}")
            self.assertEqual(done.returncode, 1)
            self.assertIn("does not use TLS; try http://", done.stderr)
        server = self.start()
        done = self.client.run("status", "--server", f"http://127.0.0.1:{server.port}")
        self.assertIn("https://", done.stdout)


class Trust(TlsTest):
    def run_status(self, server, *arguments, **environment):
        return self.client.run("status", "--server", server.url, *arguments, **environment)

    def test_a_farms_own_authority_is_named(self):
        server = self.start()
        refused = self.run_status(server)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--ca FILE or SHAMAN_CA", refused.stderr)
        self.assertEqual(self.run_status(server, "--ca", self.authority.file).returncode, 0)
        self.assertEqual(self.run_status(server, SHAMAN_CA=self.authority.file).returncode, 0)

    def test_a_file_without_certificates_is_named(self):
        server = self.start()
        for path in (os.path.join(os.path.dirname(self.authority.file), "none.pem"), __file__):
            refused = self.run_status(server, "--ca", path)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(path, refused.stderr)

    def test_another_name_and_an_old_one_are_refused(self):
        for names, days, words in (("DNS:other.farm", 30, "mismatch"), (certificates.NAMES, -1, "expired")):
            certificate, key = self.authority.sign("odd", names, days)
            with self.subTest(words):
                server = self.start(tls_certificate=certificate, tls_key=key, secured=False)
                server.tls = self.authority.trust()
                refused = self.run_status(server, "--ca", self.authority.file)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(words, refused.stderr)


class Certificates(TlsTest):
    def test_what_cannot_be_used_is_said_at_once(self):
        certificate, key = certificates.server_certificate()
        _, other = self.authority.sign("other")
        none = self.folder + "/none.pem"
        for options, words in ((("--tls-certificate", none), f'tls.certificate: cannot open "{none}"'),
                               (("--tls-certificate", certificate),
                                f'tls.certificate: "{certificate}" has no private key in PEM; set tls.key to the file '
                                "with the key of the certificate\n"),
                               (("--tls-certificate", certificate, "--tls-key", other),
                                f'tls.key: "{other}" is not the private key of the certificate'),
                               (("--tls-key", key), "have no effect without tls.certificate"),
                               (("--tls-certificate", certificate, "--tls-key", key,
                                 "--tls-client-ca", __file__), "tls.client-ca: "),
                               (("--auth-client-certificates", "*=admin"), "requires tls.client-ca")):
            done = subprocess.run([PROGRAM, "--storage", self.folder + "/s", *options],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, options)
            self.assertIn(words, done.stderr)
        self.assertFalse(os.path.exists(self.folder + "/s"))

    def test_a_key_that_everybody_can_read_is_said(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))
        for source, place in zip(self.authority.sign("localhost"), (certificate, key)):
            shutil.copy(source, place)
        os.chmod(key, 0o640)
        server = self.start(secured=False, tls_certificate=certificate, tls_key=key)
        words = f'"{key}" holds the private key of this server, and every user'
        self.assertNotIn(words, server.log())
        os.chmod(key, 0o644)
        server.wait_for_log(words)
        server.terminate()
        with Server(secured=False, tls_certificate=certificate, tls_key=key) as again:
            again.wait_for_log(words)
            os.chmod(key, 0o600)
            with open(certificate, "a", encoding="ascii") as file, open(key, encoding="ascii") as source:
                file.write(source.read())
        with Server(secured=False, tls_certificate=certificate) as together:
            together.wait_for_log(f'"{certificate}" holds the private key')

    def test_a_renewed_one_is_taken_without_a_restart(self):
        certificate, key = (os.path.join(self.folder, name) for name in ("cert.pem", "key.pem"))

        def install(pair):
            for source, place in zip(pair, (certificate, key)):
                shutil.copy(source, place)

        install(self.authority.sign("first", days=5))
        server = self.start(secured=False, tls_certificate=certificate, tls_key=key)
        server.tls = self.authority.trust()
        server.wait_for_log("expires in 4 days")
        first = self.connect(server, server.tls)[1]
        with Api(server) as running:
            self.assertEqual(running.get(INFO).status, 200)
            install(self.authority.sign("second"))
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: self.connect(server, server.tls)[1] != first, "the renewed certificate")
            self.assertEqual(running.get(INFO).status, 200)
        self.assertIn("it is valid until 20", server.wait_for_log(f'the certificate "{certificate}" was loaded again'))
        second = self.connect(server, server.tls)[1]
        with open(certificate, "w", encoding="ascii") as file:
            file.write("broken")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_log("the configuration is unchanged")
        self.assertEqual(self.connect(server, server.tls)[1], second)

    def test_clients_certificates_give_roles(self):
        server = self.start(tls_client_ca=self.authority.file,
                            auth_client_certificates="render-01=worker")
        worker = self.authority.sign("render-01")
        self.assertEqual(self.status(server), 401)
        self.assertEqual(self.status(server, worker), 200)
        self.assertEqual(self.status(server, self.authority.sign("render-02")), 401)
        server.tls = self.authority.trust(worker)
        with Api(server) as api:
            refused = api.create("x", [])
        self.assertEqual(refused.status, 403)
        self.assertIn("certificate render-01 has the role worker", refused.json()["message"])

    def test_a_strangers_certificate_is_refused(self):
        server = self.start(tls_client_ca=self.authority.file, auth_client_certificates="*=worker")
        stranger = certificates.Authority().sign("render-01")
        with self.assertRaises((ssl.SSLError, ConnectionResetError, BrokenPipeError)):
            self.status(server, stranger)
        self.assertEqual(self.status(server, self.authority.sign("anybody")), 200)


class Front(TlsTest):
    def test_the_manager_hears_of_it(self):
        behind = Behind()
        self.addCleanup(behind.close)
        server = self.start(manager=behind.url)
        with Api(server) as api:
            seen = dict(api.get("/api/v3/jobs").json()["headers"])
        self.assertEqual(seen["X-Forwarded-Proto"], "https")


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Sends everybody to another server."""

    def do_GET(self):  # pylint: disable=invalid-name
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        self.send_response(307)
        self.send_header("Location", self.server.target + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class ClientsToken(TlsTest):
    def setUp(self):
        super().setUp()
        tokens = Tokens()
        self.addCleanup(tokens.close)
        self.token = tokens.make("submit")
        self.server = self.start(auth_token_file=tokens.file)
        self.environment = {"SHAMAN_CA": self.authority.file}

    def run_status(self, *arguments, **more):
        return self.client.run("status", *arguments, **{**self.environment, "SHAMAN_SERVER": self.server.url,
                                                        **more})

    def write(self, text):
        path = os.path.join(self.folder, "token")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_it_comes_from_a_file_or_the_environment(self):
        refused = self.run_status()
        self.assertEqual(refused.returncode, 1)
        self.assertIn("it requires a token, and none was given", refused.stderr)
        self.assertIn("SHAMAN_TOKEN_FILE", refused.stderr)
        path = self.write(self.token + "\n")
        self.assertEqual(self.run_status(SHAMAN_TOKEN=self.token).returncode, 0)
        self.assertEqual(self.run_status(SHAMAN_TOKEN_FILE=path).returncode, 0)
        self.assertEqual(self.run_status("--token-file", path, SHAMAN_TOKEN="wrong").returncode, 0)
        address = f"https://127.0.0.1:{self.server.port}/~{self.token}"
        self.assertEqual(self.run_status(SHAMAN_SERVER=address).returncode, 0)
        self.assertNotIn(self.token, self.server.log())

    def test_never_from_the_command_line(self):
        refused = self.run_status("--server", f"{self.server.url}/~{self.token}")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--token-file", refused.stderr)
        self.assertNotIn(self.token, refused.stderr)

    def test_what_is_no_token_is_said(self):
        for text in ("", "two words", "ä"):
            refused = self.run_status("--token-file", self.write(text))
            self.assertEqual(refused.returncode, 2, text)
            self.assertIn("does not contain a token", refused.stderr)
        missing = self.write("") + ".none"
        self.assertIn(missing, self.run_status("--token-file", missing).stderr)

    def test_it_follows_nobody_elsewhere(self):
        other = Behind()
        self.addCleanup(other.close)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as redirector:
            redirector.seen, redirector.target = [], other.url
            threading.Thread(target=redirector.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{redirector.server_address[1]}"
            done = self.run_status("--server", address, SHAMAN_TOKEN=self.token)
            redirector.shutdown()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(redirector.seen[0][1], f"Bearer {self.token}")
        self.assertEqual(other.seen, [])


class ByProxy(TlsTest):
    def setUp(self):
        super().setUp()
        self.server = self.start()
        self.proxy = ConnectProxy("anna:p@ss")
        self.addCleanup(self.proxy.close)

    def run_status(self, url, **more):
        return self.client.run("status", "--server", url, SHAMAN_CA=self.authority.file, **more)

    def test_https_goes_through_it(self):
        done = self.run_status(self.server.url, HTTPS_PROXY=self.proxy.url("anna:p%40ss"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.proxy.asked), {f"CONNECT 127.0.0.1:{self.server.port}"})

    def test_what_it_refuses_is_said(self):
        done = self.run_status(self.server.url, https_proxy=self.proxy.url("anna:other"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("407", done.stderr)
        self.assertNotIn("other", done.stderr)
        done = self.run_status(self.server.url, https_proxy="http://127.0.0.1:1")
        self.assertIn("no server answers at the proxy 127.0.0.1:1", done.stderr)

    def test_exceptions_and_plain_http_do_not(self):
        done = self.run_status(self.server.url, HTTPS_PROXY=self.proxy.url(), NO_PROXY="farm,127.0.0.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        with Server(secured=False) as plain:
            self.assertEqual(self.run_status(plain.url, HTTPS_PROXY=self.proxy.url()).returncode, 0)
        self.assertEqual(self.proxy.asked, [])


class Connections(TlsTest):
    def test_one_too_many_costs_no_handshake(self):
        server = self.start(max_connections=1)
        data = new_content()
        with RawConnection(server) as first:
            # Busy: an idle one would have to give way.
            first.request("POST", files_url(data), body=data[:1], length=False,
                          headers=[("Content-Length", str(len(data)))])
            wait_until(server.temporary_files, "the upload to begin")
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                self.connect(server, server.tls)
            first.send(data[1:])
            self.assertEqual(first.response().status, 204)


if __name__ == "__main__":
    unittest.main()
