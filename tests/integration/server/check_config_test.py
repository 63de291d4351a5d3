# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman-server --check-config`: what is wrong with options together, and with this machine for them."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import certificates
from shaman_server import PATIENCE, PROGRAM, Server
from tokens import Tokens

# Options, and words of the one finding that they give. {folder} is an empty folder.
WRONG = (
    # The storage.
    ("--storage {folder}/file", '"{folder}/file" is not a folder'),
    ("--storage {folder}/none/storage", "neither .* nor its parent folder exists"),
    ("--storage {folder}/file/storage", "neither .* nor its parent folder exists"),
    ("--storage /proc", "/proc\" is on proc, which cannot store files"),
    ("--storage /sys/kernel/shaman", "is on sysfs"),
    ("--storage {folder}/odd", '"{folder}/odd/jobs" is not a folder'),
    # The network.
    ("--listen none.invalid:80", '"none.invalid" cannot be resolved'),
    ("--listen 192.0.2.1:8080", "is not available: .*; use an address of this machine"),
    ("--listen 127.0.0.1:8080 --manager http://127.0.0.1:8080", "manager: .* leads to this server itself"),
    ("--listen 0.0.0.0:8080 --manager http://localhost:8080", "manager: .* leads to this server itself"),
    ("--port-file {folder}/file/port", "port-file: .*file\" is not a folder"),
    ("--port-file {folder}", "port-file: \"{folder}\" is a folder"),
    # Names that no request has.
    ("--allowed-hosts http://shaman.farm", "allowed-hosts: .* never matches a request; write it without a scheme"),
    ("--allowed-hosts shaman.farm:8080", "allowed-hosts: .* without a port"),
    ("--allowed-hosts shaman.farm/", "allowed-hosts: .* without a path"),
    ("--allowed-hosts [::1]", "allowed-hosts: .* without brackets"),
    ("--allowed-hosts *.farm", "allowed-hosts: .* as separate names"),
    ("--allowed-hosts two,names", "allowed-hosts: .* as a name or address alone"),
    ("--cors-origins farm.example", "cors-origins: .* with its scheme"),
    ("--cors-origins https://farm.example/", "cors-origins: .* without a path"),
    ("--cors-origins *", "cors-origins: .* as separate origins"),
    ("--cors-origins https://Farm.example", "cors-origins: .* in lower case"),
    ("--cors-origins https://farm.example:443", "cors-origins: .* without the default port"),
    # One name, two values.
    ("--auth-trusted-networks 10.0.0.0/8=submit --auth-trusted-networks 10.0.0.0/8=admin",
     "auth.trusted-networks: .* have the same name"),
    ("--auth-client-certificates a=admin --auth-client-certificates a=worker {tls} --tls-client-ca {ca}",
     "auth.client-certificates: .* have the same name"),
    ("--auth-jwt-keys a={public} --auth-jwt-keys a={public_too} --auth-jwt-issuer i --auth-jwt-audience a",
     "auth.jwt-keys: .* have the same name"),
    ("--jobs-location linux=/a/jobs --jobs-location linux=/b/jobs", "jobs-location: .* have the same name"),
    ("--jobs-location linux=jobs", "jobs-location: \"linux=jobs\" must be an absolute path"),
    # Limits and times.
    ("--gc-min-age 3h --gc-max-age 2h", "gc.max-age: is 2h, which is below gc.min-age \\(3h\\)"),
    ("--max-store-size 1G --gc-max-store-size 2G", "max-store-size: .* gc.max-store-size 2GiB is not below it"),
    ("--max-store-size 1G --gc-max-store-size 1G", "max-store-size: .* is not below it"),
    ("--min-free-space 2G --gc-min-free 1G", "min-free-space: .* gc.min-free 1GiB is below it"),
    ("--min-free-inodes 20 --gc-min-free-inodes 10", "min-free-inodes: .* gc.min-free-inodes 10 is below it"),
    ("--max-json-size 8M --json-memory 4M", "max-json-size: .* above json-memory"),
    ("--max-connections 1000000", "max-connections: this process may open"),
    # TLS and tokens.
    ("--tls-certificate {old} --tls-key {old_key}", "tls.certificate: .* has expired"),
    ("--tls-certificate {certificate} --tls-key {old_key}", "tls.key: .* is not the private key of the certificate"),
    ("--auth-token-file {folder}/none", "auth.token-file: cannot open"),
)

DOUBTFUL = (
    ("--storage /dev/shm/shaman-check", "is in memory"),
    ("--listen {in_use}", "listen: .* is in use"),
    ("--gc-max-age 1h", "gc.max-age: is 1h, which is below gc.min-age \\(2h\\)"),
    ("--gc-max-age 0 --gc-min-age 1h", "gc.max-age: is 0s, which is below"),
    ("--checkout-max-age 31", "checkout.max-age: is 31s; checkouts are erased as soon as they are older. .* write 31d"),
    ("--gc-min-age 1m", "gc.min-age: is 1m; files may be collected"),
    ("--max-connections 100 --max-connections-per-address 200", "max-connections-per-address: is above"),
    ("--max-file-size 2G --max-store-size 1G", "max-file-size: is above max-store-size"),
    ("--max-partial-uploads 0", "max-partial-uploads: is 0; uploads cannot be resumed"),
    ("--max-partial-size 0", "max-partial-size: is 0; uploads cannot be resumed"),
    ("--stall-after 60s", "stall-after: is 1m, which is above stall-timeout"),
    ("--upload-expiry 10s", "upload-expiry: is 10s, which is below stall-timeout"),
    ("--min-rate 10G", "min-rate: is 10GiB/s, faster than"),
    ("--min-rate 0 --rate-window 5s", "rate-window: has no effect"),
    ("--verify-rate 5M", "verify.rate: has no effect"),
    ("--checkout-grace 5m", "checkout.grace: has no effect without manager or manager-api"),
    ("--trusted-proxies 10.0.0.0/8 --trusted-proxies 10.1.0.1", "\"10.1.0.1\" has no effect because \"10.0.0.0/8\" contains it"),
    ("--trusted-proxies 10.0.0.1 --trusted-proxies 10.0.0.1", "trusted-proxies: \"10.0.0.1\" is listed twice"),
    ("--trusted-proxies 0.0.0.0/0", "trusted-proxies: .* includes all clients"),
    ("--auth-trusted-networks 10.0.0.0/8=admin --auth-trusted-networks 10.1.0.0/16=submit",
     "\"10.1.0.0/16\" has no effect because \"10.0.0.0/8\" contains it"),
    ("--auth-trusted-networks ::/0=worker", "auth.trusted-networks: .* includes all clients"),
    ("--allowed-hosts a.farm --allowed-hosts a.farm", "allowed-hosts: \"a.farm\" is listed twice"),
    ("--jobs-location mac=/a/jobs", "jobs-location: \"mac\" is not a platform of Flamenco"),
    ("--tls-certificate {soon} --tls-key {soon_key}", "tls.certificate: .* expires in 4 days"),
    ("--tls-certificate {nameless} --tls-key {nameless_key}", "tls.certificate: .* no subjectAltName"),
    ("{tls} --allowed-hosts shaman.farm", "tls.certificate: .* is not for \"shaman.farm\""),
    ("--auth-token-file {expired}", "auth.token-file: .* has no valid token"),
    ("--auth-trusted-networks 10.0.0.0/8=admin --listen 0.0.0.0:0", "tls.certificate: is not set"),
    # What the start says, too.
    ("--listen 0.0.0.0:0", "listen: \"0.0.0.0:0\" can be reached from other machines, and authentication is off"),
    ("--durability none", "durability: is none; acknowledged uploads can be lost in a power cut"),
    ("--auth-trusted-networks 10.1.0.0/16=submit --trusted-proxies 10.0.0.0/8",
     "trusted-proxies: contains the network \"10.1.0.0/16\" of auth.trusted-networks"),
    ("--min-free-space 1E", "min-free-space: is 1 EiB, and .* has only .* free; uploads are rejected"),
    ("--min-free-inodes 1000000000", "min-free-inodes: is 1000000000, and .* has only .* inodes free"),
)

GOOD = (
    "",
    "--allowed-hosts shaman.farm --allowed-hosts 10.0.0.5 --allowed-hosts ::1",
    "--cors-origins https://farm.example --cors-origins http://localhost:3000",
    "--auth-trusted-networks 10.0.0.0/8=worker --auth-trusted-networks 10.1.0.0/16=submit",
    "--trusted-proxies 127.0.0.1 --trusted-proxies 10.1.0.0/16",
    "--listen 127.0.0.1:0 --manager http://127.0.0.1:8081",
    "--max-store-size 2G --gc-max-store-size 1G --min-free-space 1G --gc-min-free 2G",
    "--port-file {folder}/run/port",
    "{tls}",
)


class CheckConfig(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        folder = cls.temporary.name
        with open(os.path.join(folder, "file"), "w", encoding="utf-8"):
            pass
        os.mkdir(os.path.join(folder, "odd"))
        with open(os.path.join(folder, "odd", "jobs"), "w", encoding="utf-8"):
            pass
        authority = certificates.authority()
        certificate, key = certificates.server_certificate()
        (old, old_key), (soon, soon_key) = (authority.sign("odd", days=days) for days in (-1, 5))
        nameless, nameless_key = authority.path("nameless.pem"), authority.path("nameless.key")
        authority.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-keyout", nameless_key, "-out", nameless, "-days", "30", "-subj", "/CN=localhost")
        authority.openssl("pkey", "-in", key, "-pubout", "-out", authority.path("public.pem"))
        shutil.copy(authority.path("public.pem"), folder)
        expired = Tokens()
        cls.addClassCleanup(expired.close)
        expired.make("admin")
        expired.expire("admin")
        taken = socket.create_server(("127.0.0.1", 0))
        cls.addClassCleanup(taken.close)
        cls.names = {"folder": folder, "ca": authority.file, "public": authority.path("public.pem"),
                     "public_too": os.path.join(folder, "public.pem"),
                     "certificate": certificate, "old": old, "old_key": old_key, "soon": soon, "soon_key": soon_key,
                     "nameless": nameless, "nameless_key": nameless_key, "expired": expired.file,
                     "in_use": f"127.0.0.1:{taken.getsockname()[1]}",
                     "tls": f"--tls-certificate {certificate} --tls-key {key}"}

    def run_check(self, options, **more):
        arguments = options.format(**self.names).split()
        for option, value in (("--storage", self.names["folder"] + "/storage"), ("--listen", "127.0.0.1:0")):
            if option not in arguments:
                arguments += [option, value]
        before = sorted(os.listdir(self.names["folder"]))
        # As few files as connections would not fit into, wherever the test runs.
        done = subprocess.run(["prlimit", "--nofile=4096:4096", PROGRAM, "--check-config", *arguments], capture_output=True, text=True,
                              check=False, timeout=PATIENCE, umask=0o022, **more)
        self.assertEqual(sorted(os.listdir(self.names["folder"])), before, "it leaves a trace")
        return done

    def found(self, done, is_memory=False):
        """Lines on standard error, but for what this machine's own temporary folder may be."""
        lines = [line for line in done.stderr.splitlines() if not line.startswith("Run `shaman-server --help`")]
        return [line for line in lines if is_memory or "is in memory" not in line]

    def words(self, words):
        names = {name: re.escape(value) for name, value in self.names.items()}
        return re.sub(r"\{(\w+)\}", lambda match: names[match.group(1)], words)

    def test_what_is_wrong_is_said_with_status_2(self):
        for options, words in WRONG:
            with self.subTest(options):
                done = self.run_check(options)
                found = [line for line in self.found(done) if "warning: " not in line]
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertTrue(any(re.search(self.words(words), line) for line in found), found)
                self.assertNotIn("Configuration OK", done.stdout)

    def test_what_is_doubtful_is_a_warning(self):
        for options, words in DOUBTFUL:
            with self.subTest(options):
                done = self.run_check(options)
                found = self.found(done, is_memory="memory" in words)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(any(re.search("warning: .*" + self.words(words), line) for line in found), found)
                self.assertRegex(done.stdout, r"^Configuration usable, with \d+ warnings?\. Changed from the defaults:")

    def test_what_is_good_is_not_complained_of(self):
        for options in GOOD:
            with self.subTest(options):
                done = self.run_check(options)
                self.assertEqual((done.returncode, self.found(done)), (0, []))

    def test_all_that_is_wrong_is_said_at_once(self):
        """Options of the wrong form, such that contradict each other, and what this machine lacks."""
        done = self.run_check("--gc-max-age soon --checkout-grace 5m --manager ftp://x --max-store-size 1G"
                              " --gc-max-store-size 2G --allowed-hosts shaman.farm:8080 --storage {folder}/file"
                              " --port-file {folder} --tls-key {old_key}")
        self.assertEqual(done.returncode, 2)
        for words in ("--gc-max-age: ", "manager: ", "max-store-size: is 1GiB", "without a port", "is not a folder",
                      "port-file: ", "tls.key and tls.client-ca have no effect without tls.certificate"):
            self.assertIn(words, done.stderr)
        self.assertEqual(len(re.findall("gc.max-age", done.stderr)), 1, "what was not taken has no further faults")
        self.assertNotIn("has no effect without manager", done.stderr)

    def test_what_is_wrong_is_said_without_a_storage_too(self):
        done = subprocess.run([PROGRAM, "--check-config", "--listen", "none.invalid:80", "--gc-max-age", "soon",
                               "--max-json-size", "8M", "--json-memory", "4M"],
                              capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        for words in ("no storage folder given; use --storage DIR", "none.invalid", "--gc-max-age: ", "max-json-size: "):
            self.assertIn(words, done.stderr)

    def test_a_umask_that_locks_workers_out_is_said(self):
        done = subprocess.run([PROGRAM, "--check-config", "--storage", self.names["folder"] + "/storage", "--listen",
                               "127.0.0.1:0"], capture_output=True, text=True, check=False, umask=0o077)
        self.assertIn("the umask of this shell is 0077", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_storage_that_this_user_cannot_write_is_said(self):
        os.chmod(self.names["folder"], 0o755)
        storage = os.path.join(self.names["folder"], "theirs")
        os.mkdir(storage, 0o755)
        self.addCleanup(os.rmdir, storage)
        done = self.run_check(f"--storage {storage}", user=65534)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"is not writable for this user \(uid 65534\): Permission denied")

    def test_what_a_start_finds_in_the_storage_is_said(self):
        storage = os.path.join(self.names["folder"], "started")
        self.addCleanup(shutil.rmtree, storage)
        with Server(storage):
            pass
        self.assertEqual(self.found(self.run_check(f"--storage {storage}")), [])
        os.chmod(os.path.join(storage, "jobs"), 0o700)
        with Server(storage) as server:
            said = server.wait_for_log("jobs has the mode 0700").partition("the storage: ")[2]
        done = self.run_check(f"--storage {storage}")
        self.assertIn(f"shaman-server: warning: storage: {said}", done.stderr)

    def start(self, storage):
        return subprocess.run([PROGRAM, "--storage", storage, "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                              check=False, timeout=PATIENCE)

    def assert_start_and_check_refuse(self, storage, words):
        for done in (self.start(storage), self.run_check(f"--storage {storage}")):
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    def test_a_start_that_makes_a_storage_is_said(self):
        storage = os.path.join(self.names["folder"], "unmounted")
        os.mkdir(storage)
        self.addCleanup(shutil.rmtree, storage)
        words = f'"{storage}" is not a storage; a start makes a new one in it'
        self.assertIn(words, self.run_check(f"--storage {storage}").stdout)
        self.assertIn("/none\" is not a storage; ", self.run_check(f"--storage {storage}/none").stdout)
        os.mkdir(f"{storage}/lost+found")
        self.assertIn("is not a storage; ", self.run_check(f"--storage {storage}").stdout)
        with open(f"{storage}/diary.txt", "w", encoding="utf-8"):
            self.assertIn("is not a storage, and has other files in it; ",
                          self.run_check(f"--storage {storage}").stdout)
        with Server(storage) as server:
            server.wait_for_log(f'warning "{storage}" was not a storage; made a new one in it')
        with Server(storage) as server:
            self.assertNotIn("was not a storage", server.log())
        self.assertNotIn("is not a storage", self.run_check(f"--storage {storage}").stdout)

    def test_a_storage_within_another_one_is_refused(self):
        outer = os.path.join(self.names["folder"], "outer")
        self.addCleanup(shutil.rmtree, outer)
        with Server(outer):
            pass
        os.mkdir(os.path.join(outer, "jobs", "film"))
        for inner in ("jobs", "jobs/film", "jobs/new", "file-store", ".shaman", "jobs/../jobs"):
            with self.subTest(inner):
                self.assert_start_and_check_refuse(os.path.join(outer, inner), f'is inside the storage "{outer}"')
        self.assertEqual(os.listdir(os.path.join(outer, "jobs", "film")), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_is_refused_on_the_storage_of_another_user(self):
        storage = os.path.join(self.names["folder"], "of-another")
        self.addCleanup(shutil.rmtree, storage)
        with Server(storage):
            pass
        subprocess.run(["chown", "-R", "65534", storage], check=True)
        before = sorted(os.listdir(os.path.join(storage, ".shaman")))
        name = pwd.getpwuid(65534).pw_name
        self.assert_start_and_check_refuse(
            storage, f"it belongs to the user {name}, who cannot use files that root creates in it; start the "
            f"server with `sudo -u {name}`, or with `User={name}` in its systemd unit")
        os.chown(os.path.join(storage, ".shaman"), 61007, -1)
        self.assert_start_and_check_refuse(storage, "the user 61007, ")
        self.assert_start_and_check_refuse(storage, "`sudo -u '#61007'`, or with `User=61007`")
        self.assertEqual(sorted(os.listdir(os.path.join(storage, ".shaman"))), before)

    def test_the_manager_is_left_to_its_own_check(self):
        self.assertIn("run `shaman-server check-manager`", self.run_check("--manager http://127.0.0.1:1").stdout)
        self.assertNotIn("check-manager", self.run_check("").stdout)

    def test_a_problem_is_named_once(self):
        for options, line in (("--listen here", '--listen: "here" '), ("--gc-max-age x", '--gc-max-age: invalid duration "x"')):
            self.assertIn("shaman-server: " + line, self.run_check(options).stderr)
        done = self.run_check("", env={**os.environ, "SHAMAN_MAX_FILES": "x"})
        self.assertIn('shaman-server: SHAMAN_MAX_FILES: invalid number "x"', done.stderr)

    def test_a_failed_start_is_said_whatever_is_logged(self):
        done = subprocess.run([PROGRAM, "--log-level", "off", "--storage", self.names["folder"] + "/off", "--listen",
                               self.names["in_use"]], capture_output=True, text=True, check=False, timeout=PATIENCE)
        shutil.rmtree(self.names["folder"] + "/off", ignore_errors=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^shaman-server: .*in use")

    def test_a_key_that_every_user_can_read_is_said(self):
        key = os.path.join(self.names["folder"], "open.key")
        shutil.copy(self.names["tls"].split()[-1], key)
        self.addCleanup(os.remove, key)
        os.chmod(key, 0o644)
        options = f"--tls-certificate {{certificate}} --tls-key {key}"
        self.assertIn(f'warning: tls.key: "{key}" holds the private key', self.run_check(options).stderr)
        os.chmod(key, 0o640)
        self.assertEqual(self.found(self.run_check(options)), [])

    def test_a_certificate_in_place_of_a_key_holds_none(self):
        """Everyone may read it, and it is said what is missing."""
        for options in ("--tls-certificate {certificate}", "--tls-certificate {certificate} --tls-key {ca}"):
            with self.subTest(options):
                os.chmod(self.names["certificate"], 0o644)
                done = self.run_check(options + " --listen 0.0.0.0:0 --auth-trusted-networks 10.0.0.0/8=admin")
                self.assertIn("has no private key in PEM", done.stderr)
                self.assertEqual(len(self.found(done)), 1, done.stderr)

    def test_all_files_that_cannot_be_used_are_said_at_once(self):
        folder = self.names["folder"]
        bad = {name: os.path.join(folder, name) for name in ("bad.pem", "bad.key", "bad.ca", "bad.jwt", "worse.jwt", "bad.tokens")}
        for path in bad.values():
            self.addCleanup(os.remove, path)
            with open(path, "w", encoding="utf-8") as file:
                file.write("nothing\n")
            os.chmod(path, 0o600)
        done = self.run_check(" ".join((
            "--tls-certificate", bad["bad.pem"], "--tls-key", bad["bad.key"], "--tls-client-ca", bad["bad.ca"],
            "--auth-token-file", bad["bad.tokens"], "--auth-jwt-keys", "a=" + bad["bad.jwt"],
            "--auth-jwt-keys", "b=" + bad["worse.jwt"])))
        self.assertEqual(done.returncode, 2)
        for words in ('tls.certificate: "{bad.pem}" cannot be read', 'tls.key: "{bad.key}" has no private key',
                      'tls.client-ca: "{bad.ca}" has no certificates', "the token file {bad.tokens}, line 1", "{bad.jwt} is not a public key",
                      "{worse.jwt} is not a public key", "JWTs need all three"):
            for name, path in bad.items():
                words = words.replace("{" + name + "}", path)
            self.assertEqual(done.stderr.count(words), 1, (words, done.stderr))
        self.assertEqual(len(self.found(done)), 7, done.stderr)

    def test_a_key_beside_a_bad_certificate_is_not_blamed(self):
        done = self.run_check("--tls-certificate {folder}/file --tls-key {old_key}")
        self.assertEqual(len(self.found(done)), 1, done.stderr)
        self.assertIn("tls.certificate: ", done.stderr)

    def test_all_errors_of_an_option_are_said_with_their_place(self):
        path = os.path.join(self.names["folder"], "shaman.yaml")
        self.addCleanup(os.remove, path)
        for text, told in (
                ("auth: {trusted-networks: {10.0.0.0/33: submit, foo: admin}}\n",
                 ('auth.trusted-networks: "10.0.0.0/33" is not a network', 'auth.trusted-networks: "foo" is not a network')),
                ("trusted-proxies: [a, 10.0.0.1, b]\n", ('trusted-proxies: "a" is no', 'trusted-proxies: "b" is no')),
                ("auth: {jwt-issuer: i, jwt-audience: a, token-file: /none/t, jwt-keys: {a: /none/a, b: /none/b}}\n",
                 ('auth.token-file: cannot open "/none/t"', 'auth.jwt-keys: cannot open "/none/a"',
                  'auth.jwt-keys: cannot open "/none/b"')),
                (f"tls: {{certificate: {self.names['certificate']}, key: /none/k}}\n", ('tls.key: cannot open "/none/k"',)),
                ("allowed-hosts: [a/b, c:1]\n", ('allowed-hosts: "a/b" never', 'allowed-hosts: "c:1" never'))):
            with self.subTest(text), open(path, "w", encoding="utf-8") as file:
                file.write("name: Farm\n" + text)
                file.flush()
                done = self.run_check(f"--config {path}")
                self.assertEqual(done.returncode, 2)
                for words in told:
                    self.assertIn(f"shaman-server: {path}:2: {words}", done.stderr)

    def test_the_start_says_what_the_check_says(self):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            with Server(os.path.join(memory, "storage"), min_free_space="1000T") as server:
                server.wait_for_log("is in memory; everything is lost when this machine restarts")
                server.wait_for_log("min-free-space: is 1000 TiB, and")

    def test_a_reload_warns_as_a_start_does(self):
        path = os.path.join(self.names["folder"], "reloaded.yaml")
        self.addCleanup(os.remove, path)
        with open(path, "w", encoding="utf-8") as file:
            file.write("auth: {trusted-networks: {127.0.0.1: admin}}\n")
        with Server(listen="0.0.0.0:0", config=path) as server:
            server.wait_for_log("tls.certificate: is not set")
            with open(path, "w", encoding="utf-8") as file:
                file.write("min-free-space: 1000T\n")
            server.process.send_signal(signal.SIGHUP)
            server.wait_for_log("can be reached from other machines, and authentication is off")
            server.wait_for_log("min-free-space: is 1000 TiB, and")

    def test_the_start_refuses_what_options_contradict_too(self):
        for options, words in (("--max-store-size 1G --gc-max-store-size 2G", "max-store-size"),
                               ("--allowed-hosts shaman.farm:8080", "without a port")):
            done = subprocess.run([PROGRAM, "--storage", self.names["folder"] + "/storage", "--listen", "127.0.0.1:0",
                                   *options.split()], capture_output=True, text=True, check=False, timeout=PATIENCE)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        with Server(gc_max_age="1h") as server:
            self.assertIn("gc.max-age: is 1h, which is below gc.min-age", server.wait_for_log("warning configuration"))


if __name__ == "__main__":
    unittest.main()
