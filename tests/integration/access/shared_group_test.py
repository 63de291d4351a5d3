# SPDX-License-Identifier: GPL-3.0-or-later
"""Server, Manager and worker as three users of one group, as docs/admin.md sets them up."""

import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

import api
from api import Api, new_content, spec
from manager import Manager, start_reader
from shaman_server import PATIENCE, PROGRAM, Server, sha256

SERVER, MANAGER, WORKER, STRANGER = 61001, 61002, 61003, 61004
GROUP = 61000
ACL = "system.posix_acl_default"


def default_acl(group):
    """acl(5): the owner and this group may do everything, others nothing."""
    user_obj, user_group, group_named, mask, other = 1, 4, 8, 16, 32
    none = 0xFFFFFFFF
    entries = [(user_obj, 7, none), (user_group, 5, none), (group_named, 7, group), (mask, 7, none),
               (other, 0, none)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def as_user(user, *command, groups=(GROUP,), umask=0o022, **more):
    def become():
        os.setgroups(groups)
        os.setgid(groups[0] if groups else user)
        os.setuid(user)
        os.umask(umask)
    return subprocess.run(command, preexec_fn=become, capture_output=True, text=True, timeout=PATIENCE,
                          check=False, **more)


class ServerAs(Server):
    """A server that runs as another user."""

    def __init__(self, storage, user=SERVER, group=GROUP, umask=0o002, **options):
        super().__init__(storage, **options)
        self.prefix = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        self.umask = umask

    def command(self):
        return ["sh", "-c", f'umask {self.umask:04o}; exec "$@"', "sh", *self.prefix, *super().command()]


class ManagerAs:
    """The stand-in Manager in a process of its own, as another user."""

    def __init__(self, storage, user=MANAGER, groups=(GROUP,)):
        # As root, because the other user may not enter its folder.
        start_reader()
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            try:
                self.serve(storage, user, groups, write)
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.url = pipe.readline().strip()

    @staticmethod
    def serve(storage, user, groups, write):
        os.setgroups(groups)
        os.setgid(groups[0] if groups else user)
        os.setuid(user)
        os.write(write, Manager(storage=storage).url.encode() + b"\n")
        while True:
            signal.pause()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


class Users(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        self.storage = os.path.join(self.folder, "storage")

    def path(self, *parts):
        return os.path.join(self.storage, *parts)

    def set_up(self):
        """The commands of docs/admin.md."""
        os.mkdir(self.storage)
        os.chown(self.storage, SERVER, GROUP)
        os.chmod(self.storage, 0o2775)

    def start(self, **options):
        self.server = ServerAs(self.storage, **options).start()
        self.addCleanup(self.server.close)
        self.api = Api(self.server)
        self.addCleanup(self.api.close)
        return self.server

    def manager(self, **options):
        manager = ManagerAs(self.storage, **options)
        self.addCleanup(manager.close)
        return manager

    def checkout(self, path="film/shot"):
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        made = self.api.create(path, [spec("tex/deep/a.png", data)])
        self.assertEqual(made.status, 200, made)
        return self.path("jobs", made.json()["checkoutPath"]), data

    def check_manager(self, manager, umask=0o002):
        done = as_user(SERVER, PROGRAM, "check-manager", manager.url, "--storage", self.storage, umask=umask)
        return done.returncode, done.stdout + done.stderr

    def remarks(self):
        return self.api.get("/api/v3/shaman/info").json()["storage"].get("remarks", [])


class OneGroup(Users):
    def setUp(self):
        super().setUp()
        self.set_up()

    def test_worker_reads_and_manager_erases(self):
        self.start()
        self.assertEqual(self.remarks(), [])
        folder, data = self.checkout()
        read = as_user(WORKER, "sha256sum", os.path.join(folder, "tex/deep/a.png"))
        self.assertEqual((read.returncode, read.stdout[:64]), (0, sha256(data)), read.stderr)
        self.assertNotEqual(as_user(WORKER, "sh", "-c", f"echo x > {folder}/tex/deep/a.png").returncode, 0)
        erased = as_user(MANAGER, "rm", "-r", folder)
        self.assertEqual((erased.returncode, erased.stderr), (0, ""))

    def test_what_a_command_makes_has_the_servers_rights(self):
        self.start()
        for name, stops in (("film/one", False), ("film/two", True)):
            with self.subTest(stops=stops):
                folder, _ = self.checkout(name)
                with open(os.path.join(folder, "frame.png"), "wb") as file:
                    file.write(b"a frame")
                if stops:
                    self.server.terminate()
                done = subprocess.run([PROGRAM, "erase", name, "--storage", self.storage], capture_output=True, text=True,
                                      umask=0o022, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                kept = self.path("jobs", ".kept")
                found = os.stat(kept)
                self.assertEqual((found.st_uid, found.st_gid, oct(found.st_mode)), (SERVER, GROUP, oct(0o42775)))
                self.assertEqual(as_user(MANAGER, "rm", "-r", kept).returncode, 0)

    def test_check_manager_is_content_before_the_start_and_after(self):
        manager = self.manager()
        for step in ("before", "after"):
            status, said = self.check_manager(manager)
            self.assertEqual(status, 0, step + said)
            self.assertIn("the Manager can erase checkouts", said)
            if step == "before":
                self.start()

    def test_check_manager_judges_by_the_servers_umask_and_not_by_the_shells(self):
        manager = self.manager()
        self.start()
        said = self.check_manager(manager, umask=0o077)[1]
        self.assertNotIn("get the mode", said)
        self.server.close()
        self.assertIn("no server runs on this storage now", self.check_manager(manager)[1])
        self.start(umask=0o077)
        self.assertIn("get the mode 0700", self.check_manager(manager, umask=0o002)[1])

    def as_root(self, *arguments, expect=0):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def owners(self, *parts):
        """Of everything below a part of the storage, by name."""
        top = self.path(*parts)
        return {os.lstat(os.path.join(folder, name)).st_uid
                for folder, folders, files in os.walk(top) for name in folders + files}

    def test_what_root_does_by_hand_stays_the_servers(self):
        self.start()
        folder, data = self.checkout()
        storage = ("--storage", self.storage)
        self.as_root("pin", "film/shot", *storage)
        self.as_root("verify", *storage)
        self.as_root("erase", "film/shot", *storage)
        self.as_root("unpin", "film/shot", *storage)
        self.as_root("gc", *storage, "--max-age", "0s", "--min-age", "0s")
        self.assertEqual(self.owners(), {SERVER})
        self.assertTrue(os.listdir(self.path(".shaman", "trash")))
        made = self.api.create("film/shot", [spec("tex/deep/a.png", data)])
        self.assertEqual(made.status, 200, "the server can bring back what root's collection took")
        self.assertFalse(os.path.exists(folder + "/none"))

    def test_a_token_that_root_makes_is_readable_for_the_server(self):
        self.start()
        tokens = os.path.join(self.folder, "tokens")
        new = ("token", "create", "--role", "submit", "--token-file", tokens, "--name")
        done = self.as_root(*new, "first")
        self.assertIn(f"chown USER \"{tokens}\"", done.stderr)
        os.chown(tokens, SERVER, GROUP)
        self.assertNotIn("chown", self.as_root(*new, "second").stderr)
        self.as_root("token", "revoke", "first", "--token-file", tokens)
        found = os.stat(tokens)
        self.assertEqual((found.st_uid, found.st_gid, found.st_mode & 0o777), (SERVER, GROUP, 0o600))
        os.remove(tokens)
        configured = {**os.environ, "SHAMAN_STORAGE": self.storage}
        done = subprocess.run([PROGRAM, *new, "third"], capture_output=True, text=True, check=True, env=configured)
        self.assertNotIn("chown", done.stderr)
        self.assertEqual(os.stat(tokens).st_uid, SERVER, "as what the server keeps in its storage")

    def test_the_server_goes_on_where_the_manager_began(self):
        """Folders that the Manager made first, as users of the set-up do."""
        done = as_user(MANAGER, "mkdir", "-p", self.path("jobs", "film"), umask=0o002)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.start()
        self.checkout("film/shot")
        self.assertEqual(self.api.call("DELETE", "/api/v3/shaman/checkout/film/shot").status, 204)


class WithoutAGroup(Users):
    def test_a_manager_that_could_not_erase_is_found(self):
        os.mkdir(self.storage)
        os.chown(self.storage, SERVER, SERVER)
        self.start(group=SERVER)
        manager = self.manager(groups=())
        done = as_user(SERVER, PROGRAM, "check-manager", manager.url, "--storage", self.storage, groups=())
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, "(?m)^error ")
        self.assertIn("without write access to", done.stdout)
        self.assertIn("UMask=0002", done.stdout)

    def test_shards_of_another_user_are_refused_at_the_start(self):
        for name in ("jobs", "file-store", "file-store/stored"):
            os.makedirs(self.path(name), exist_ok=True)
        os.makedirs(self.path("file-store/stored/ab"))
        subprocess.run(["chown", "-R", str(SERVER), self.storage], check=True)
        os.chown(self.path("file-store/stored/ab"), MANAGER, MANAGER)
        with self.assertRaises(AssertionError) as refused:
            self.start(group=SERVER)
        self.assertIn("may not write into 1 of the folders in file-store/stored, such as ab",
                      str(refused.exception))
        self.assertIn(str(SERVER), str(refused.exception))

    def test_the_commands_that_give_shards_to_a_group_leave_stored_files_read_only(self):
        shard = self.path("file-store/stored/ab")
        for name in (self.path("jobs"), shard):
            os.makedirs(name)
        blob = os.path.join(shard, "4096.blob")
        with open(blob, "wb"):
            pass
        os.chmod(blob, 0o444)
        subprocess.run(["chown", "-R", str(SERVER), self.storage], check=True)
        subprocess.run(["chown", "-R", str(MANAGER), shard], check=True)
        with self.assertRaises(AssertionError) as refused:
            self.start()
        commands = re.search(r"give them to one group \((chgrp .*)\), and run", str(refused.exception)).group(1)
        subprocess.run(["sh", "-c", commands.replace("GROUP", str(GROUP))], check=True)
        self.assertEqual(stat.S_IMODE(os.stat(blob).st_mode), 0o444)
        self.assertEqual(stat.S_IMODE(os.stat(shard).st_mode), 0o2775)
        self.start()

    def test_a_jobs_folder_of_another_user_is_refused_at_the_start(self):
        os.makedirs(self.path("jobs"))
        os.chown(self.storage, SERVER, SERVER)
        with self.assertRaises(AssertionError) as refused:
            self.start(group=SERVER)
        self.assertIn("cannot make, rename and erase in jobs: Permission denied", str(refused.exception))

    def test_checkouts_of_another_user_are_told(self):
        os.makedirs(self.path("jobs", "old"))
        subprocess.run(["chown", "-R", str(SERVER), self.storage], check=True)
        os.chown(self.path("jobs", "old"), MANAGER, MANAGER)
        self.start(group=SERVER)
        self.server.wait_for_log("may not write into 1 folder of the jobs folder, such as old")
        self.assertIn("cannot be erased", self.remarks()[0])

    def test_a_umask_that_locks_workers_out_is_told(self):
        os.mkdir(self.storage)
        os.chown(self.storage, SERVER, SERVER)
        self.start(group=SERVER, umask=0o077)
        self.server.wait_for_log("folders that this server makes get the mode 0700")
        self.assertIn("UMask=0002", self.remarks()[0])

    def test_a_blob_that_cannot_be_marked_is_taken_again(self):
        os.mkdir(self.storage)
        os.chown(self.storage, SERVER, SERVER)
        self.start(group=SERVER)
        data = new_content()
        self.assertEqual(self.api.upload(data).status, 204)
        self.server.terminate()
        blob = self.server.blob_path(sha256(data), len(data))
        os.chown(blob, MANAGER, MANAGER)
        os.utime(blob, (0, 0))
        self.start(group=SERVER)
        wanted = self.api.requirements([spec("f", data)])
        self.assertEqual(wanted.status, 200, wanted)
        self.assertEqual(len(wanted.json()["files"]), 1)
        self.assertEqual(self.api.upload(data).status, 204)
        self.assertEqual(self.api.requirements([spec("f", data)]).json()["files"], [])


class Inheritance(Users):
    """What an admin set on folders reaches checkouts as if they had been made there."""

    def looks(self, path):
        found = os.stat(path)
        try:
            acl = os.getxattr(path, ACL)
        except OSError:
            acl = None
        return found.st_gid, stat.S_IMODE(found.st_mode), acl

    def assert_as_made_there(self, parent, *made):
        """`made` looks like a folder that the server's user makes in `parent`."""
        reference = os.path.join(parent, "reference")
        done = as_user(SERVER, "mkdir", reference, groups=(SERVER,), umask=0o027)
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in made:
            self.assertEqual(self.looks(path), self.looks(reference), path)
        os.rmdir(reference)

    def start_with(self, name, change):
        for folder in ("jobs/film", "file-store/stored"):
            os.makedirs(self.path(folder))
        subprocess.run(["chown", "-R", f"{SERVER}:{SERVER}", self.storage], check=True)
        change(self.path(name))
        self.start(group=SERVER, umask=0o027)

    @staticmethod
    def set_group(path):
        os.chown(path, SERVER, GROUP)
        os.chmod(path, 0o2775)

    @staticmethod
    def set_acl(path):
        try:
            os.setxattr(path, ACL, default_acl(GROUP))
        except OSError as error:
            raise unittest.SkipTest(f"no access lists here: {error}") from None

    def test_a_group_on_the_jobs_folder(self):
        self.start_with("jobs", self.set_group)
        folder, _ = self.checkout("new/shot")
        self.assert_as_made_there(self.path("jobs"), self.path("jobs/new"), folder, folder + "/tex",
                                  folder + "/tex/deep")
        self.assertEqual(self.looks(folder)[0], GROUP)

    def set_both_acls(self, jobs):
        self.set_acl(jobs)
        self.set_acl(self.path("file-store/stored"))

    def test_an_access_list_on_the_jobs_folder(self):
        self.start_with("jobs", self.set_both_acls)
        folder, _ = self.checkout("new/shot")
        self.assert_as_made_there(self.path("jobs"), self.path("jobs/new"), folder, folder + "/tex",
                                  folder + "/tex/deep")
        read = as_user(WORKER, "sha256sum", folder + "/tex/deep/a.png")
        self.assertEqual(read.returncode, 0, read.stderr)

    def test_on_the_folder_of_a_film(self):
        """Of two films one has a group: each checkout takes after its own."""
        self.start_with("jobs/film", self.set_group)
        inside, _ = self.checkout("film/shot")
        deeper, _ = self.checkout("film/seq/shot")
        self.assert_as_made_there(self.path("jobs/film"), inside, inside + "/tex", deeper,
                                  self.path("jobs/film/seq"), deeper + "/tex/deep")
        outside, _ = self.checkout("other/shot")
        self.assertEqual(self.looks(outside)[0], SERVER)

    def test_on_the_file_store(self):
        self.start_with("file-store/stored", self.set_group)
        _, data = self.checkout()
        self.assert_as_made_there(self.path("file-store/stored"),
                                  os.path.dirname(self.server.blob_path(sha256(data), len(data))))

    def test_nothing_is_left_where_it_was_made(self):
        self.start_with("jobs/film", self.set_group)
        for _ in range(3):
            self.checkout("film/shot")
        self.assertEqual([name for name in os.listdir(self.path("jobs/film")) if name.startswith(".")], [])


if __name__ == "__main__":
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        print("skipped: other users need root and setpriv")
        sys.exit(77)
    api.main()
