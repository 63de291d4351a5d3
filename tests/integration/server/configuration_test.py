# SPDX-License-Identifier: GPL-3.0-or-later
"""Options from the command line, the environment and a file, and changes while the server runs."""

import os
import re
import signal
import tempfile
import unittest

import certificates
import json_lines
from api import Api
from shaman_server import PROGRAM, Server, sha256, wait_until
from tokens import Tokens

SOURCE = os.environ.get("SHAMAN_SOURCE", "")


def run(*arguments, **environment):
    return json_lines.run([PROGRAM, *arguments], env={**os.environ, **environment},
                          capture_output=True, text=True)


class Sources(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "shaman.yaml")

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)

    def check(self, *arguments, **environment):
        return run("--config", self.file, "--check-config", *arguments, **environment)

    def test_the_command_line_goes_before_the_environment_and_that_before_the_file(self):
        storage = os.path.dirname(self.file) + "/storage"
        self.write(f"storage: {storage}\nname: file\ngc: {{max-age: 1h}}\nmax-files: 7\n")
        checked = self.check("--gc-max-age", "3h", SHAMAN_GC_MAX_AGE="2h", SHAMAN_NAME="env")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn("gc.max-age: 3h   (--gc-max-age)", checked.stdout)
        self.assertIn("name: env   (SHAMAN_NAME)", checked.stdout)
        self.assertIn(f"max-files: 7   ({self.file}:4)", checked.stdout)
        self.assertIn(f"storage: {storage}   ({self.file}:1)", checked.stdout)

    def test_a_list_replaces_that_of_a_lower_source(self):
        self.write(f"storage: {os.path.dirname(self.file)}/s\ntrusted-proxies: [10.0.0.1, 10.0.0.2]\n")
        self.assertIn("trusted-proxies: 10.0.0.1, 10.0.0.2 ", self.check().stdout)
        checked = self.check("--trusted-proxies", "::1", "--trusted-proxies", "10.0.0.9")
        self.assertIn("trusted-proxies: ::1, 10.0.0.9 ", checked.stdout)

    def test_all_that_is_wrong_is_said_with_file_and_line_and_what_was_meant(self):
        self.write("storage: /s\nmax-sise: 1\ngc:\n  maxage: 1h\nlisten: here\n")
        for arguments in (("--check-config",), ()):
            wrong = run("--config", self.file, *arguments)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn(f"{self.file}:2: there is no option max-sise", wrong.stderr)
            self.assertIn(f"{self.file}:4: there is no option gc.maxage; did you mean gc.max-age?",
                          wrong.stderr)
            self.assertIn(f"{self.file}:5: listen: \"here\" must be HOST:PORT", wrong.stderr)

    def test_options_that_contradict_each_other_are_refused(self):
        farm = "http://127.0.0.1:8081"
        for options, said in (
                (("--manager", farm, "--manager-api", farm), "manager-api: cannot be combined with manager"),
                (("--manager", farm, "--checkout-max-age", "30d"), "checkout.max-age: cannot be combined with a Manager"),
                (("--manager-api", farm, "--checkout-max-age", "30d"), "after checkout.orphan-age if they never had one"),
                (("--checkout-check-interval", "0", "--checkout-max-age", "30d"), "while checkout.check-interval is 0")):
            with self.subTest(options):
                for check in (("--check-config",), ()):
                    wrong = run("--storage", "/nonexistent/s", *options, *check)
                    self.assertEqual(wrong.returncode, 2, wrong)
                    self.assertIn(said, wrong.stderr)
        for options in (("--manager", farm, "--checkout-max-age", "0"), ("--checkout-max-age", "30d")):
            storage = os.path.join(os.path.dirname(self.file), "storage")
            done = run("--storage", storage, *options, "--check-config")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_manager_beside_is_plain_http_without_a_path(self):
        for address, said in (("https://127.0.0.1:8081", "speaks plain http"),
                              ("http://127.0.0.1:8081/farm", "has no path"),
                              ("ftp://127.0.0.1:8081", "http://"), ("http://me@127.0.0.1", "user name")):
            wrong = run("--storage", "/s", "--check-config", "--manager-api", address)
            self.assertEqual(wrong.returncode, 2, wrong)
            self.assertIn(said, wrong.stderr)

    def test_former_names_work_everywhere_and_are_noted(self):
        storage = os.path.dirname(self.file) + "/storage"
        self.write(f"storage: {storage}\nmanager-api: http://127.0.0.1:8081\ncheckout:\n  erase-brake: 7\n")
        checked = self.check("--checkout-look-period", "5m")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(f"{self.file}:4: checkout.erase-brake is now checkout.bulk-erase-limit", checked.stderr)
        self.assertIn("--checkout-look-period is now --checkout-check-interval", checked.stderr)
        self.assertIn("checkout.bulk-erase-limit: 7 ", checked.stdout)
        self.assertIn("checkout.check-interval: 5m ", checked.stdout)
        checked = self.check(SHAMAN_CHECKOUT_ERASE_BRAKE="9")
        self.assertIn("SHAMAN_CHECKOUT_ERASE_BRAKE is now SHAMAN_CHECKOUT_BULK_ERASE_LIMIT", checked.stderr)
        self.assertIn("checkout.bulk-erase-limit: 9 ", checked.stdout)
        self.assertNotIn("erase-brake", run("--help").stdout)

    def test_a_former_and_a_new_name_must_agree(self):
        storage = os.path.dirname(self.file) + "/storage"
        base = f"storage: {storage}\nmanager-api: http://127.0.0.1:8081\n"
        self.write(base + "checkout:\n  erase-brake: 7\n  bulk-erase-limit: 8\n")
        wrong = self.check()
        self.assertEqual(wrong.returncode, 2)
        self.assertIn(f'checkout.bulk-erase-limit has two values, "8" ({self.file}:5) and "7" ({self.file}:4, by its '
                      "former name checkout.erase-brake): remove one of them", wrong.stderr)
        self.write(base)
        for options, environment in (((), {"SHAMAN_CHECKOUT_ERASE_BRAKE": "7", "SHAMAN_CHECKOUT_BULK_ERASE_LIMIT": "8"}),
                                     (("--checkout-erase-brake", "7", "--checkout-bulk-erase-limit", "8"), {})):
            wrong = self.check(*options, **environment)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn('checkout.bulk-erase-limit has two values, "8" (', wrong.stderr)
        # A source that takes precedence is no contradiction.
        self.write(base + "checkout:\n  bulk-erase-limit: 8\n")
        self.assertIn("checkout.bulk-erase-limit: 9 ", self.check("--checkout-erase-brake", "9").stdout)
        self.assertEqual(self.check("--checkout-erase-brake", "9", "--checkout-bulk-erase-limit", "9").returncode, 0)

    def test_a_wrong_value_in_a_former_name_is_said(self):
        wrong = run("--storage", "/s", "--check-config", "--checkout-erase-brake", "1x")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn('--checkout-erase-brake: invalid number "1x"', wrong.stderr)

    def test_values_have_one_grammar(self):
        for option, value, shown in (("max-json-size", "1.5M", "1536KiB"), ("max-json-size", "64MB", "64MiB"),
                                     ("max-json-size", "64 mib", "64MiB"), ("min-rate", "10M/s", "10MiB/s"),
                                     ("verify-rate", "10M", "10MiB/s"), ("gc-max-age", "1h30m", "90m"),
                                     ("gc-max-age", "7d", "168h"), ("max-file-size", "no limit", "no limit")):
            with self.subTest(option, value=value):
                done = run("--storage", os.path.dirname(self.file), "--check-config", f"--{option}", value)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, rf": {shown} +\(--{option}\)")
        for option, words in (("max-json-size", 'invalid size "1x" (examples: 500M, 1.5G, 2TiB)'),
                              ("verify-rate", 'invalid rate "1x" (examples: 500K, 10M, 1.5MiB/s)'),
                              ("gc-max-age", 'invalid duration "1x" (examples: 2s, 90m, 36h, 7d, 1h30m)'),
                              ("max-files", 'invalid number "1x" (examples: 0, 12, 1000)')):
            self.assertIn(words, run("--storage", "/s", "--check-config", f"--{option}", "1x").stderr)

    def test_limits_are_logged_as_they_are_written(self):
        with Server(max_json_size="64MiB") as server:
            server.wait_for_log("file size no limit, JSON of 64 MiB")

    def test_a_misspelt_variable_is_said(self):
        wrong = run("--storage", "/s", "--check-config", SHAMAN_GC_MAXAGE="1h")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("did you mean SHAMAN_GC_MAX_AGE?", wrong.stderr)

    def test_a_file_that_is_not_there_ends_the_start(self):
        wrong = run("--config", self.file)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn(f'the configuration file: cannot open "{self.file}": No such file', wrong.stderr)

    def test_of_a_file_that_cannot_be_read_only_that_is_said(self):
        for text in (None, "listen: [\n"):
            if text:
                self.write(text)
            for arguments in ((), ("--check-config",)):
                wrong = run("--config", self.file, *arguments)
                self.assertEqual(wrong.returncode, 2)
                self.assertEqual(len(wrong.stderr.splitlines()), 2, wrong.stderr)
                self.assertIn("Run `shaman-server --help` for help.", wrong.stderr)

    def test_a_storage_must_be_given(self):
        wrong = run()
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("SHAMAN_STORAGE", wrong.stderr)

    def test_the_sample_is_good_with_every_line_in_force(self):
        sample = run("--sample-config").stdout
        # The files that it names must be there.
        certificate, key = certificates.server_certificate()
        tokens = Tokens()
        self.addCleanup(tokens.close)
        tokens.make("submit")
        open_key = certificates.authority().path("open.pem")
        certificates.authority().openssl("pkey", "-in", key, "-pubout", "-out", open_key)
        for name, path in (("fullchain.pem", certificate), ("privkey.pem", key), ("farm.pem", open_key),
                           ("clients.pem", certificates.authority().file), ("tokens", tokens.file)):
            self.assertEqual(sample.count("/etc/shaman/" + name), 1)
            sample = sample.replace("/etc/shaman/" + name, path)
        for path in ("/srv/shaman", "/run/shaman/port"):
            self.assertEqual(sample.count(": " + path + "\n"), 1)
            sample = sample.replace(path, os.path.dirname(self.file) + "/" + os.path.basename(path))
        # Not more connections than this machine lets one process have.
        sample = sample.replace("max-connections: 8192", "max-connections: 100")
        self.write(re.sub(r"(?m)^( *)# ([a-z-]+: )", r"\1\2", sample))
        checked = self.check()
        self.assertEqual(checked.returncode, 2)
        wrong = [line for line in checked.stderr.splitlines() if "warning: " not in line]
        self.assertEqual(len(wrong), 2, checked.stderr)
        self.assertIn("manager-api: cannot be combined with manager", checked.stderr)
        # Of these two the rest is tried with one.
        with open(self.file, encoding="utf-8") as file:
            self.write(file.read().replace("\nmanager-api: ", "\n# manager-api: "))
        checked = self.check()
        self.assertEqual(checked.returncode, 0, checked.stderr)
        flags = set(re.findall(r"^  --([a-z-]+)", run("--help").stdout, re.M))
        flags -= {"help", "version", "config", "check-config", "sample-config", "manager-api"}
        said = {key.replace(".", "-") for key in re.findall(r"^  ([a-z.-]+): ", checked.stdout, re.M)}
        self.assertEqual(said, flags)

    def test_commands_find_the_storage_in_the_file(self):
        with Server() as server:
            self.write(f"storage: {server.storage}\ngc: {{max-age: 2s}}\n")
            collected = run("gc", "--dry-run", "--json", "--config", self.file)
            self.assertEqual(collected.returncode, 0, collected.stderr)
            self.assertIn('"blobs":0', collected.stdout)

    @unittest.skipUnless(SOURCE, "SHAMAN_SOURCE is not set")
    def test_the_documents_are_of_this_program(self):
        with open(os.path.join(SOURCE, "docs", "shaman.yaml"), encoding="utf-8") as file:
            self.assertEqual(file.read(), run("--sample-config").stdout, "run tools/docs.sh")
        with open(os.path.join(SOURCE, "docs", "configuration.md"), encoding="utf-8") as file:
            generated = file.read().partition("<!-- generated -->\n")[2]
        self.assertEqual(generated, run("--options-as-markdown").stdout, "run tools/docs.sh")


class Reload(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "shaman.yaml")
        self.write("")
        self.server = Server(config=self.file).start()
        self.addCleanup(self.server.close)
        self.client = Api(self.server)
        self.addCleanup(self.client.close)

    def write(self, text):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, text, expected):
        self.write(text)
        self.server.process.send_signal(signal.SIGHUP)
        return self.server.wait_for_log(expected)

    def info(self):
        return self.client.get("/api/v3/shaman/info").json()

    def test_limits_change_between_two_requests_of_a_connection(self):
        self.assertEqual(self.client.upload(b"x" * 100).status, 204)
        self.reload("max-file-size: 50\nname: Farm\n", "max-file-size is now 50")
        wait_until(lambda: self.info()["name"] == "Farm", "the new name")
        self.assertEqual(self.info()["limits"]["fileBytes"], 50)
        self.assertEqual(self.client.upload(b"y" * 100).status, 413)
        self.reload("", "max-file-size is now no limit; it was 50")
        wait_until(lambda: self.client.upload(b"y" * 100).status == 204, "the limit to go")

    def test_a_wrong_file_changes_nothing(self):
        self.reload("name: Farm\nmax-files: none\n", "shaman.yaml:2: max-files")
        self.server.wait_for_log("the configuration is unchanged")
        self.assertEqual(self.info()["name"], "Shaman")

    def test_what_needs_a_restart_stays(self):
        line = self.reload("gc: {min-age: 1s}\ndurability: none\nname: Farm\n",
                           "gc.min-age remains 2h; restart the server to change it to 1s")
        self.assertIn("warning", line)
        self.server.wait_for_log("durability remains group; restart the server")
        wait_until(lambda: self.info()["name"] == "Farm", "the rest to change")

    def test_collection_begins_when_it_is_switched_on(self):
        self.reload("gc: {period: 1s, max-age: 1h}\n", "gc.period is now 1s; it was 24h")
        self.server.wait_for_log("garbage collection: ")

    def test_the_size_of_the_store_is_counted_when_a_limit_comes(self):
        self.assertEqual(self.client.upload(b"x" * 1000).status, 204)
        self.reload("max-store-size: 1500\n", "max-store-size is now 1500")
        wait_until(lambda: self.client.upload(os.urandom(900)).status == 507, "the limit")

    def test_the_log_level_changes(self):
        self.reload("log-level: warning\n", "log-level is now warning")
        self.client.upload(b"quiet")
        self.assertFalse([line for line in self.server.log_lines() if sha256(b"quiet") in line])

    def test_no_option_has_changed(self):
        self.reload("", "no option has changed")


if __name__ == "__main__":
    unittest.main()
