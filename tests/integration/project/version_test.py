# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs say of their own build, and where the commit in it comes from."""

import os
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.environ["SHAMAN_SOURCE"]
LINE = (r"^{} \d+\.\d+\.\d+ \((commit [0-9a-f]{{7,}}(-dirty)?|unknown commit), "
        r"\w+ build( with sanitizers [\w,]+)?, (GCC|Clang) \d+\.\S.*\)\n$")


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, "-c", "user.name=A", "-c", "user.email=a@b.example", *arguments],
                          check=True, capture_output=True, text=True).stdout.strip()


class Programs(unittest.TestCase):
    def test_both_say_the_same_in_the_same_form(self):
        said = []
        for name, variable in (("shaman", "SHAMAN_PROGRAM"), ("shaman-server", "SHAMAN_SERVER_PROGRAM")):
            done = subprocess.run([os.environ[variable], "--version"], capture_output=True, text=True, check=True)
            self.assertRegex(done.stdout, LINE.format(name))
            said.append(done.stdout.removeprefix(name))
        self.assertEqual(*said)


class Commit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-version-")
        self.addCleanup(folder.cleanup)
        self.tree = os.path.join(folder.name, "tree")
        self.header = os.path.join(folder.name, "commit.hpp")
        os.makedirs(os.path.join(self.tree, "cmake"))
        self.substituted = os.path.join(self.tree, "cmake", "commit.txt")
        shutil.copy(os.path.join(SOURCE, "cmake", "commit.txt"), self.substituted)
        shutil.copy(os.path.join(SOURCE, ".gitattributes"), self.tree)

    def commit(self, tree=None):
        subprocess.run(["cmake", f"-DSOURCE={tree or self.tree}", f"-DHEADER={self.header}", "-P",
                        os.path.join(SOURCE, "cmake", "WriteCommit.cmake")], check=True, capture_output=True)
        with open(self.header, encoding="utf-8") as file:
            return file.read().split('"')[1]

    def make_repository(self, folder):
        git(folder, "init", "-q")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "First")
        return git(folder, "rev-parse", "--short", "HEAD")

    def test_a_tree_without_git_has_none(self):
        self.assertEqual(self.commit(), "")

    def test_a_repository_has_its_own_and_says_whether_it_was_changed(self):
        head = self.make_repository(self.tree)
        git(self.tree, "tag", "-a", "-m", "One", "v1")
        self.assertEqual(self.commit(), head)
        with open(os.path.join(self.tree, ".gitattributes"), "a", encoding="utf-8") as file:
            file.write("# changed\n")
        self.assertEqual(self.commit(), head + "-dirty")

    def test_a_tree_inside_another_repository_does_not_take_that_ones(self):
        self.make_repository(os.path.dirname(self.tree))
        self.assertEqual(self.commit(), "")

    def test_an_archive_has_the_one_that_it_was_made_of(self):
        head = self.make_repository(self.tree)
        unpacked = self.tree + "-unpacked"
        os.mkdir(unpacked)
        archive = subprocess.run(["git", "-C", self.tree, "archive", "HEAD"], check=True, capture_output=True)
        subprocess.run(["tar", "x", "-C", unpacked], input=archive.stdout, check=True)
        self.assertEqual(self.commit(unpacked), head)

    def test_the_header_is_left_alone_while_nothing_changes(self):
        self.commit()
        before = os.stat(self.header)
        self.commit()
        self.assertEqual(os.stat(self.header).st_mtime_ns, before.st_mtime_ns)


if __name__ == "__main__":
    unittest.main()
