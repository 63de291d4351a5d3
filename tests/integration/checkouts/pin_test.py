# SPDX-License-Identifier: GPL-3.0-or-later
"""`shaman-server pin`, `unpin` and `pins`: what keeps files of checkouts that are gone."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import json_lines
from api import Api, new_content, spec
from shaman_server import PATIENCE, PROGRAM, Server, sha256, wait_until

LONG_AGO = 800 * 3600


class PinTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(gc_period="0", gc_min_age="1s")
        self.server.start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def run_command(self, *arguments, status=0):
        done = json_lines.run([PROGRAM, *arguments, "--storage", self.server.storage],
                              capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done

    def checkout(self, path, *contents):
        """Made at last: a collection of files of any age may come between the uploads and this."""
        def made():
            for data in contents:
                self.assertIn(self.api.upload(data).status, (204, 208))
            answer = self.api.create(path, [spec(f"f/{i}", data) for i, data in enumerate(contents)])
            self.assertIn(answer.status, (200, 424))
            return answer.json()["checkoutPath"] if answer.status == 200 else None
        return wait_until(made, "the checkout")

    def erase(self, path):
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/" + path).status, 204)

    def collect(self, spares_young=False):
        """Everything that nothing links to goes, and at once; or but for what was used in the last second, as a
        checkout that is just being made relies on that."""
        then = time.time() - LONG_AGO
        for folder, _, names in os.walk(os.path.join(self.server.storage, "file-store", "stored")):
            for name in names:
                path = os.path.join(folder, name)
                if not spares_young or os.stat(path).st_mtime < time.time() - 1:
                    os.utime(path, (then, then))
        return json.loads(self.run_command("gc", "--json", "--grace", "0", "--min-age", "1s").stdout)

    def pins(self, status=0):
        found = json.loads(self.run_command("pins", "--json", status=status).stdout)
        return {pin["name"]: pin for pin in found["pins"]}


class Pins(PinTest):
    def test_files_of_erased_checkouts_stay_until_they_are_unpinned(self):
        one, two, other = new_content(), new_content(), new_content()
        # The same last name twice: each pin is its own.
        self.checkout("film/shot", one)
        self.checkout("spot/shot", two, one)
        self.checkout("unpinned/shot", other)
        self.assertIn("pinned film/shot as film/shot: 1 file, ", self.run_command("pin", "film/shot").stdout)
        # As a shell completes it.
        self.run_command("pin", "spot/shot/", "--name", "delivery of May")
        for path in ("film/shot", "spot/shot", "unpinned/shot"):
            self.erase(path)
        self.collect()
        self.assertTrue(self.server.has_blob(one) and self.server.has_blob(two))
        self.assertFalse(self.server.has_blob(other))
        listed = self.run_command("pins").stdout
        self.assertRegex(listed, r"(?m)^delivery of May\n    of spot/shot, 2 files, .* made 20\d\d-.*Z$")
        pins = self.pins()
        self.assertEqual({name: (pin["checkout"], pin["files"], pin["missing"]) for name, pin in pins.items()},
                         {"film/shot": ("film/shot", 1, 0), "delivery of May": ("spot/shot", 2, 0)})

        self.assertIn("unpinned delivery of May", self.run_command("unpin", "delivery of May").stdout)
        self.collect()
        self.assertTrue(self.server.has_blob(one))
        self.assertFalse(self.server.has_blob(two))
        self.assertIn("there is no pin", self.run_command("unpin", "delivery of May", status=2).stderr)

    def test_the_servers_own_links_are_no_files(self):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        answer = self.api.create("film/shot", [spec("f", data), spec("g", data)],
                                 {"X-Shaman-Reuse-Checkout": "true"})
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(os.path.islink(self.server.jobs("film/shot", ".shaman-reusable")))
        self.assertIn("as film/shot: 2 files, ", self.run_command("pin", "film/shot").stdout)
        self.assertEqual(self.pins()["film/shot"]["files"], 2)

    def test_links_that_were_placed_by_hand_are_listed(self):
        data = new_content()
        self.checkout("film/shot", data)
        folder = os.path.join(self.server.storage, ".shaman", "pins", "mine")
        os.makedirs(folder)
        os.symlink(self.server.blob_path(sha256(data), len(data)), os.path.join(folder, "link"))
        pin = self.pins()["mine"]
        self.assertEqual((pin["made"], pin["checkout"], pin["files"], pin["bytes"]), (None, "", 1, len(data)))

    def test_what_cannot_be_pinned_is_said(self):
        data = new_content()
        path = self.checkout("film/shot", data)
        self.run_command("pin", path)
        self.assertIn("there is a pin", self.run_command("pin", path, status=2).stderr)
        self.assertIn("there is no checkout", self.run_command("pin", "film", status=2).stderr)
        self.assertIn("there is no checkout", self.run_command("pin", "../file-store", status=2).stderr)
        os.remove(self.server.jobs(path, "f", "0"))
        self.assertIn("it is being erased", self.run_command("pin", path, "--name", "x", status=3).stderr)
        os.remove(self.server.blob_path(sha256(data), len(data)))
        pin = self.pins(status=3)["film/shot"]
        self.assertEqual((pin["missing"], pin["missingFiles"]), (1, ["f/0"]))

    def test_missing_files_are_named_but_not_without_end(self):
        contents = [new_content(50) for _ in range(25)]
        self.run_command("pin", self.checkout("film/shot", *contents))
        self.assertNotIn("MISSING", self.run_command("pins").stdout)
        for data in contents[3:]:
            os.remove(self.server.blob_path(sha256(data), len(data)))
        listed = self.run_command("pins", status=3).stdout
        self.assertIn("    MISSING: 22 files are not in the store; submit the job again:\n        f/10\n        f/11\n",
                      listed)
        self.assertEqual(listed.count("        f/"), 20)
        self.assertIn("        and 2 others; --json names more\n", listed)
        self.assertEqual(sorted(self.pins(status=3)["film/shot"]["missingFiles"]),
                         sorted(f"f/{number}" for number in range(3, 25)))
        self.assertIn("MISSING", self.run_command("pins", status=3).stdout)

    def test_a_checkout_whose_content_is_lost_is_incomplete(self):
        lost, kept = new_content(), new_content()
        path = self.checkout("film/shot", lost, kept)
        os.remove(self.server.blob_path(sha256(lost), len(lost)))
        self.assertIn("1 of the 2 different files of \"film/shot\" are missing from the store",
                      self.run_command("pin", path, status=3).stderr)

    def test_a_killed_pin_leaves_none_or_a_whole_one(self):
        contents = [new_content(10) for _ in range(40)]
        path = self.checkout("film", *contents)
        for attempt in range(12):
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                [PROGRAM, "pin", path, "--name", f"n{attempt}", "--storage", self.server.storage],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(0.004 * attempt)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pin in self.pins().values():
                self.assertEqual((pin["files"], pin["missing"], pin["checkout"]), (40, 0, path))

    def test_pinning_beside_collections_loses_nothing(self):
        """Checkouts are pinned and erased while one collection after the other runs."""
        stop = threading.Event()
        failures = []

        def collect_all_the_time():
            while not stop.is_set():
                try:
                    self.collect(spares_young=True)
                except (AssertionError, OSError) as error:
                    failures.append(error)
                    return

        collector = threading.Thread(target=collect_all_the_time)
        collector.start()
        kept = {}
        try:
            for number in range(25):
                contents = [new_content(20 + number) for _ in range(3)]
                path = self.checkout(f"film/shot{number}", *contents)
                self.run_command("pin", path)
                self.erase(path)
                kept[path] = contents
        finally:
            stop.set()
            collector.join()
        self.assertEqual(failures, [])
        self.collect()
        self.assertEqual(set(self.pins()), set(kept))
        for contents in kept.values():
            self.assertTrue(all(self.server.has_blob(data) for data in contents))

    def test_no_document_advises_to_copy_by_hand(self):
        source = os.environ.get("SHAMAN_SOURCE")
        if not source:
            self.skipTest("SHAMAN_SOURCE is not set")
        for folder, _, names in os.walk(os.path.join(source, "docs")):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    self.assertNotIn("cp -a", file.read(), name)


@unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root and unshare")
class CommandLog(PinTest):
    """What is done by hand is in the system's log."""

    def logged(self, *arguments, status=0):
        """What one command sends to /dev/log, which is the test's own in a namespace of mounts."""
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind(os.path.join(folder, "log"))
            os.chmod(os.path.join(folder, "log"), 0o777)
            script = (f"cd {folder} && mkdir dev && touch dev/null dev/urandom && ln -s {folder}/log dev/log"
                      " && mount --bind /dev/null dev/null && mount --bind /dev/urandom dev/urandom"
                      " && mount --rbind dev /dev && exec \"$@\"")
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", PROGRAM, *arguments], check=False,
                                  capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
            if "mount" in done.stderr or "unshare" in done.stderr:
                self.skipTest(f"no namespace of mounts here: {done.stderr}")
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertNotIn("no system log", done.stderr)
            log.setblocking(False)
            lines = []
            while True:
                try:
                    lines.append(log.recv(4096).decode())
                except BlockingIOError:
                    return lines

    def of_storage(self, *arguments, status=0):
        return self.logged(*arguments, "--storage", self.server.storage, status=status)

    def test_each_command_that_changes_something_is_one_line(self):
        path = self.checkout("film/shot", new_content())
        who = r"by root \(uid 0\)"
        where = f'in "{self.server.storage}"'
        tokens = os.path.join(self.server.storage, "tokens")
        for arguments, words in (
                (("pin", path), f'pin "film/shot" {where} {who}: done'),
                (("pin", path), f'pin "film/shot" {where} {who}: failed: there is a pin'),
                (("unpin", path), f'unpin "film/shot" {where} {who}: done'),
                (("erase", path), f'erase "film/shot" {where} {who}: done'),
                (("erase", "a\n<0>forged"), rf'erase "a\\x0a<0>forged" {where} {who}: failed: '),
                (("gc",), rf"gc \(0 files collected, 0 deleted\) {where} {who}: done"),
                (("verify",), rf"verify \(0 files damaged\) {where} {who}: done")):
            with self.subTest(arguments=arguments):
                lines = self.of_storage(*arguments, status=2 if "failed" in words else 0)
                self.assertEqual(len(lines), 1, lines)
                self.assertRegex(lines[0], r"^<\d+>shaman-server\[\d+\]: " + words)
        made = self.logged("token", "create", "--role", "admin", "--name", "Anna", "--token-file", tokens)
        self.assertRegex(made[0], r'token create "Anna" \(admin\) .*: done')
        gone = self.logged("token", "revoke", "Anna", "--token-file", tokens)
        self.assertRegex(gone[0], r'token revoke "Anna" .*: done')
        known = os.path.join(self.server.storage, ".shaman", "jobs", "known.json")
        os.makedirs(os.path.dirname(known), exist_ok=True)
        with open(known, "w", encoding="utf-8") as file:
            json.dump({"checkouts": {}, "deletedJobs": [], "held": ["film/a", "film/b"]}, file)
        confirmed = self.of_storage("checkouts", "pending", "--confirm")
        self.assertEqual(len(confirmed), 1, confirmed)
        self.assertRegex(confirmed[0], rf"checkouts pending --confirm \(2 checkouts\) {where} {who}: done")
        for arguments in (("pins",), ("checkouts", "pending"), ("gc", "--dry-run"), ("verify", "--dry-run")):
            self.assertEqual(self.of_storage(*arguments), [])


if __name__ == "__main__":
    unittest.main()
