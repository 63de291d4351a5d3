# SPDX-License-Identifier: GPL-3.0-or-later
"""A program outside the tree uses what `cmake --install` put there."""

import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request

SOURCE = os.environ["SHAMAN_SOURCE"]
BUILD = os.environ.get("SHAMAN_BUILD_FOLDER", "")
USER = os.path.join(SOURCE, "tests", "support", "library_user")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout}")
    return done.stdout


class LibraryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-library-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.installed = os.path.join(self.folder, "installed")
        run("cmake", "--install", BUILD, "--prefix", self.installed)

    def test_programs_are_installed(self):
        for program in ("shaman", "shaman-server"):
            out = run(os.path.join(self.installed, "bin", program), "--version")
            self.assertIn(program, out)

    def test_man_pages_and_completions_are_installed_where_they_are_looked_for(self):
        for path in ("man/man1/shaman.1.gz", "man/man8/shaman-server.8.gz", "bash-completion/completions/shaman",
                     "zsh/vendor-completions/_shaman-server", "fish/vendor_completions.d/shaman.fish"):
            self.assertGreater(os.path.getsize(os.path.join(self.installed, "share", path)), 0, path)

    def test_a_program_finds_links_and_uses_it(self):
        build = os.path.join(self.folder, "build")
        run("cmake", "-S", USER, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.installed}")
        run("cmake", "--build", build)
        storage = os.path.join(self.folder, "storage")
        with subprocess.Popen([os.path.join(build, "library_user"), storage],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
            url = user.stdout.readline().strip()
            with urllib.request.urlopen(url + "/api/v3/version", timeout=30) as answer:
                self.assertEqual(answer.status, 200)
            user.stdin.close()
            self.assertEqual(user.wait(60), 0)
        link = os.path.join(storage, "jobs", "by", "library", "from", "library.txt")
        with open(link, encoding="ascii") as file:
            self.assertEqual(file.read(), "by the library")


if __name__ == "__main__":
    if not os.path.exists(os.path.join(BUILD, "cmake_install.cmake")):
        print("skipped: SHAMAN_BUILD_FOLDER is not a build that can be installed")
        sys.exit(77)
    if os.environ.get("SHAMAN_SANITIZE"):
        print("skipped: who links a sanitized library must be built with the sanitizer too")
        sys.exit(77)
    unittest.main()
