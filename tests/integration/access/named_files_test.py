# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a person names must be regular files: nothing else hangs a program, or ends it without a sentence."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import certificates
from shaman_client import Client
from shaman_server import PATIENCE, PROGRAM, Server
from tokens import Tokens

KINDS = {"folder": "is a folder", "fifo": "is a FIFO", "socket": "is a socket", "device": "is a device",
         "none": "No such file", "large": "is larger than"}


class NamedFilesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("folder"))
        os.mkfifo(self.path("fifo"))
        with open(self.path("large"), "wb") as file:
            file.truncate(1 << 40)
        os.symlink("/dev/zero", self.path("device"))
        bound = socket.socket(socket.AF_UNIX)
        self.addCleanup(bound.close)
        bound.bind(self.path("socket"))
        self.certificate, self.key = certificates.server_certificate()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), 0o600)
        return self.path(name)

    def assert_said(self, text, option, kind):
        """One line names the option, the file and what is wrong with it."""
        lines = [line for line in text.splitlines() if self.path(kind) in line and option in line]
        self.assertTrue(any(KINDS[kind] in line for line in lines), text)
        self.assertNotIn("terminate", text)


class OfTheServer(NamedFilesTest):
    def options(self, option, path):
        """What a server needs to read this option's file."""
        certificate = ["--tls-certificate", self.certificate, "--tls-key", self.key]
        return {
            "auth.token-file": ["--auth-token-file", path],
            "auth.jwt-keys": ["--auth-jwt-keys", f"a={path}", "--auth-jwt-issuer", "i",
                              "--auth-jwt-audience", "a"],
            "tls.certificate": ["--tls-certificate", path],
            "tls.key": ["--tls-certificate", self.certificate, "--tls-key", path],
            "tls.client-ca": [*certificate, "--tls-client-ca", path],
            "the configuration file": ["--config", path],
        }[option]

    EVERY = ("auth.token-file", "auth.jwt-keys", "tls.certificate", "tls.key", "tls.client-ca",
             "the configuration file")

    def run_server(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                              timeout=PATIENCE)

    def test_the_start_and_its_check_say_what_is_wrong(self):
        for option in self.EVERY:
            for kind in KINDS:
                for check in ((), ("--check-config",)):
                    with self.subTest(option=option, kind=kind, check=check):
                        done = self.run_server("--storage", self.path("storage"), *check,
                                               *self.options(option, self.path(kind)))
                        self.assertEqual(done.returncode, 2)
                        self.assert_said(done.stderr, option, kind)
        self.assertFalse(os.path.exists(self.path("storage")))

    def test_the_configuration_file_may_be_named_by_a_variable(self):
        done = subprocess.run([PROGRAM, "--check-config"], capture_output=True, text=True, check=False,
                              env={**os.environ, "SHAMAN_CONFIG": self.path("fifo")}, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assert_said(done.stderr, "the configuration file", "fifo")

    def test_commands_say_it_too(self):
        for command in (("gc",), ("erase", "a"), ("verify",), ("checkouts", "pending"), ("token", "list")):
            done = self.run_server(*command, "--config", self.path("fifo"))
            self.assertEqual(done.returncode, 2, command)
            self.assert_said(done.stderr, "the configuration file", "fifo")
        for kind in ("folder", "fifo", "socket", "device", "large"):
            for command in (("list",), ("create", "--role", "admin", "--name", "a"), ("revoke", "a")):
                done = self.run_server("token", *command, "--token-file", self.path(kind))
                self.assertNotEqual(done.returncode, 0)
                self.assert_said(done.stderr, "auth.token-file", kind)

    def test_a_running_server_keeps_its_configuration(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        tokens.make("admin")
        config = self.write("shaman.yaml", "")
        with Server(storage=self.path("storage"), config=config) as server:
            for option in self.EVERY[:-1]:
                for kind in KINDS:
                    with self.subTest(option=option, kind=kind):
                        pairs = re.findall("--([a-z]+)-([a-z-]+) (.*?)(?= --|$)",
                                           " ".join(self.options(option, self.path(kind))))
                        sections = {}
                        for section, name, value in pairs:
                            sections.setdefault(section, []).append(f"  {name}: {value}\n")
                        self.write("shaman.yaml", "".join(
                            section + ":\n" + "".join(lines) for section, lines in sections.items()))
                        before = len(server.log_lines())
                        server.process.send_signal(signal.SIGHUP)
                        server.wait_for_log("fix the errors above and send SIGHUP again", since=before)
                        self.assert_said("\n".join(server.log_lines()[before:]), option, kind)
            for kind in KINDS:
                with self.subTest(kind=kind), contextlib.suppress(FileNotFoundError):
                    os.remove(config)
                if kind != "none":
                    os.symlink(self.path(kind), config)
                before = len(server.log_lines())
                server.process.send_signal(signal.SIGHUP)
                line = server.wait_for_log("the configuration file", since=before)
                self.assertIn(KINDS[kind], line)
            os.remove(config) if os.path.lexists(config) else None
            self.write("shaman.yaml", "name: Farm\n")
            server.process.send_signal(signal.SIGHUP)
            server.wait_for_log("name is now Farm")

    @unittest.skipIf(shutil.which("script") is None, "there is no script(1)")
    def test_an_encrypted_key_is_said_instead_of_asking_for_its_password(self):
        secret = self.path("secret.pem")
        certificates.authority().openssl("pkey", "-in", self.key, "-aes128", "-passout", "pass:x",
                                         "-out", secret)
        with open(self.certificate, encoding="ascii") as certificate, \
                open(secret, "a", encoding="ascii") as both:
            both.write(certificate.read())
        for options in (["--tls-certificate", self.certificate, "--tls-key", secret],
                        ["--tls-certificate", secret]):
            # A terminal of its own, on which OpenSSL would ask.
            done = subprocess.run(["script", "-qec", " ".join(
                [PROGRAM, "--storage", self.path("storage"), "--check-config", *options]), "/dev/null"],
                                  capture_output=True, text=True, check=False, timeout=PATIENCE,
                                  stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("is encrypted", done.stdout)
            self.assertIn("let only the server read it\n", done.stdout.replace("\r", ""))

    def test_a_port_file_takes_the_place_of_files_only(self):
        for kind in ("folder", "fifo", "socket", "device"):
            for check in ((), ("--check-config",)):
                with self.subTest(kind=kind, check=check):
                    done = self.run_server("--storage", self.path("storage"), "--listen", "127.0.0.1:0",
                                           "--port-file", self.path(kind), *check)
                    self.assertNotEqual(done.returncode, 0)
                    self.assert_said(done.stderr, "port-file", kind)
        self.assertTrue(os.path.islink(self.path("device")))


class OfTheClient(NamedFilesTest):
    def setUp(self):
        super().setUp()
        self.client = Client(self.path("cache"))

    def test_no_kind_of_file_hangs_it(self):
        for kind in KINDS:
            path = self.path(kind)
            for option, arguments, variables in (
                    ("--token-file", ("--token-file", path), {}),
                    ("SHAMAN_TOKEN_FILE", (), {"SHAMAN_TOKEN_FILE": path}),
                    ("--ca", ("--ca", path), {}),
                    ("SHAMAN_CA", (), {"SHAMAN_CA": path})):
                with self.subTest(kind=kind, option=option):
                    done = self.client.run("status", "--server", "https://127.0.0.1:1", *arguments,
                                           **{"SHAMAN_CA": "", **variables})
                    self.assertEqual(done.returncode, 1 if kind == "large" else 2, done.stderr)
                    self.assert_said(done.stderr, option, kind)

    def test_what_openssl_would_read_by_itself_does_not_hang_it(self):
        done = self.client.run("status", "--server", "https://127.0.0.1:1", SSL_CERT_FILE=self.path("fifo"))
        self.assertEqual(done.returncode, 2)
        self.assert_said(done.stderr, "SSL_CERT_FILE", "fifo")

    def test_the_scene_is_a_file_too(self):
        for kind in ("folder", "fifo", "socket", "device"):
            for command in (("list", self.path(kind)), ("pack", self.path(kind), self.path("packed")),
                            ("submit", self.path(kind), "--server", "http://127.0.0.1:1")):
                with self.subTest(kind=kind, command=command[0]):
                    done = self.client.run(*command)
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertIn(KINDS[kind], done.stderr)


if __name__ == "__main__":
    unittest.main()
