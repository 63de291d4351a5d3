# SPDX-License-Identifier: GPL-3.0-or-later
"""Man pages and completions, as the programs write them."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

PROGRAMS = {"shaman": (os.environ["SHAMAN_PROGRAM"], 1), "shaman-server": (os.environ["SHAMAN_SERVER_PROGRAM"], 8)}
# Of each program: the words of each of its commands.
COMMANDS = {"shaman": [["list"], ["pack"], ["submit"], ["checkout", "list"], ["job", "show"], ["status"], ["doctor"]],
            "shaman-server": [["gc"], ["erase"], ["verify"], ["pin"], ["unpin"], ["pins"], ["checkouts", "pending"],
                              ["token", "create"], ["check-manager"]]}


def run(*command, expect=0, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != expect:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def options_of(program, words):
    """The long options in --help."""
    text = run(PROGRAMS[program][0], *words, "--help").stdout
    return set(re.findall(r"^ +(?:-\w,)?(--[\w-]+)", text, re.MULTILINE))


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-documents-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def written(self, program, *words):
        """The path of what the program writes."""
        path = os.path.join(self.folder, program + "." + words[-1])
        with open(path, "w", encoding="utf-8") as file:
            file.write(run(PROGRAMS[program][0], *words).stdout)
        return path


class ManPages(DocumentsTest):
    def page(self, program):
        return self.written(program, "man")

    def test_roff_has_nothing_to_warn_of(self):
        for program in PROGRAMS:
            page = self.page(program)
            with open(page, "rb") as file:
                self.assertTrue(file.read().isascii())
            if shutil.which("groff"):
                with self.subTest(program, tool="groff"):
                    self.assertEqual(run("groff", "-man", "-ww", "-Tutf8", "-Z", page).stderr, "")
            if shutil.which("man"):
                with self.subTest(program, tool="man"):
                    self.assertEqual(run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page).stderr, "")

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_every_command_and_option_is_in_it(self):
        for program, (path, section) in PROGRAMS.items():
            done = run("groff", "-man", "-Tascii", "-P-c", "-P-b", "-P-o", "-P-u", "-rLL=400n", self.page(program))
            text = done.stdout.replace("\N{HYPHEN}", "-")
            self.assertIn(f"{program.upper()}({section})", text)
            self.assertIn(run(path, "--version").stdout.split()[1], text)
            for words in [[], *COMMANDS[program]]:
                self.assertIn(" ".join([program, *words]), text)
                for option in options_of(program, words):
                    self.assertIn(option, text)


class Bash(DocumentsTest):
    def completed(self, program, *words):
        script = self.written(program, "completion", "bash")
        # As bash splits what was typed.
        typed = [part for word in words for part in re.split(r"(=)", word) if part or word == ""]
        ask = ('source "$1"; shift; function=$(complete -p "$1"); function=${function#* -F }; function=${function%% *}; '
               'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "$function"; printf "%s\\n" "${COMPREPLY[@]}"')
        done = run("bash", "--norc", "-uc", ask, "bash", script, program, *typed, cwd=self.folder)
        self.assertEqual(done.stderr, "")
        return done.stdout.split("\n")[:-1]

    def test_commands(self):
        self.assertEqual(self.completed("shaman", "sub"), ["submit"])
        self.assertEqual(self.completed("shaman", "job", "ca"), ["cancel"])
        self.assertEqual(self.completed("shaman-server", "check-m"), ["check-manager"])
        self.assertIn("list", self.completed("shaman", "checkout", ""))

    def test_every_option_of_every_command(self):
        for program, commands in COMMANDS.items():
            for words in [[], *commands]:
                with self.subTest(program, words=words):
                    completed = {each for each in self.completed(program, *words, "--")}
                    self.assertLessEqual(options_of(program, words), completed)

    def test_options_that_a_command_has_from_the_one_above_it(self):
        self.assertEqual(self.completed("shaman-server", "checkouts", "pending", "--sto"), ["--storage"])
        self.assertEqual(self.completed("shaman-server", "token", "create", "--tok"), ["--token-file"])

    def test_values(self):
        os.mkdir(os.path.join(self.folder, "films"))
        with open(os.path.join(self.folder, "first film.blend"), "wb"):
            pass
        self.assertEqual(self.completed("shaman", "submit", "--project", "fi"), ["films"])
        self.assertEqual(self.completed("shaman", "submit", "--project=fi"), ["films"])
        self.assertIn("first film.blend", self.completed("shaman", "submit", "fir"))
        self.assertEqual(self.completed("shaman-server", "--durability", "gr"), ["group"])
        self.assertEqual(self.completed("shaman-server", "--durability", ""), ["group", "full", "none"])

    def test_an_operand_that_is_a_file_is_completed_in_every_command(self):
        with open(os.path.join(self.folder, "film.blend"), "wb"):
            pass
        for command in ("list", "pack", "submit"):
            self.assertIn("film.blend", self.completed("shaman", command, "film"), command)

    def test_a_value_that_looks_like_a_command_is_none(self):
        self.assertIn("--project", self.completed("shaman", "submit", "list", "--pro"))


class OtherShells(DocumentsTest):
    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_loads_it(self):
        for program in PROGRAMS:
            script = self.written(program, "completion", "zsh")
            ask = 'autoload -Uz compinit; compinit -D; source "$1"; print -r -- "$_comps[$2]"'
            done = run("zsh", "-f", "-c", ask, "zsh", script, program)
            self.assertEqual(done.stderr, "")
            self.assertEqual(done.stdout.strip(), "_" + program.replace("-", "_"))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_loads_it_and_completes(self):
        script = self.written("shaman", "completion", "fish")
        for typed, wanted in (("shaman sub", "submit"), ("shaman job ca", "cancel"), ("shaman list --js", "--json")):
            done = run("fish", "--no-config", "-c", f"source {script}; complete -C '{typed}'")
            self.assertEqual(done.stderr, "")
            self.assertEqual([line.split("\t")[0] for line in done.stdout.splitlines()], [wanted])

    def test_another_shell_is_refused_by_name(self):
        for program, (path, _) in PROGRAMS.items():
            done = run(path, "completion", "csh", expect=2)
            self.assertIn("bash, zsh or fish", done.stderr, program)


if __name__ == "__main__":
    unittest.main()
