# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/coverage.py on a tree of a few lines."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SHAMAN_SOURCE"]
FILES = {
    "src/run/half.cpp": "int half(int x) {\n  if (x > 9)\n    return 1;\n  return x / 2;\n}\n",
    "src/idle/never.cpp": "int never() {\n  return 3;\n}\n",
    "shaman/main.cpp": "int half(int);\nint main() {\n  return half(0);\n}\n",
}


@unittest.skipUnless(shutil.which("g++") and shutil.which("gcov"), "g++ and gcov are not installed")
class Coverage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="shaman-coverage-")
        self.addCleanup(folder.cleanup)
        self.tree = os.path.realpath(folder.name)
        self.build = os.path.join(self.tree, "build", "coverage")
        for name in ("tools", "src/run", "src/idle", "shaman", "build/coverage"):
            os.makedirs(os.path.join(self.tree, name))
        shutil.copy(os.path.join(SOURCE, "tools", "coverage.py"), os.path.join(self.tree, "tools"))
        for path, text in FILES.items():
            with open(os.path.join(self.tree, path), "w", encoding="utf-8") as file:
                file.write(text)
            self.run_in_build("g++", "--coverage", "-c", os.path.join(self.tree, path))

    def run_in_build(self, *command):
        subprocess.run(command, cwd=self.build, check=True)

    def coverage(self, *arguments, expect=0):
        done = subprocess.run([sys.executable, os.path.join(self.tree, "tools", "coverage.py"), *arguments],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return [" ".join(line.split()) for line in (done.stdout + done.stderr).splitlines()]

    def test_code_that_no_program_has_counts_as_not_run(self):
        self.run_in_build("g++", "--coverage", "main.o", "half.o", "-o", "program")
        self.run_in_build("./program")
        self.assertEqual(self.coverage(), ["100.0 % 2 of 2 lines shaman", "0.0 % 0 of 2 lines src/idle",
                                           "75.0 % 3 of 4 lines src/run", "62.5 % 5 of 8 lines in all"])
        self.assertIn("75.0 % 3 of 4 lines src/run/half.cpp", self.coverage("--files"))

    def test_without_a_run_says_what_to_do(self):
        self.assertIn("run its tests", self.coverage(expect=1)[0])


if __name__ == "__main__":
    unittest.main()
