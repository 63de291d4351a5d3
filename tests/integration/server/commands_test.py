# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that work on a storage refuse a folder that is not one, and change nothing in it."""

import os
import tempfile
import unittest

import api
import json_lines
from api import Api, new_content, spec
from manager import Manager
from shaman_server import PATIENCE, PROGRAM, Server
from tokens import Tokens

COMMANDS = (("gc",), ("gc", "--dry-run"), ("gc", "--json"), ("verify",), ("verify", "--dry-run"),
            ("erase", "film/shot"), ("pin", "film/shot"), ("unpin", "May"), ("pins",), ("pins", "--json"),
            ("checkouts", "pending"), ("checkouts", "pending", "--confirm"))
# The same, where a file of tokens is needed in place of a storage.
OF_TOKENS = (("token", "create", "--role", "submit", "--name", "Anna"), ("token", "list"), ("token", "revoke", "Anna"))


def run(*arguments, **more):
    return json_lines.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, **more)


def tree(folder):
    return sorted((os.path.join(path, name), os.lstat(os.path.join(path, name)).st_mtime_ns)
                  for path, folders, files in os.walk(folder) for name in folders + files)


class NotAStorage(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def assert_refused(self, storage, *words):
        before = tree(self.folder)
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(*command, "--storage", storage)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                for word in (storage, *words):
                    self.assertIn(word, done.stderr)
                self.assertEqual(tree(self.folder), before)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def test_an_empty_folder(self):
        os.mkdir(self.path("empty"))
        self.assert_refused(self.path("empty"), "is not a storage", ".shaman/format", "start the server")

    def test_somebodys_folder(self):
        os.makedirs(self.path("home", "jobs"))
        with open(self.path("home", "notes"), "w", encoding="ascii") as file:
            file.write("mine")
        self.assert_refused(self.path("home"), "is not a storage")

    def test_a_folder_within_a_storage(self):
        storage = self.path("storage")
        with Server(storage):
            pass
        os.symlink(os.path.join(storage, "jobs"), self.path("link"))
        for inner in (os.path.join(storage, "jobs"), os.path.join(storage, ".shaman"),
                      os.path.join(storage, "file-store", "none"), self.path("link")):
            self.assert_refused(inner, f'is inside the storage "{storage}"')
            done = run("check-manager", "http://127.0.0.1:1", "--storage", inner)
            self.assertEqual(done.returncode, 2, done.stderr)

    def test_what_is_not_there(self):
        self.assert_refused(self.path("nowhere"), "No such file or directory")

    def test_a_file(self):
        with open(self.path("file"), "w", encoding="ascii") as file:
            file.write("mine")
        self.assert_refused(self.path("file"), "Not a directory")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_storage_of_another_user(self):
        os.chmod(self.folder, 0o755)
        with Server(self.path("storage")):
            pass
        for command in COMMANDS:
            with self.subTest(command=command):
                done = run(*command, "--storage", self.path("storage"), user=65534, group=65534, extra_groups=[])
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn("Permission denied; run the command as the server's user, or as root", done.stderr)

    def test_a_storage_that_has_lost_its_jobs_folder(self):
        """Without it nothing would be in use, and all be collected."""
        storage = self.path("storage")
        with Server(storage):
            pass
        os.rmdir(os.path.join(storage, "jobs"))
        for command in (("gc",), ("verify",), ("erase", "film/shot")):
            done = run(*command, "--storage", storage)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("jobs in it is missing", done.stderr)
            self.assertFalse(os.path.exists(os.path.join(storage, "jobs")))


class ExitStatuses(unittest.TestCase):
    """One kind of mistake has one exit status, whichever command meets with it: docs/artists.md has the table."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.storage = os.path.join(self.folder, "storage")
        self.tokens = os.path.join(self.folder, "tokens")

    def serve(self):
        server = Server(self.storage).start()
        self.addCleanup(server.close)
        return server

    def assert_wrong_input(self, *arguments, words):
        with self.subTest(arguments=arguments):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(words, done.stderr)
            self.assertRegex(done.stderr, r"^shaman-server: ")

    def all_commands(self):
        for command in COMMANDS:
            yield (*command, "--storage", self.storage)
        for command in OF_TOKENS:
            yield (*command, "--token-file", self.tokens)
        yield ("check-manager", "http://127.0.0.1:1", "--storage", self.storage)
        yield ("--storage", self.storage)
        yield ("--storage", self.storage, "--check-config")

    def test_arguments(self):
        for command in self.all_commands():
            self.assert_wrong_input(*command, "--frobnicate", words="has no option \"--frobnicate\"")
            self.assert_wrong_input(*command, "--config", words="--config needs a value: FILE")
            self.assert_wrong_input(*command, "--config", "a", "--config", "b", words="--config is given 2 times")
        self.assertFalse(os.path.exists(self.storage))

    def test_a_configuration_that_cannot_be_used(self):
        broken = os.path.join(self.folder, "broken.yaml")
        with open(broken, "w", encoding="ascii") as file:
            file.write("storage: [\n")
        for command in self.all_commands():
            for path, words in ((os.path.join(self.folder, "none"), "cannot open"), (broken, "invalid YAML")):
                self.assert_wrong_input(*command, "--config", path, words=words)
                told = run(*command, "--config", path).stderr
                self.assertEqual(len(told.splitlines()), 2, told)  # the reason, and how to get help

    def test_names_that_are_taken_or_not_there(self):
        with Api(self.serve()) as calls:
            data = new_content()
            calls.upload(data)
            self.assertEqual(calls.create("film", [spec("f", data)]).status, 200)
        at = ("--storage", self.storage)
        self.assertEqual(run("pin", "film", *at).returncode, 0)
        self.assert_wrong_input("pin", "film", *at, words="already")
        self.assert_wrong_input("pin", "none", *at, words="there is no checkout")
        self.assert_wrong_input("erase", "none", *at, words="there is no checkout")
        self.assert_wrong_input("unpin", "none", *at, words="there is no pin")
        create = ("token", "create", "--role", "submit", "--name", "Anna", "--token-file", self.tokens)
        self.assertEqual(run(*create).returncode, 0)
        self.assert_wrong_input(*create, words="already")
        self.assert_wrong_input("token", "revoke", "none", "--token-file", self.tokens, words="there is no token")

    def test_a_token_file_that_cannot_be_used(self):
        serve = ("--storage", self.storage, "--auth-token-file", self.tokens)
        using = [(*serve, "--check-config"), serve, *((*command, "--token-file", self.tokens) for command in OF_TOKENS)]
        for command in using:
            if "create" not in command:
                self.assert_wrong_input(*command, words="No such file or directory")
        with open(self.tokens, "w", encoding="ascii") as file:
            file.write("nonsense\n")
        for mode, words in ((0o644, "can be read by other users: run chmod 600 on it"), (0o600, "line 1: ")):
            os.chmod(self.tokens, mode)
            for command in using:
                self.assert_wrong_input(*command, words=words)
        for command in OF_TOKENS:
            if "create" in command:
                self.assert_wrong_input(*command, "--token-file", os.path.join(self.folder, "none", "tokens"),
                                        words="create the folder")

    def test_a_token_file_without_tokens(self):
        with open(self.tokens, "x", encoding="ascii"):
            os.chmod(self.tokens, 0o600)
        done = run("token", "list", "--token-file", self.tokens)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("contains no tokens", done.stderr)

    def test_a_life_that_no_token_has(self):
        for life in ("0", "0s", "500ms", "-1d", "36501d", "300000d", "1e9d", "soon", ""):
            self.assert_wrong_input(*OF_TOKENS[0], "--token-file", self.tokens, "--expires", life, words="--expires")
        self.assertIn("from 1s to 36500d; or never",
                      run(*OF_TOKENS[0], "--token-file", self.tokens, "--expires", "0").stderr)
        self.assertIn("from 1s to 36500d; or never",
                      run(*OF_TOKENS[0], "--token-file", self.tokens, "--expires", "1000000d").stderr)
        self.assertFalse(os.path.exists(self.tokens))

    def test_the_name_of_an_expired_token_says_how_to_replace_it(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        tokens.make("admin")
        tokens.expire("admin")
        name = run("token", "list", "--token-file", tokens.file).stdout.split()[-1]
        self.assert_wrong_input("token", "create", "--role", "admin", "--name", name, "--token-file", tokens.file,
                                words=f'the token named "{name}" expired (')
        self.assertEqual(run("token", "revoke", name, "--token-file", tokens.file).returncode, 0)


class BeforeTheFirstStart(unittest.TestCase):
    """`check-manager` of a storage on which no server was started yet."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.addCleanup(temporary.cleanup)
        self.storage = os.path.join(temporary.name, "storage")
        self.farm = Manager(storage=self.storage)
        self.addCleanup(self.farm.close)

    def check(self):
        before = tree(os.path.dirname(self.storage))
        done = run("check-manager", self.farm.url, "--storage", self.storage)
        self.assertEqual([name for name, _ in tree(os.path.dirname(self.storage))],
                         [name for name, _ in before])
        return done.returncode, done.stdout + done.stderr

    def test_an_empty_folder_is_right(self):
        os.mkdir(self.storage)
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertIn("they are the same folder", said)

    def test_a_folder_that_the_manager_has_begun_is_right(self):
        os.makedirs(os.path.join(self.storage, "jobs"))
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertIn("they are the same folder", said)

    def test_a_folder_that_is_not_there_yet(self):
        status, said = self.check()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, "(?m)^warning .*does not exist yet")

    def test_another_folder_is_wrong(self):
        os.mkdir(self.storage)
        with tempfile.TemporaryDirectory() as other:
            self.farm.storage = other
            status, said = self.check()
        self.assertEqual(status, 1, said)
        self.assertRegex(said, "(?m)^error ")


if __name__ == "__main__":
    api.main()
