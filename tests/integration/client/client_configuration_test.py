# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration file of shaman: what it sets, what goes before it, and what is refused"""

import json
import os
import re
import unittest

from api import main
from shaman_server import Server
from studio import Studio

NOBODY = "http://127.0.0.1:1"


class ClientConfiguration(Studio, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.client.cache_folder, "shaman", "config.yaml")
        os.makedirs(os.path.dirname(self.file))

    def write(self, *lines):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def run_shaman(self, *arguments, expect=0, **environment):
        done = self.client.run(*arguments, **environment)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def settings(self, **environment):
        line = json.loads(self.run_shaman("config", "show", "--json", **environment).stdout)
        self.assertEqual(line["file"], self.file)
        return {each["name"]: (each["values"], each["origin"]) for each in line["settings"]}

    def test_the_server_of_the_file_is_used_unless_one_is_named(self):
        with Server(secured=False) as server:
            self.write("server: " + server.url)
            self.run_shaman("status")
            self.run_shaman("submit", self.shot, "--project", self.project)
            self.write("server: " + NOBODY)
            self.run_shaman("status", SHAMAN_SERVER=server.url)
            self.run_shaman("status", FLAMENCO_MANAGER_URL=server.url)
            self.run_shaman("status", "--server", server.url, SHAMAN_SERVER=NOBODY)
            self.run_shaman("status", SHAMAN_SERVER=server.url, FLAMENCO_MANAGER_URL=NOBODY)
            self.run_shaman("status", SHAMAN_SERVER=" ", FLAMENCO_MANAGER_URL="", expect=4)

    def test_each_value_says_where_it_comes_from(self):
        self.write("server: http://farm:8080", "limit-rate: 10M/s", "private: ['*.secret', /clients/**]")
        settings = self.settings(SHAMAN_SERVER="http://other:1", SHAMAN_PROJECT_MARKS="a,b")
        self.assertEqual(settings["server"], (["http://other:1"], "SHAMAN_SERVER"))
        self.assertEqual(settings["limit-rate"][1], self.file + ":2")
        self.assertEqual(settings["private"], (["*.secret", "/clients/**"], self.file + ":3"))
        self.assertEqual(settings["project-marks"], (["a", "b"], "SHAMAN_PROJECT_MARKS"))
        self.assertEqual(settings["ca"], ([], "default"))
        shown = self.run_shaman("config", "show").stdout
        self.assertIn(f"File: {self.file}\n", shown)
        self.assertIn(f"http://farm:8080  ({self.file}:1)", shown)

    def test_no_limit_is_a_value_of_its_own(self):
        self.assertRegex(self.run_shaman("config", "show").stdout, r"limit-rate: +none  \(default\)")
        self.write("limit-rate: 10M")
        self.run_shaman("submit", self.shot, "--project", self.project, "--dry-run", "--limit-rate", "0")

    def test_without_a_file_there_is_nothing_wrong(self):
        self.assertEqual({origin for _, origin in self.settings().values()}, {"default"})
        self.assertIn("(does not exist)", self.run_shaman("config", "show").stdout)

    def test_a_file_that_is_named_must_be_there(self):
        wrong = self.run_shaman("status", SHAMAN_CLIENT_CONFIG="/no-such-folder/c.yaml", expect=2)
        self.assertIn("/no-such-folder/c.yaml", wrong.stderr)

    def test_everything_wrong_is_told_at_once_with_its_line(self):
        self.write("sever: http://farm", "limit-rate: 1x", "token-file: token", "private: ['']", "ca: [a, b]")
        wrong = self.run_shaman("status", "--json", expect=2)
        for words in (f"{self.file}:1: there is no option sever; did you mean server?", f"{self.file}:2: ", '"1x"',
                      f'{self.file}:3: token-file: "token" must be an absolute path', f"{self.file}:4: ", f"{self.file}:5: "):
            self.assertIn(words, wrong.stderr)

    def test_a_bad_server_names_the_line(self):
        self.write("# the farm", "server: ftp://farm")
        self.assertIn(f"{self.file}:2: server: ", self.run_shaman("status", expect=2).stderr)
        self.write("server: http://farm/~shm_secret")
        wrong = self.run_shaman("status", expect=2)
        self.assertIn("token-file", wrong.stderr)
        self.assertNotIn("shm_secret", wrong.stderr)

    def test_a_token_of_this_run_goes_before_the_file_s(self):
        self.write("token-file: /no-such-folder/token")
        with Server(secured=False) as server:
            wrong = self.run_shaman("status", "--server", server.url, expect=2)
            self.assertIn(f"{self.file}:1: token-file", wrong.stderr)
            self.run_shaman("status", "--server", server.url, SHAMAN_TOKEN="shm_of_this_run")

    def test_private_files_are_never_sent(self):
        listed = json.loads(self.run_shaman("list", self.shot, "--json", "--project", self.project).stdout)
        self.assertNotIn("leftOut", [key for key in listed if listed[key]])
        self.write("private: ['floor.*']")
        listed = self.run_shaman("list", self.shot, "--project", self.project, "--strict", expect=3)
        self.assertIn("private", listed.stdout + listed.stderr)
        pack = os.path.join(self.folder, "pack")
        self.run_shaman("pack", self.shot, pack, "--project", self.project)
        self.assertFalse(self.has_floor(pack))
        again = os.path.join(self.folder, "again")
        self.run_shaman("pack", self.shot, again, "--project", self.project, "--allow-outside", "floor.*")
        self.assertTrue(self.has_floor(again))

    def test_a_private_pattern_that_matches_nothing_is_refused(self):
        for pattern in ("~/clients/**", "./clients", "../clients/*"):
            self.write(f"private: ['*.secret', '{pattern}']")
            refused = self.run_shaman("list", self.shot, expect=2).stderr
            self.assertIn(f'{self.file}:1: private: the pattern "{pattern}" begins with', refused)
            self.assertIn("write an absolute path", refused)
        self.run_shaman("list", self.shot, expect=2, SHAMAN_PRIVATE="/a/**,~/b/**")

    def test_doctor_reports_a_broken_file_and_goes_on(self):
        with Server(secured=False) as server:
            for lines, problems in ((["server: [", "x"], 1), (["servr: x", "limit-rate: fast", "server: " + server.url], 2)):
                self.write(*lines)
                with self.subTest(lines):
                    address = [] if "server: " + server.url in lines else ["--server", server.url]
                    done = self.run_shaman("doctor", "--json", *address, expect=2)
                    told = json.loads(done.stdout)
                    found = [(each["kind"], each["about"]) for each in told["findings"]]
                    self.assertEqual(found.count(("error", "config")), problems)
                    self.assertIn(self.file, told["error"])
                    self.assertIn(("ok", "server"), found)
                    shown = self.run_shaman("doctor", *address, expect=2).stdout
                    self.assertRegex(shown, "(?m)^error   config   " + re.escape(self.file) + ":[0-9]")
                    self.assertRegex(shown, "(?m)^ok      server ")
                    self.assertIn(self.file, self.run_shaman("status", *address, expect=2).stderr)

    def test_a_sample_is_there_to_correct_a_broken_file(self):
        self.write("server: [")
        self.assertIn("# server: ", self.run_shaman("config", "sample").stdout)
        self.run_shaman("config", "show", expect=2)

    def test_private_files_are_not_included_either(self):
        self.write("private: ['floor.*']")
        pack = os.path.join(self.folder, "pack")
        arguments = ("pack", self.shot, pack, "--project", self.project, "--include", "tex")
        refused = self.run_shaman(*arguments, "--strict", expect=3)
        self.assertIn('matches the pattern "floor.*" of `private`', refused.stderr)
        self.assertIn("given with --include", refused.stderr)
        self.run_shaman(*arguments)
        self.assertFalse(self.has_floor(pack))

    @staticmethod
    def has_floor(folder):
        return any("floor.png" in names for _, _, names in os.walk(folder))

    def test_a_mark_of_the_studio_makes_a_project(self):
        os.mkdir(os.path.join(self.studio, ".studio"))
        pack = os.path.join(self.folder, "pack")
        self.write("project-marks: [.studio]")
        hint = self.run_shaman("pack", self.shot, pack).stderr
        self.assertIn(f'"{self.studio}" looks like the project', hint)
        self.assertIn("it has .studio", hint)

    def test_the_sample_names_every_setting_and_can_be_used(self):
        sample = self.run_shaman("config", "sample").stdout
        self.write(*(line.removeprefix("# ") if ": " in line and not line.startswith("# shaman") else line
                     for line in sample.splitlines() if line.startswith("# ") and line.split(":")[0][2:] in self.settings()))
        self.assertEqual({origin.rpartition(":")[0] for _, origin in self.settings().values()}, {self.file})


if __name__ == "__main__":
    main()
