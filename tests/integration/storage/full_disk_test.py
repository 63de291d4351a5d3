# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is too full: 507. Needs a small file system of its own, so it runs as root only."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import api
from api import Api, new_content, spec
from raw_http import RawConnection
from shaman_server import SANITIZED, Server, sha256, wait_until

MIB = 1 << 20


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(os.rmdir, self.folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,nr_inodes=3000", "tmpfs", self.folder],
                                 capture_output=True, check=False)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        self.server = Server(os.path.join(self.folder, "storage")).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)

    def assert_full(self, answer):
        self.assertEqual(answer.status, 507, answer)
        self.assertEqual(answer.json()["code"], 507)
        self.assertTrue(answer.json()["message"])

    def test_a_file_that_cannot_fit(self):
        data = new_content(20 * MIB)
        self.assert_full(self.api.upload(data))
        self.assertEqual(self.api.status(data), "unknown")
        self.assertEqual(self.server.temporary_files(), [])
        self.assertEqual(self.api.upload(new_content()).status, 204)

    def test_a_file_that_does_not_fit_beside_others(self):
        data = [new_content(6 * MIB) for _ in range(3)]
        self.assertEqual(self.api.upload(data[0]).status, 204)
        self.assertEqual(self.api.upload(data[1]).status, 204)
        self.assert_full(self.api.upload(data[2]))
        self.assertEqual(self.server.temporary_files(), [])
        for content in data[:2]:
            with open(self.server.blob_path(sha256(content), len(content)), "rb") as file:
                self.assertEqual(file.read(), content)

    def test_a_file_in_chunks_that_cannot_fit(self):
        data = new_content(20 * MIB)
        self.assert_full(self.api.call("POST", api.files_url(data),
                                       (data[n:n + MIB] for n in range(0, len(data), MIB))))
        self.assertEqual(self.server.temporary_files(), [])

    def test_a_checkout_that_finds_no_inodes(self):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        files = [spec(f"{n}.png", data) for n in range(5000)]
        self.assert_full(self.api.create("large", files))
        self.assertEqual(os.listdir(self.server.jobs()), [])
        self.assertEqual(self.server.temporary_files(), [])
        self.assertEqual(self.api.create("small", files[:10]).status, 200)


class SmallDisk(unittest.TestCase):
    """A whole file system of 64 MiB, as disks are: journaled, with a fixed number of inodes."""

    make = ()

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        image, mount = os.path.join(self.folder, "image"), os.path.join(self.folder, "mount")
        with open(image, "wb") as file:
            file.truncate(64 * MIB)
        os.mkdir(mount)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", *self.make, image], check=True)
        if subprocess.run(["mount", "-o", "loop", image, mount], capture_output=True, check=False).returncode:
            self.skipTest("an image cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", mount], check=True)
        self.storage = os.path.join(mount, "storage")

    def free_bytes(self):
        there = os.statvfs(self.storage)
        return there.f_bavail * there.f_frsize

    def start(self, **options):
        server = Server(self.storage, **options).start()
        self.addCleanup(server.close)
        api_ = Api(server)
        self.addCleanup(api_.close)
        return server, api_

    def fill(self, client, size):
        """Uploads until there is no room; what was stored."""
        stored = []
        for _ in range(5000):
            data = new_content(size)
            answer = client.upload(data)
            if answer.status == 507:
                self.assertTrue(answer.json()["message"])
                return stored
            self.assertEqual(answer.status, 204, answer)
            stored.append(data)
        self.fail("it never became full")

    def collect(self):
        done = subprocess.run([os.environ["SHAMAN_SERVER_PROGRAM"], "gc", "--storage", self.storage, "--min-age", "0s",
                               "--max-age", "0s", "--grace", "0s"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def assert_goes_on_and_recovers(self, server, client, stored, size):
        # Reading, asking and collecting go on.
        self.assertEqual(client.status(stored[0]), "stored")
        self.assertEqual(client.requirements([spec("a", stored[0])]).json(), {"files": []})
        self.assertEqual(server.temporary_files(), [])
        server.terminate()  # what it was asked about is remembered as used; age 0 is for stopped servers
        self.collect()
        self.collect()
        server.start()
        with Api(server) as again:
            self.assertEqual(again.upload(new_content(size)).status, 204)


class Bytes(SmallDisk):
    def test_full_and_free_again(self):
        server, client = self.start()
        stored = self.fill(client, 3 * MIB)
        self.assertGreater(len(stored), 10)
        self.assert_goes_on_and_recovers(server, client, stored, 3 * MIB)

    def test_full_by_somebody_else_while_an_upload_runs(self):
        server, client = self.start()
        data = new_content(40 * MIB)
        raw = RawConnection(server)
        self.addCleanup(raw.close)
        raw.request("POST", api.files_url(data), [("Content-Length", str(len(data)))], length=False)
        raw.send(data[:MIB])
        with open(os.path.join(self.storage, "..", "somebody-else"), "wb") as file:
            file.write(bytes(30 * MIB))
            file.flush()
            os.fsync(file.fileno())
        try:
            raw.send(data[MIB:])
        except ConnectionError:
            pass
        self.assertEqual(raw.response().status, 507)
        self.assertEqual(client.status(data), "unknown")
        wait_until(lambda: server.temporary_files() == [], "the temporary file to be removed")
        os.remove(os.path.join(self.storage, "..", "somebody-else"))
        # A file system may give back what was removed a moment later.
        wait_until(lambda: self.free_bytes() > len(data) + MIB, "the room to be free again")
        self.assertEqual(client.upload(data).status, 204)

    def test_room_is_reserved_before_the_first_byte(self):
        server, client = self.start(min_free_space=20 * MIB)
        data = new_content(25 * MIB)
        raw = RawConnection(server)
        self.addCleanup(raw.close)
        raw.request("POST", api.files_url(data), [("Content-Length", str(len(data)))], length=False)
        raw.send(data[:1])
        wait_until(lambda: client.status(data) == "uploading", "the first upload")
        self.assertEqual(client.upload(new_content(15 * MIB)).status, 507)
        raw.close()
        wait_until(lambda: client.status(data) == "unknown", "the first upload to be given up")
        self.assertEqual(client.upload(new_content(15 * MIB)).status, 204)


class Inodes(SmallDisk):
    make = ("-N", "300")

    def test_full_and_free_again(self):
        server, client = self.start()
        stored = self.fill(client, 100)
        self.assertGreater(len(stored), 50)
        self.assert_goes_on_and_recovers(server, client, stored, 100)

    def test_some_are_left(self):
        _, client = self.start(min_free_inodes=100)
        self.fill(client, 100)
        left = os.statvfs(self.storage).f_favail
        self.assertGreaterEqual(left, 100)
        self.assertLess(left, 110)


class ByHandTest(SmallDisk):
    def setUp(self):
        super().setUp()
        self.server, self.client = self.start()
        self.files = [spec(f"{n}.png", self.upload()) for n in range(3)]
        for checkout in ("film/kept", "film/old", "film/older"):
            self.assertEqual(self.client.create(checkout, self.files).json()["checkoutPath"], checkout)
        self.unused = self.upload()
        # A reserve that is not complete would take what the commands free.
        wait_until(lambda: len(self.reserve()) == 64, "the storage's reserve")

    def upload(self):
        data = new_content(100_000)
        self.assertEqual(self.client.upload(data).status, 204)
        return data

    def reserve(self):
        folder = os.path.join(self.storage, ".shaman", "reserve")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def reserve_state(self):
        """Files that are deleted and made again differ."""
        folder = os.path.join(self.storage, ".shaman", "reserve")
        return {name: os.stat(os.path.join(folder, name)).st_ctime_ns for name in self.reserve()}

    def fill_completely(self):
        """Takes whatever the file system gives to anyone."""
        folder = os.path.join(self.storage, "..")
        with open(os.path.join(folder, "filling"), "wb", buffering=0) as file:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                        os.fsync(file.fileno())
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
        self.assertEqual(self.free_bytes(), 0)

    def remove_filling(self):
        os.remove(os.path.join(self.storage, "..", "filling"))
        wait_until(lambda: self.free_bytes() > MIB, "the room to be free again")

    def run_command(self, *arguments):
        return subprocess.run([os.environ["SHAMAN_SERVER_PROGRAM"], *arguments, "--storage", self.storage],
                              capture_output=True, text=True, check=False)

    def assert_works(self, *arguments):
        done = self.run_command(*arguments)
        self.assertEqual(done.returncode, 0, (arguments, done.stderr))
        return done

    def assert_all_commands_work(self):
        self.assert_works("pin", "film/kept", "--name", "May")
        self.assertIn("May", self.assert_works("pins").stdout)
        self.assert_works("erase", "film/old")
        self.assert_works("unpin", "May")
        self.assertEqual(json.loads(self.assert_works("pins", "--json").stdout)["pins"], [])
        self.assert_works("verify")
        self.assert_works("checkouts", "pending")
        self.assert_works("gc", "--dry-run")
        collected = json.loads(self.assert_works("gc", "--min-age", "0s", "--max-age", "0s", "--json").stdout)
        self.assertEqual(collected["collected"], 1)
        self.assert_works("erase", "film/older")
        self.assertEqual(sorted(os.listdir(os.path.join(self.storage, "jobs", "film"))), ["kept"])

    def assert_it_becomes_free(self):
        self.assert_works("gc", "--min-age", "0s", "--max-age", "0s", "--grace", "0s")
        wait_until(lambda: self.free_bytes() >= 100_000, "the room of the collected file")
        self.server.start()
        with Api(self.server) as client:
            self.assertEqual(client.upload(new_content()).status, 204)
            self.assertEqual(client.status(self.unused), "unknown")
        for file in self.files:
            self.assertTrue(os.path.isfile(os.path.join(self.storage, "jobs", "film", "kept", file["path"])))


class ByHand(ByHandTest):
    """Commands by hand while not one byte, or not one inode, is free: then their administrator needs them most."""

    # Less than the reserve, of which half is deleted for the command.
    GOAL, MISSED = ("--min-free", "100K"), "missedFreeBytes"

    def test_beside_a_running_server(self):
        self.fill_completely()
        self.assert_all_commands_work()
        self.server.terminate()
        self.assert_it_becomes_free()

    def test_without_a_server(self):
        self.server.terminate()
        self.fill_completely()
        self.assert_all_commands_work()
        self.assert_it_becomes_free()

    def test_after_a_server_was_started_on_the_full_storage(self):
        self.server.terminate()
        self.fill_completely()
        self.server.start()
        with Api(self.server) as client:
            self.assertEqual(client.status(self.unused), "stored")
        self.server.terminate()
        self.assert_all_commands_work()

    def test_what_the_reserve_lends_is_not_free(self):
        self.server.terminate()
        self.fill_completely()
        done = self.run_command("gc", *self.GOAL, "--json")
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertGreater(json.loads(done.stdout)[self.MISSED], 0)

    def test_without_a_reserve_the_remedy_is_named(self):
        self.server.terminate()
        shutil.rmtree(os.path.join(self.storage, ".shaman", "reserve"))
        self.fill_completely()
        for command in (("gc",), ("gc", "--dry-run"), ("erase", "film/old"), ("pin", "film/kept"), ("unpin", "May"),
                        ("verify",), ("--listen", "127.0.0.1:0")):
            with self.subTest(command=command):
                done = self.run_command(*command)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertIn("is full, and it has no reserve left to work with; delete something outside of its folder "
                              ".shaman first", done.stderr)
        self.remove_filling()
        self.assert_all_commands_work()

    def test_pins_write_nothing(self):
        self.assert_works("pin", "film/kept")
        self.server.terminate()
        mount = os.path.dirname(self.storage)
        subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
        self.assertIn("film/kept", self.assert_works("pins").stdout)

    def test_check_config_says_so(self):
        self.server.terminate()
        self.assertNotIn("full", self.run_command("--check-config").stderr)
        self.fill_completely()
        before = self.reserve_state()
        said = self.assert_works("--check-config").stderr
        self.assertRegex(said, r'warning: storage: "[^"]*" is full \(.* free\)')
        self.assertIn("a start uses a part of its reserve, and this check does not", said)
        self.assertEqual(self.reserve_state(), before, "it only looks")


class ByHandWithoutInodes(ByHand):
    make = ("-N", "400")
    GOAL, MISSED = ("--min-free-inodes", "20"), "missedFreeInodes"

    def fill_completely(self):
        folder = os.path.join(self.storage, "..", "filling")
        os.mkdir(folder)
        try:
            for number in range(1000):
                with open(os.path.join(folder, str(number)), "xb"):
                    pass
        except OSError as error:
            self.assertEqual(error.errno, errno.ENOSPC)
        self.assertEqual(os.statvfs(self.storage).f_favail, 0)

    def remove_filling(self):
        shutil.rmtree(os.path.join(self.storage, "..", "filling"))

    def assert_it_becomes_free(self):
        self.assert_works("gc", "--min-age", "0s", "--max-age", "0s", "--grace", "0s")
        wait_until(lambda: os.statvfs(self.storage).f_favail > 0, "the collected file's inode")


class UserServer(Server):
    """A server that runs as another user than root."""

    USER = 65534

    def command(self):
        return ["setpriv", f"--reuid={self.USER}", f"--regid={self.USER}", "--clear-groups", *super().command()]


def has_capability(number):
    with open("/proc/self/status", encoding="ascii") as file:
        return bool(int(re.search(r"CapEff:\s*(\w+)", file.read()).group(1), 16) >> number & 1)


class RootsShare(ByHandTest):
    """Some file systems keep blocks for root, who runs the commands as the storage's owner."""

    make = ("-m", "5")
    CAP_SYS_RESOURCE = 24

    def start(self, **options):
        os.chmod(self.folder, 0o755)
        os.mkdir(self.storage)
        os.chown(self.storage, UserServer.USER, UserServer.USER)
        server = UserServer(self.storage, **options).start()
        self.addCleanup(server.close)
        api_ = Api(server)
        self.addCleanup(api_.close)
        return server, api_

    def fill_as_user(self):
        path = os.path.join(self.storage, "..", "filling")
        with open(path, "wb"):
            os.chown(path, UserServer.USER, -1)
        subprocess.run(["setpriv", f"--reuid={UserServer.USER}", "dd", "if=/dev/zero", f"of={path}", "bs=1k"],
                       capture_output=True, check=False)
        self.assertEqual(self.free_bytes(), 0)
        there = os.statvfs(self.storage)
        self.assertGreater(there.f_bfree * there.f_frsize, MIB, "the share of root")

    def test_a_user_fills_the_disk(self):
        self.fill_as_user()
        self.assert_all_commands_work()
        self.assertGreaterEqual(len(self.reserve()), 60)

    def test_root_fills_the_disk(self):
        if not has_capability(self.CAP_SYS_RESOURCE):
            self.skipTest("root lacks CAP_SYS_RESOURCE here, as in a container")
        self.fill_completely()
        self.assert_all_commands_work()
        self.assertGreaterEqual(len(self.reserve()), 60)

    def test_the_remedy_is_named(self):
        self.server.terminate()
        self.fill_completely()
        done = subprocess.run(["setpriv", f"--reuid={UserServer.USER}", os.environ["SHAMAN_SERVER_PROGRAM"], "erase",
                               "film/old", "--storage", self.storage], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("if its file system keeps a share for root, as ext4 does, run `shaman-server erase` or `gc` as root",
                      done.stderr)


class StoreSize(unittest.TestCase):
    def test_uploads_beyond_it_are_refused_also_after_a_restart(self):
        with Server(max_store_size=10_000) as server:
            with Api(server) as client:
                self.assertEqual(client.upload(new_content(6000)).status, 204)
                answer = client.upload(new_content(6000))
                self.assertEqual(answer.status, 507)
                self.assertIn("store", answer.json()["message"])
                self.assertEqual(client.upload(new_content(4000)).status, 204)
            server.terminate()
            server.start()
            with Api(server) as client:
                self.assertEqual(client.upload(new_content(1)).status, 507)


if __name__ == "__main__":
    if os.getuid() or SANITIZED:
        print("skipped: only root can mount a small file system")
        sys.exit(77)
    api.main()
