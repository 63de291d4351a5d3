# SPDX-License-Identifier: GPL-3.0-or-later
"""One judgement and one status whichever command is asked: what an artist meets besides success"""

import json
import os
import re
import shutil
import subprocess
import unittest

import certificates
from manager import Manager
from shaman_server import PATIENCE, PROGRAM, Server
from studio import Studio
from tokens import Tokens

LIBRARY = "libs/props.blend"
SOURCE = os.environ["SHAMAN_SOURCE"]


class ArtistTest(Studio, unittest.TestCase):
    def run_shaman(self, *arguments, expect, **environment):
        done = self.client.run(*arguments, **environment)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def start(self, **options):
        server = Server(**options).start()
        self.addCleanup(server.close)
        return server


class WithoutAManager(ArtistTest):
    def test_every_command_says_the_same(self):
        url = self.start(secured=False).url
        sentences = set()
        job = ["--job-type", "simple-blender-render"]
        for command in (["job", "types"], ["job", "list"], ["job", "show", "x"], ["job", "tail", "x"],
                        ["job", "cancel", "x"], ["submit", self.shot, *job], ["submit", self.shot, *job, "--no-shaman"],
                        ["submit", self.shot, *job, "--dry-run"]):
            with self.subTest(command):
                done = self.run_shaman(*command, "--server", url, "--json", expect=2)
                sentences.add(json.loads(done.stdout)["error"])
        self.assertEqual(len(sentences), 1, sentences)
        for words in ("there is no Flamenco Manager at " + url, "Use the address of the Manager"):
            self.assertIn(words, next(iter(sentences)))


class DoctorOfCredentials(ArtistTest):
    def findings(self, url, *arguments, expect=1):
        done = self.run_shaman("doctor", "--server", url, "--json", *arguments, expect=expect)
        return [(each["kind"], each["about"], each["text"]) for each in json.loads(done.stdout)["findings"]]

    def test_a_bad_token_file_is_a_finding_of_its_own(self):
        url = self.start(secured=False).url
        missing = os.path.join(self.folder, "no-token")
        found = self.findings(url, "--token-file", missing)
        self.assertEqual([(kind, about) for kind, about, _ in found if kind == "error"], [("error", "token")])
        self.assertTrue(any(missing in text for kind, _, text in found if kind == "error"), found)
        self.assertIn(("ok", "server"), [(kind, about) for kind, about, _ in found])

    def test_a_bad_authority_is_a_finding_of_its_own(self):
        url = self.start(secured=True).url
        bad = self.write(os.path.join(self.folder, "bad.pem"), b"no certificate\n")
        errors = [(about, text) for kind, about, text in self.findings(url, "--ca", bad) if kind == "error"]
        self.assertEqual([about for about, _ in errors], ["tls", "server"])
        self.assertIn(bad, errors[0][1])
        self.assertIn("TLS failed", errors[1][1])
        self.findings(url, "--ca", certificates.authority().file, expect=0)


class Taken(ArtistTest):
    def test_what_takes_the_place_of_a_texture_is_said(self):
        texture = os.path.join(self.project, "textures", "floor.png")
        os.remove(texture)
        for make, words in ((os.mkdir, "it is a folder"), (lambda path: os.symlink("nowhere", path), "the link is broken")):
            make(texture)
            for command in (["list", self.shot, "--project", self.project], ["submit", self.shot, "--dry-run"]):
                with self.subTest(command, words=words):
                    said = self.run_shaman(*command, "--strict", expect=3)
                    self.assertRegex(said.stdout + said.stderr, f"floor.png[^\0]*cannot be read: {words}")
            os.rmdir(texture) if os.path.isdir(texture) else os.remove(texture)


class Strict(ArtistTest):
    def test_a_damaged_library_counts_as_missing(self):
        self.write(os.path.join(self.project, LIBRARY), b"BLENDER-v300 and then nothing")
        url = self.start(secured=False).url
        pack = os.path.join(self.folder, "pack")
        submit = ["submit", self.shot, "--project", self.project, "--server", url]
        for command in (["list", self.shot], submit, [*submit, "--dry-run"],
                        ["pack", self.shot, pack, "--project", self.project]):
            with self.subTest(command):
                done = self.run_shaman(*command, "--strict", expect=3)
                self.assertIn("props.blend", done.stdout + done.stderr)
                # Who leaves it out knows.
                self.run_shaman(*command, "--strict", "--exclude", "props.blend", expect=0)
        shutil.rmtree(pack)
        self.run_shaman("pack", self.shot, pack, "--project", self.project, expect=0)

    def test_nobody_misses_what_is_excluded(self):
        os.remove(os.path.join(self.project, "textures", "floor.png"))
        pack = os.path.join(self.folder, "pack")
        for command in (["list", self.shot], ["submit", self.shot, "--dry-run"], ["pack", self.shot, pack]):
            with self.subTest(command):
                self.run_shaman(*command, "--strict", expect=3)
                done = self.run_shaman(*command, "--strict", "--exclude", "floor.png", expect=0)
                self.assertNotIn("missing", done.stdout + done.stderr)


class Private(ArtistTest):
    """What `submit` leaves out, `list` shows as that."""

    def setUp(self):
        super().setUp()
        hidden = os.path.join(self.folder, ".hidden")
        os.mkdir(hidden)
        shutil.move(self.studio, hidden)
        self.shot = os.path.join(hidden, "studio", "film", "shots", "shot010.blend")

    def test_both_leave_out_the_same(self):
        sent = json.loads(self.run_shaman("submit", self.shot, "--dry-run", "--json", expect=0).stdout)
        listed = json.loads(self.run_shaman("list", self.shot, "--json", expect=0).stdout)
        self.assertTrue(listed["leftOut"])
        self.assertEqual(listed["leftOut"], sent["leftOut"])
        for arguments in ([], ["--tree"]):
            shown = self.run_shaman("list", self.shot, *arguments, expect=0).stdout
            marked = [line for line in shown.splitlines() if line.endswith("(left out as private)")]
            for file in listed["leftOut"]:
                self.assertTrue(any(os.path.basename(file["path"]) in line for line in marked), shown)
        self.run_shaman("list", self.shot, "--strict", expect=3)

    def test_the_reason_names_what_matched_and_the_option(self):
        secrets = os.path.join(self.folder, "keys", ".ssh")
        os.makedirs(secrets)
        for name, path in (("id_rsa", os.path.join(self.folder, "id_rsa")),
                           ("x.pem", os.path.join(self.folder, "x.pem")), (".ssh", os.path.join(secrets, "x"))):
            self.write(path)
            with self.subTest(name):
                done = self.run_shaman("pack", self.shot, "--dry-run", "--include", os.path.dirname(path), expect=0)
                self.assertRegex(done.stderr, f"{re.escape(path)}\n +it.*[(][*]?{re.escape(os.path.splitext(name)[1] or name)}[)]")
                self.assertIn("to include: --allow-outside GLOB; a secret needs its full path", done.stderr)
        for origin, environment in (("SHAMAN_PRIVATE", {"SHAMAN_PRIVATE": "nothing,floor.*"}),
                                    (":1", {"SHAMAN_CLIENT_CONFIG": self.write("c.yaml", b"private: ['floor.*']\n")})):
            for command in (["list", self.shot], ["submit", self.shot, "--dry-run"], ["pack", self.shot, "--dry-run"]):
                with self.subTest(command, origin=origin):
                    done = self.run_shaman(*command, expect=0, **environment)
                    self.assertRegex(done.stdout + done.stderr,
                                     f'floor.png\\s+it matches the pattern "floor[.][*]" of `private` [(].*{origin}[)]')
                    self.assertIn("to include: --allow-outside GLOB", done.stdout + done.stderr)

    def test_what_is_allowed_is_not_marked(self):
        for arguments in (["--allow-outside", "**"],
                          ["--project", os.path.dirname(os.path.dirname(os.path.dirname(self.shot)))]):
            listed = json.loads(self.run_shaman("list", self.shot, "--strict", "--json", *arguments, expect=0).stdout)
            self.assertEqual(listed["leftOut"], [])

    def test_a_dry_run_speaks_of_what_would_be(self):
        shown = self.run_shaman("submit", self.shot, "--dry-run", expect=0).stdout
        self.assertRegex(shown, r"\d+ files? would be left out because")
        done = self.run_shaman("pack", self.shot, "--dry-run", expect=0)
        self.assertRegex(done.stderr, r"\d+ files? would be left out because")
        self.assertNotIn("will be", done.stderr + done.stdout)


class Patterns(ArtistTest):
    def commands(self):
        return (["list", self.shot], ["submit", self.shot, "--dry-run"], ["pack", self.shot, "--dry-run"])

    def test_one_that_matches_nothing_is_named(self):
        for command in self.commands():
            for option in ("--exclude", "--allow-outside"):
                with self.subTest(command, option=option):
                    done = self.run_shaman(*command, option, "*.nothing", expect=0)
                    self.assertIn(f'{option} "*.nothing" has no effect', done.stderr + done.stdout)
                    done = self.run_shaman(*command, option, "floor.png", expect=0)
                    self.assertNotIn("has no effect", done.stderr + done.stdout)
        for command in self.commands()[1:]:
            done = self.run_shaman(*command, "--include", "*.nothing", expect=0)
            self.assertIn("*.nothing", done.stderr + done.stdout)
            # What is only included can be excluded.
            self.write(os.path.join(os.path.dirname(self.shot), "cache", "a.tmp"), b"x")
            done = self.run_shaman(*command, "--include", "cache", "--exclude", "*.tmp", expect=0)
            self.assertNotIn('"*.tmp" has no effect', done.stderr + done.stdout)

    def test_what_follows_a_pattern_is_another_argument(self):
        for option in ("--exclude", "--include", "--allow-outside"):
            for command, *more in self.commands():
                if command == "list" and option == "--include":
                    continue
                with self.subTest(command, option=option):
                    self.run_shaman(command, option, "*.nothing", *more, expect=0)
        done = self.run_shaman("submit", "--setting", "x=y", self.shot, "--dry-run", expect=2)
        self.assertIn("--setting", done.stderr)
        self.assertNotIn("FILE.blend", done.stderr)

    def test_one_that_begins_at_a_folder_matches(self):
        self.write("shots/cache/a.tmp")
        floor = os.path.join(self.project, "textures", "floor.png")
        for command in self.commands():
            for pattern in ("./textures/floor.png", ".\\textures\\floor.png", "//../textures/*.png"):
                with self.subTest(command, pattern=pattern):
                    done = self.run_shaman(*command, "--project", self.project, "--exclude", pattern, expect=0)
                    self.assertNotIn("has no effect", done.stderr + done.stdout)
                    self.assertNotIn(floor, done.stdout)
        for pattern in ("./shots/cache", ".\\shots\\cache\\a.tmp", "//cache/*.tmp"):
            with self.subTest(pattern):
                done = self.run_shaman("pack", self.shot, "--dry-run", "--project", self.project, "--include", pattern,
                                       "--strict", expect=0)
                self.assertIn("shots/cache/a.tmp", done.stdout)

    def test_an_include_that_exclude_empties_is_not_missing(self):
        self.write("shots/cache/a.tmp")
        for command in self.commands()[1:]:
            for pattern in ("*.tmp", "cache", "cache/a.tmp"):
                with self.subTest(command, pattern=pattern):
                    done = self.run_shaman(*command, "--strict", "--include", pattern, "--exclude", "cache", expect=0)
                    self.assertIn(f'--include "{pattern}" has no effect: --exclude leaves out every file that it '
                                  "matches", done.stderr + done.stdout)
                    self.assertNotIn("missing", done.stderr + done.stdout)

    def test_empty_values_are_refused(self):
        for command in self.commands():
            for option in ("--exclude", "--include", "--allow-outside", "--project"):
                if command[0] == "list" and option == "--include":
                    continue
                for value in ("", " "):
                    with self.subTest(command, option=option, value=value):
                        done = self.run_shaman(*command, option, value, expect=2)
                        self.assertIn(option, done.stderr)
                        self.assertIn("must not be empty", done.stderr)


    def test_empty_operands_are_refused(self):
        for command in (["list", ""], ["list", self.shot, ""], ["submit", ""], ["submit", "", "--dry-run"], ["pack", ""],
                        ["pack", self.shot, ""], ["pack", self.shot, "", "--dry-run"], ["checkout", "show", ""],
                        ["checkout", "erase", ""], ["job", "show", ""], ["job", "tail", ""], ["job", "cancel", ""],
                        ["doctor", "--blender", ""]):
            with self.subTest(command):
                done = self.run_shaman(*command, expect=2)
                self.assertIn("must not be empty", done.stderr)
                self.assertNotIn(os.getcwd(), done.stderr)


class DryRuns(ArtistTest):
    def test_a_server_that_refuses_the_submission_ends_them_alike(self):
        tokens = Tokens()
        self.addCleanup(tokens.close)
        tokens.make("submit")
        server = self.start(**{"auth.token-file": tokens.file})
        more = {"SHAMAN_CA": certificates.authority().file} if server.tls else {}
        for token in ("wrong", ""):
            with self.subTest(token=token):
                submit = ["submit", self.shot, "--server", server.url]
                real = json.loads(self.run_shaman(*submit, "--json", expect=1, SHAMAN_TOKEN=token, **more).stdout)
                done = self.run_shaman(*submit, "--dry-run", expect=1, SHAMAN_TOKEN=token, **more)
                self.assertEqual(done.stderr.splitlines()[-1], "shaman: a submission would fail: " + real["error"])
                self.assertIn("Total:       ", done.stdout)
                told = json.loads(
                    self.run_shaman(*submit, "--dry-run", "--json", expect=1, SHAMAN_TOKEN=token, **more).stdout)
                self.assertEqual(told["error"], "a submission would fail: " + real["error"])
                self.assertGreater(told["files"], 0)

    def test_a_manager_without_its_shaman_does_too(self):
        manager = Manager(shaman_enabled=False)
        self.addCleanup(manager.close)
        submit = ["submit", self.shot, "--server", manager.url]
        for more in ([], ["--dry-run"]):
            with self.subTest(more):
                self.assertIn("does not accept files", self.run_shaman(*submit, *more, expect=1).stderr)


    def test_a_path_that_is_taken_is_said_to_be(self):
        server = self.start(secured=False)
        submit = ["submit", self.shot, "--server", server.url, "--checkout-path", "film/shot"]
        shown = self.run_shaman(*submit, "--dry-run", expect=0).stdout
        self.assertIn("Checkout:    film/shot; if this path is taken, the server appends four characters (film/shot-k3x9)\n",
                      shown)
        self.run_shaman(*submit, expect=0)
        shown = self.run_shaman(*submit, "--dry-run", expect=0).stdout
        self.assertIn("Checkout:    film/shot is taken; if nothing has changed, the server keeps it, otherwise it "
                      "appends four characters (film/shot-k3x9)\n", shown)
        told = json.loads(self.run_shaman(*submit, "--dry-run", "--json", expect=0).stdout)
        self.assertTrue(told["checkoutPathTaken"])
        for path in ("film", "film/shot2"):
            told = json.loads(self.run_shaman(*submit[:-1], path, "--dry-run", "--json", expect=0).stdout)
            self.assertFalse(told["checkoutPathTaken"])


class Targets(ArtistTest):
    def test_one_that_cannot_be_used_is_wrong_usage(self):
        taken = self.write(os.path.join(self.folder, "taken"), b"x")
        full = os.path.join(self.folder, "full")
        self.write(os.path.join(full, "x"), b"x")
        folder = os.path.join(self.folder, "folder.zip")
        os.mkdir(folder)
        for target, named in ((taken, taken), (taken + "/pack", taken), (taken + "/pack.zip", taken), (full, full),
                              (folder, folder)):
            with self.subTest(target):
                done = self.run_shaman("pack", self.shot, target, expect=2)
                self.assertIn(f'"{named}"', done.stderr)

    def test_an_archive_of_another_kind_is_refused(self):
        for name, instead, extension in (
                ("a.tar", "a.zip", ".tar"), ("a.tar.gz", "a.zip", ".tar.gz"), ("a.TGZ", "a.zip", ".TGZ"),
                ("a.rar", "a.zip", ".rar"), ("a.7z/", "a.zip", ".7z"), ("shot.v2.tar.zst", "shot.v2.zip", ".tar.zst"),
                ("copy.blend", "copy.zip", ".blend")):
            target = os.path.join(self.folder, name)
            for more in ([], ["--dry-run"]):
                with self.subTest(name, more=more):
                    said = self.run_shaman("pack", self.shot, target, *more, expect=2).stderr
                    self.assertIn(f'"{os.path.join(self.folder, instead)}", or leave out {extension} for a folder', said)
                    self.assertFalse(os.path.exists(target))

    def test_a_folder_that_exists_may_have_any_name(self):
        target = os.path.join(self.folder, "shots.tar")
        os.mkdir(target)
        self.run_shaman("pack", self.shot, target, expect=0)

    def test_one_that_cannot_be_written_is_named(self):
        small = os.path.join(self.folder, "small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", small], capture_output=True,
                          check=False).returncode:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", small], check=True)
        os.makedirs(os.path.join(small, "below"))
        with open(os.path.join(small, "filling"), "wb") as file:
            file.write(b"x" * 48_000)
        target = os.path.join(small, "below", "pack")
        for arguments in ([], ["--compress"]):
            for name in (target, target + ".zip"):
                with self.subTest(name, arguments=arguments):
                    done = self.run_shaman("pack", self.shot, name, "--project", self.studio, *arguments, expect=1)
                    self.assertIn(f'"{name}', done.stderr)
                    self.assertIn("No space left on device", done.stderr)
                    self.assertNotIn(".shaman-", done.stderr)
                    self.assertEqual(os.listdir(os.path.dirname(target)), [])
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        for name in (target, target + ".zip"):
            with self.subTest(name):
                done = self.run_shaman("pack", self.shot, name, expect=1)
                self.assertIn(f'"{name}', done.stderr)
                self.assertIn("Read-only file system", done.stderr)
                self.assertNotIn(".shaman-", done.stderr)


class Words(ArtistTest):
    def test_what_is_no_blend_at_all_is_said_to_be_none(self):
        picture = os.path.join(self.project, "textures", "floor.png")
        done = self.run_shaman("list", picture, expect=2)
        self.assertIn("floor.png\" is not a .blend file", done.stderr)
        self.assertNotIn("byte 0", done.stderr)

    def test_a_folder_says_which_blend_to_name(self):
        shots = os.path.dirname(self.shot)
        two = self.write("two/b.blend")
        shutil.copy(two, os.path.join(os.path.dirname(two), "a.blend"))
        manager = Manager()
        self.addCleanup(manager.close)
        job = ["--server", manager.url, "--job-type", "echo-sleep-test", "--setting", "message=x"]
        for folder, words in ((shots, f'name the one in it, "{self.shot}"'),
                              (os.path.dirname(two), f'such as "{os.path.dirname(two)}/a.blend"'),
                              (self.project, "name the file to render")):
            for command in (["list", folder], ["submit", folder, "--dry-run"], ["pack", folder, "--dry-run"],
                            ["submit", folder, *job], ["submit", folder, *job, "--no-shaman"]):
                with self.subTest(command):
                    said = self.run_shaman(*command, expect=2).stderr
                    self.assertIn(f'"{folder}" is a folder, but must be a .blend file: ', said)
                    self.assertIn(words, said)

    def test_a_damaged_blend_says_what_to_do(self):
        for data, words in ((b"BLENDER-v300", "copy it again"), (b"BLENDER#v300", "open it in Blender and save it again"),
                            (b"PNG and so on", "name a file that Blender saved")):
            damaged = self.write("damaged.blend", data)
            with self.subTest(data[:20]):
                self.assertIn(words, self.run_shaman("list", damaged, expect=2).stderr)

    def test_no_password_of_an_address_is_repeated(self):
        wrong = ("http://me:hunter2@farm:8080", "me:hunter2@farm", "http://me:1/hunter2@farm", "ftp://me:hunter2@farm")
        for address in wrong:
            for command in (["status"], ["doctor"], ["job", "types"], ["submit", self.shot], ["config", "show"]):
                for more, environment in ((["--server", address], {}), ([], {"SHAMAN_SERVER": address})):
                    if command[0] == "config" and more:
                        continue
                    for as_json in ([], ["--json"]):
                        with self.subTest(command, address=address, as_json=as_json):
                            done = self.client.run(*command, *more, *as_json, **environment)
                            self.assertEqual(done.returncode, 0 if command[0] == "config" else 2)
                            self.assertNotIn("hunter2", done.stdout + done.stderr)
                            self.assertIn("…@farm", done.stdout + done.stderr)
        said = self.run_shaman("status", wrong[0], expect=2).stderr
        self.assertNotIn("hunter2", said)

    def test_a_blend_that_cannot_be_used_is_wrong_input(self):
        whole = open(self.shot, "rb").read()  # pylint: disable=consider-using-with
        for name, content, words in (("empty", b"", "is empty"), ("cut", whole[:len(whole) // 2], "ends too early")):
            path = os.path.join(self.folder, name + ".blend")
            with open(path, "wb") as file:
                file.write(content)
            self.assertIn(f'"{path}" {words}', self.run_shaman("list", path, expect=2).stderr)

    def test_people_read_local_times_and_programs_utc(self):
        farm = Manager(storage=os.path.join(self.folder, "storage"))
        self.addCleanup(farm.close)
        server = self.start(manager=farm.url, secured=False)
        zone = {"TZ": "XST-05:30"}
        local = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0530"
        utc = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
        arguments = ["submit", self.shot, "--server", server.url, "--project", self.studio]
        shown = self.run_shaman(*arguments, "--dry-run", expect=0, **zone).stdout
        self.assertRegex(shown, "Saved: +" + local)
        told = json.loads(self.run_shaman(*arguments, "--dry-run", "--json", expect=0, **zone).stdout)
        self.assertRegex(told["saved"]["at"], utc)
        path = json.loads(self.run_shaman(*arguments, "--json", expect=0).stdout)["checkoutPath"]
        self.run_shaman(*arguments, "--job-type", "echo-sleep-test", "--setting", "message=x", expect=0)
        job = next(iter(farm.jobs))
        for command in (["checkout", "list"], ["checkout", "show", path], ["job", "list"], ["job", "show", job]):
            with self.subTest(command):
                self.assertRegex(self.run_shaman(*command, "--server", server.url, expect=0, **zone).stdout, local)
        listed = json.loads(self.run_shaman("checkout", "list", "--json", "--server", server.url, expect=0,
                                            **zone).stdout)
        self.assertRegex(listed["checkouts"][0]["made"], utc)

    def test_a_checkout_that_is_not_there(self):
        url = self.start(secured=False).url
        for action in ("show", "erase"):
            done = self.run_shaman("checkout", action, "film/none", "--server", url, expect=2)
            self.assertIn("the server has no checkout \"film/none\"; `shaman checkout list` lists yours", done.stderr)
            done = self.run_shaman("checkout", action, "jobs/film/none", "--server", url, expect=2)
            self.assertIn("the server has no checkout \"jobs/film/none\"; write its path without jobs/", done.stderr)


    def test_the_numbers_of_a_submission_add_up(self):
        for number in range(3):
            shutil.copy(os.path.join(self.project, "textures", "floor.png"),
                        self.write(f"shots/cache/{number}.png"))
        url = self.start(secured=False).url
        submit = ["submit", self.shot, "--project", self.studio, "--server", url, "--include", "film/shots/cache"]
        shown = self.run_shaman(*submit, "--dry-run", expect=0).stdout
        for line in ("Total:       15 files, ", "Farm has:    0 files, ", "To send:     at most 12 files, ",
                     "Duplicates:  3 files have the same content as another, and are not sent again\n"):
            self.assertIn(line, shown)
        self.assertEqual(json.loads(self.run_shaman(*submit, "--dry-run", "--json", expect=0).stdout)["farm"][
            "duplicateFiles"], 3)
        shown = self.run_shaman(*submit, expect=0).stdout
        self.assertIn("Files:      15 files, ", shown)
        self.assertIn("Duplicates: 3 files have the same content as another, and are not sent again\n", shown)
        self.assertRegex(shown, r"Sent:       12 files, [^;]* in all\)\n")
        self.write("textures/floor.png", b"new")
        shown = self.run_shaman(*submit, expect=0).stdout
        self.assertRegex(shown, r"Sent:       1 file, 3 bytes; the server had the other 14 \(.* in all\)\n")
        self.assertNotIn("Duplicates", shown)

    def test_a_single_file_is_spoken_of_as_one(self):
        url = self.start(secured=False).url
        submit = ["submit", self.shot, "--server", url, "--exclude", "*.blend", "--exclude", "screen", "--exclude", "skies",
                  "--exclude", "props", "--exclude", "furniture"]
        shown = self.run_shaman(*submit, expect=0).stdout
        self.assertIn("Outside:    1 file from outside the project, in _outside_project\n", shown)
        self.assertIn("it holds the one file outside the .blend's own folder). With --project", shown)
        self.assertIn(", that file keeps its place\n", shown)
        self.write("textures/floor.png", b"new")
        shown = self.run_shaman(*submit, expect=0).stdout
        self.assertRegex(shown, r"Sent:       1 file, 3 bytes; the server had the other one \(.* in all\)\n")

    def test_rates_have_no_exponent(self):
        for rate in ("1e6", "+1M", "0x100000", "inf"):
            done = self.run_shaman("submit", self.shot, "--dry-run", "--limit-rate", rate, expect=2)
            self.assertIn(f'invalid rate "{rate}"', done.stderr)
            done = self.run_shaman("config", "show", expect=2, SHAMAN_LIMIT_RATE=rate)
            self.assertIn(f'invalid rate "{rate}"', done.stderr)

    def test_a_zero_in_front_changes_no_number(self):
        farm = Manager(storage=os.path.join(self.folder, "storage"))
        self.addCleanup(farm.close)
        self.run_shaman("submit", self.shot, "--server", self.start(manager=farm.url, secured=False).url, "--job-type",
                        "echo-sleep-test", "--setting", "message=x", "--priority", "010", expect=0)
        self.assertEqual([job["priority"] for job in farm.jobs.values()], [10])

    def test_empty_lists_say_that_they_are(self):
        farm = Manager(storage=os.path.join(self.folder, "storage"))
        self.addCleanup(farm.close)
        url = self.start(manager=farm.url, secured=False).url
        for command, sentence in ((["checkout", "list"], "you have no checkouts on " + url),
                                  (["job", "list"], "the Manager has no jobs")):
            done = self.run_shaman(*command, "--server", url, expect=0)
            self.assertEqual((done.stdout, done.stderr), ("", f"shaman: {sentence}\n"))
            self.assertEqual(self.run_shaman(*command, "--server", url, "--json", expect=0).stderr, "")


class WithoutEffect(ArtistTest):
    """What an option asks for is not dropped without a word."""

    def test_an_authority_without_tls(self):
        url = self.start(secured=False).url
        authority = certificates.authority().file
        words = f"--ca has no effect, because {url} does not use TLS"
        done = self.run_shaman("status", "--server", url, "--ca", authority, expect=0)
        self.assertIn("shaman: warning: " + words, done.stderr)
        # In the configuration, it is for other servers.
        self.assertEqual(self.run_shaman("status", "--server", url, expect=0, SHAMAN_CA=authority).stderr, "")
        done = self.run_shaman("doctor", "--server", url, "--ca", authority, "--json", expect=0)
        self.assertIn({"kind": "warning", "about": "tls"},
                      [{key: each[key] for key in ("kind", "about")} for each in json.loads(done.stdout)["findings"]])
        self.assertIn(words, done.stdout)

    def test_what_chooses_files_where_none_are_sent(self):
        for option in (["--checkout-path", "a"], ["--exclude", "*.png"], ["--include", "a"], ["--allow-outside", "a"],
                       ["--dry-run"]):
            done = self.run_shaman("submit", self.shot, "--job-type", "x", "--no-shaman", *option, expect=2)
            self.assertIn(f"{option[0]} has no effect with --no-shaman, which sends no files", done.stderr)

    def test_a_tree_in_json(self):
        done = self.run_shaman("list", self.shot, "--json", "--tree", expect=2)
        self.assertIn("--tree has no effect with --json", done.stderr)

    def test_quiet_previews(self):
        os.remove(os.path.join(self.project, "textures", "floor.png"))
        done = self.run_shaman("submit", self.shot, "--dry-run", "-q", expect=0)
        self.assertIn("1 file is missing:", done.stdout)
        self.assertNotIn("Largest", done.stdout)
        done = self.run_shaman("pack", self.shot, "--dry-run", "-q", expect=0)
        self.assertEqual(done.stdout, "")
        self.assertIn("1 file is missing:", done.stderr)


class Damaged(ArtistTest):
    def test_a_list_marks_libraries_that_cannot_be_read(self):
        with open(os.path.join(self.project, LIBRARY), "rb") as file:
            whole = file.read()
        for content in (b"no blend at all\n", b"", b"BLENDER-v300", whole[:len(whole) // 2]):
            self.write(LIBRARY, content)
            with self.subTest(content[:20]):
                shown = self.run_shaman("list", self.shot, expect=0).stdout
                self.assertRegex(shown, r"props\.blend  .* \(damaged\)\n")
                self.assertRegex(shown, r"\ndamaged \(1\)\n  \S*props\.blend  it \S")
                done = self.run_shaman("list", self.shot, "--tree", expect=0)
                self.assertRegex(done.stdout, r"props\.blend \(damaged\)\n")
                self.assertIn("props.blend", done.stderr)
                listed = json.loads(self.run_shaman("list", self.shot, "--json", expect=0).stdout)
                marked = {file for each in listed["dependencies"] if each.get("damaged") for file in each["files"]}
                self.assertEqual({os.path.basename(file) for file in marked}, {"props.blend"})
                self.assertEqual([os.path.basename(each["blend"]) for each in listed["problems"]], ["props.blend"])


@unittest.skipUnless(shutil.which("zstd"), "needs zstd")
class Trees(ArtistTest):
    """shaman list --tree"""

    def test_what_a_layer_names_is_below_it_once(self):
        self.rename_in_scene({b"textures/floor.png": b"textures/floor.usd",
                              b"textures/screen/news_0001.png": b"textures/screen/news_0001.usd"})
        for layer, named in (("floor.usd", "@a.usda@ @b.usda@ @./b.usda@"), ("a.usda", "@common.usda@"),
                             ("b.usda", "@common.usda@ @gone.png@"), ("common.usda", "@wood.png@ @floor.usd@"),
                             ("screen/news_0001.usd", "@../common.usda@")):
            self.write("textures/" + layer, b"#usda 1.0\n" + named.encode())
        self.write("textures/wood.png")
        shown = self.run_shaman("list", self.shot, "--tree", "--project", self.studio, expect=0).stdout
        tree = shown[shown.index('  Image "floor.png"'):].replace(self.project + "/textures/", "")
        self.assertEqual(tree, """\
  Image "floor.png" (image)
    floor.usd
      a.usda
        common.usda
          floor.usd
            (shown above)
          wood.png
      b.usda
        common.usda
          (shown above)
        gone.png (missing)
  Image "news_0001.png" (image sequence)
    screen/news_0001.usd
      common.usda
        (shown above)
""")


class Statuses(ArtistTest):
    """One table for both programs."""

    ROW = re.compile(r"^  (\d+) +(\S.*(?:\n {10,}\S.*)*)$", re.MULTILINE)

    def table(self, program):
        shown = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        _, found, table = shown.partition("Exit statuses:\n")
        self.assertTrue(found, shown)
        return [(int(number), " ".join(text.split())) for number, text in self.ROW.findall(table)]

    def test_help_and_documents_have_the_same(self):
        table = self.table(PROGRAM)
        self.assertEqual(self.table(os.environ["SHAMAN_PROGRAM"]), table)
        self.assertEqual([number for number, _ in table], [0, 1, 2, 3, 4, 5, 6, 7, 130, 143])
        with open(os.path.join(SOURCE, "docs", "artists.md"), encoding="utf-8") as file:
            document = file.read().partition("\n## Exit statuses\n")[2].partition("\n## ")[0]
        rows = [(int(number), text) for number, text in re.findall(r"^\| (\d+) \| (.*) \|$", document, re.MULTILINE)]
        self.assertEqual(rows, table)

    def test_man_pages_have_it(self):
        for program in (PROGRAM, os.environ["SHAMAN_PROGRAM"]):
            page = subprocess.run([program, "man"], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
            section = page.partition(".SH EXIT STATUS\n")[2].partition("\n.SH ")[0]
            self.assertEqual(section.count(".TP\n"), 10)

    def test_what_is_not_there_is_wrong_input_to_both(self):
        server = self.start(secured=False)
        done = subprocess.run([PROGRAM, "erase", "film/none", "--storage", server.storage], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.run_shaman("checkout", "erase", "film/none", "--server", server.url, expect=2)


if __name__ == "__main__":
    unittest.main()
