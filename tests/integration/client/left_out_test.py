# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that cannot be read, that the user leaves out or adds, and that come from outside the project"""

import json
import os
import shutil
import unittest
import zipfile

import api
from api import ServerTest
from disturbed_files import DisturbedFiles
from flamenco_server import REQUIREMENTS, FlamencoServer
from studio import Studio

FLOOR = "textures/floor.png"


class LeftOutTest(Studio, ServerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = DisturbedFiles()
        cls.addClassCleanup(cls.files.close)

    def setUp(self):
        super().setUp()
        self.floor = os.path.join(self.project, FLOOR)

    def submit(self, *arguments, expect=0, project=True, **environment):
        where = ["--project", self.project] if project else []
        done = self.client.run("submit", self.shot, "--server", self.server.url, *where, "--json", *arguments,
                               **environment)
        self.assertEqual(done.returncode, expect, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 1, done.stdout)
        return {**json.loads(lines[0]), "stderr": done.stderr}

    def places(self, told):
        return set(self.server.read_checkout(told["checkoutPath"]))


class Unreadable(LeftOutTest):
    """Told like a missing file, with who wants it; the rest goes."""

    def disturbances(self):
        yield "Permission denied", self.files.environment(FORBIDDEN=FLOOR)
        yield "Input/output error", self.files.environment(BROKEN=FLOOR)

    def assert_told(self, told, reason):
        self.assertEqual(told["missing"], [self.floor])
        wanted = told["missingWantedBy"]
        self.assertTrue(wanted)
        for each in wanted:
            self.assertEqual(each["path"], self.floor)
            self.assertIn(reason, each["reason"])
            self.assertTrue(each["dataBlock"])
        if told.get("dryRun"):
            return
        self.assertIn(f"  {self.floor}\n", told["stderr"])
        self.assertIn(reason, told["stderr"])
        self.assertIn("wanted by", told["stderr"])

    def test_the_rest_is_sent(self):
        whole = self.places(self.submit())
        for reason, environment in self.disturbances():
            with self.subTest(reason):
                told = self.submit("--rehash", **environment)
                self.assert_told(told, reason)
                self.assertEqual(self.places(told), whole - {FLOOR})

    def test_under_strict_nothing_is_sent(self):
        for reason, environment in self.disturbances():
            with self.subTest(reason):
                told = self.submit("--strict", "--rehash", expect=3, **environment)
                self.assert_told(told, reason)
                self.assertIn("--strict", told["error"])
                self.assertEqual(told["checkoutPath"], "")

    def test_a_dry_run_goes_on(self):
        for reason, environment in self.disturbances():
            with self.subTest(reason):
                self.assert_told(self.submit("--dry-run", "--rehash", **environment), reason)
                self.submit("--dry-run", "--rehash", "--strict", expect=3, **environment)

    def test_it_is_listed_as_missing(self):
        environment = self.files.environment(FORBIDDEN=FLOOR)
        done = self.client.run("list", self.shot, "--json", "--strict", **environment)
        self.assertEqual(done.returncode, 3)
        told = json.loads(done.stdout)
        self.assertEqual(told["missing"], [self.floor])
        self.assertNotIn(self.floor, told["files"])
        self.assertEqual([each["path"] for each in told["unreadable"]], [self.floor])
        self.assertIn("Permission denied; wanted by", self.client.run("list", self.shot, **environment).stdout)

    def test_it_becomes_so_after_it_was_hashed(self):
        def disturb(call):
            if call.path == REQUIREMENTS and os.path.isfile(self.floor):
                os.remove(self.floor)
                os.mkdir(self.floor)

        farm = FlamencoServer(disturb)
        self.addCleanup(farm.close)
        done = self.client.run("submit", self.shot, "--project", self.project, "--server", farm.url, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["missing"], [self.floor])
        places = set(farm.checkouts[told["checkoutPath"]])
        self.assertNotIn(FLOOR, places)
        self.assertIn("shots/shot010.blend", places)

    def test_a_folder_where_a_file_should_be(self):
        os.remove(self.floor)
        os.mkdir(self.floor)
        told = self.submit()
        self.assertEqual(told["missing"], [self.floor])
        self.assertNotIn(FLOOR, self.places(told))

    def test_packs_go_on(self):
        for number, (reason, environment) in enumerate(self.disturbances()):
            for target in (f"pack{number}", f"pack{number}.zip"):
                with self.subTest(target=target, reason=reason):
                    path = os.path.join(self.folder, target)
                    done = self.client.run("pack", self.shot, path, "--project", self.project, **environment)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertIn(reason, done.stderr)
                    self.assertIn("wanted by", done.stderr)
                    if target.endswith(".zip"):
                        with zipfile.ZipFile(path) as archive:
                            names = set(archive.namelist())
                    else:
                        names = {os.path.relpath(os.path.join(folder, name), path)
                                 for folder, _, files in os.walk(path) for name in files}
                    self.assertNotIn(FLOOR, names)
                    self.assertIn("shots/shot010.blend", names)
                    self.assertIn("textures/props/ball.png", names)
                    strict = self.client.run("pack", self.shot, path + "-strict", "--project", self.project,
                                             "--strict", **environment)
                    self.assertEqual(strict.returncode, 3, strict.stderr)

    def test_the_scene_itself_is_an_error(self):
        for environment, status in ((self.files.environment(FORBIDDEN="shot010.blend"), 2),
                                    (self.files.environment(BROKEN="shot010.blend"), 1)):
            told = self.submit("--rehash", expect=status, **environment)
            self.assertIn("shot010.blend", told["error"])
            self.assertEqual(told["missing"], [])


@unittest.skipUnless(shutil.which("zstd"), "needs zstd")
class AbsoluteNames(LeftOutTest):
    """Paths in files that are never rewritten: told, and refused by --strict before anything is sent."""

    def setUp(self):
        super().setUp()
        self.rename_in_scene({b"textures/floor.png": b"textures/floor.usd"})
        self.layer = self.write("textures/floor.usd", b"#usda 1.0\n@/abs/tex.png@ @C:/tex/oak.png@ @wood.png@")
        self.write("textures/wood.png")

    def test_they_are_told_and_the_rest_is_sent(self):
        told = self.submit()
        self.assertIn("textures/wood.png", self.places(told))
        for path in ("/abs/tex.png", "C:/tex/oak.png"):
            self.assertRegex(told["stderr"], f'warning: "{self.layer}" refers to "{path}" by an absolute path, .* make ')

    def test_strict_refuses_them_unless_they_are_excluded(self):
        before = os.listdir(self.server.jobs())
        told = self.submit("--strict", expect=3)
        self.assertEqual(told["uploadedFiles"], 0)
        self.assertIn("/abs/tex.png", told["stderr"])
        self.submit("--strict", "--dry-run", expect=3)
        for command in (["list", self.shot], ["pack", self.shot, os.path.join(self.folder, "pack")]):
            done = self.client.run(*command, "--project", self.project, "--strict")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("/abs/tex.png", done.stderr)
        self.assertEqual(os.listdir(self.server.jobs()), before)
        self.submit("--strict", "--exclude", "/abs/**", "--exclude", "oak.png")


class Chosen(LeftOutTest):
    """--exclude and --include"""

    def test_excluded_files_are_not_sent(self):
        whole = self.places(self.submit())
        told = self.submit("--exclude", "*.png", "--exclude", "nothing/*.abc")
        self.assertEqual(self.places(told), {place for place in whole if not place.endswith(".png")})
        self.assertEqual(told["missing"], [])

    def test_included_files_go_along_and_keep_their_places(self):
        whole = self.places(self.submit())
        self.write("caches/fluid/0001.bin")
        self.write("caches/fluid/deep/0002.bin")
        self.write("caches/fluid/.hidden/3.bin")
        self.write("caches/other/0003.bin")
        self.write("scripts/a.json")
        self.write("scripts/deep/b.json")
        for include, more in (
                (["caches/fluid"], {"caches/fluid/0001.bin", "caches/fluid/deep/0002.bin"}),
                ([os.path.join(self.project, "caches") + "/"], {"caches/fluid/0001.bin", "caches/fluid/deep/0002.bin",
                                                                "caches/other/0003.bin"}),
                (["*.json"], {"scripts/a.json", "scripts/deep/b.json"}),
                (["scripts/*.json"], {"scripts/a.json"}),
                ([os.path.join(self.project, "scripts/*.json")], {"scripts/a.json"}),
                (["scripts/a.json", "caches/other"], {"scripts/a.json", "caches/other/0003.bin"}),
                ([FLOOR], set())):
            with self.subTest(include):
                told = self.submit(*(argument for each in include for argument in ("--include", each)))
                self.assertEqual(self.places(told), whole | more)
                self.assertEqual(told["missing"], [])

    def test_exclude_goes_before_include(self):
        self.write("caches/a.bin")
        self.write("caches/b.tmp")
        told = self.submit("--include", "caches", "--exclude", "*.tmp")
        self.assertIn("caches/a.bin", self.places(told))
        self.assertNotIn("caches/b.tmp", self.places(told))

    def test_what_lies_outside_goes_below_outside_project(self):
        outside = os.path.join(self.folder, "addon")
        self.write(os.path.join(outside, "cache/1.bin"))
        self.write(os.path.join(outside, "cache/deep/2.bin"))
        places = self.places(self.submit("--include", outside))
        self.assertEqual({place for place in places if place.endswith(".bin")},
                         {"_outside_project/addon/cache/1.bin", "_outside_project/addon/cache/deep/2.bin"})

    def test_links_in_circles_come_to_an_end(self):
        self.write("caches/a.bin")
        os.symlink("..", os.path.join(self.project, "caches", "up"))
        self.assertIn("caches/a.bin", self.places(self.submit("--include", "caches")))

    def test_what_is_not_there_is_missing(self):
        told = self.submit("--include", "no/such/*.abc")
        self.assertEqual(told["missing"], ["no/such/*.abc"])
        self.assertEqual(told["missingWantedBy"][0]["dataBlock"], "--include")
        self.submit("--include", "no/such/folder", "--strict", expect=3)
        self.submit("--include", "no/such/folder", "--strict", "--dry-run", expect=3)

    def test_packs_and_dry_runs_know_both(self):
        self.write("caches/a.bin")
        target = os.path.join(self.folder, "packed")
        done = self.client.run("pack", self.shot, target, "--project", self.project, "--include", "caches",
                               "--exclude", "floor.png")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(os.path.exists(os.path.join(target, "caches/a.bin")))
        self.assertFalse(os.path.exists(os.path.join(target, FLOOR)))
        plain = self.submit("--dry-run")["files"]
        self.assertEqual(self.submit("--dry-run", "--include", "caches")["files"], plain + 1)
        self.assertEqual(self.submit("--dry-run", "--exclude", "floor.png")["files"], plain - 1)


class Outside(LeftOutTest):
    """Without --project, what lies beside the .blend's folder comes from outside."""

    def test_a_likely_project_is_named(self):
        told = self.submit(project=False)
        self.assertGreater(told["outsideFiles"], 0)
        self.assertIn(f'--project "{self.project}"', told["projectHint"])
        done = self.client.run("submit", self.shot, "--server", self.server.url)
        self.assertRegex(done.stdout, r"Outside: +\d+ files from outside the project")
        self.assertIn(f'Hint:       "{self.project}" looks like the project', done.stdout)

    def test_a_mark_goes_before_the_nearest_folder(self):
        studio = os.path.dirname(self.project)
        os.mkdir(os.path.join(studio, ".git"))
        self.assertIn(f'--project "{studio}"', self.submit(project=False)["projectHint"])
        self.write(".shaman-project")
        self.assertIn(f'--project "{self.project}"', self.submit(project=False)["projectHint"])

    def test_nothing_is_said_where_a_project_was_named(self):
        self.assertNotIn("projectHint", self.submit())

    def test_dry_runs_and_packs_say_it(self):
        self.assertIn("--project", self.submit("--dry-run", project=False)["projectHint"])
        target = os.path.join(self.folder, "packed")
        done = self.client.run("pack", self.shot, target)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f'--project "{self.project}"', done.stderr)
        self.assertIn("from outside the project", done.stderr)


if __name__ == "__main__":
    api.main()
