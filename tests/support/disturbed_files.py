# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the library that lets single files misbehave (disturbed_files.c)."""

import os
import shutil
import subprocess
import tempfile
import unittest

from shaman_server import SANITIZED

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disturbed_files.c")


class DisturbedFiles:
    """`environment(NAME=value)` is what a program is to be started with; NAME as in the C file."""

    def __init__(self):
        compiler = shutil.which("cc")
        if SANITIZED or not compiler:
            raise unittest.SkipTest("a preloaded library needs a C compiler, and no sanitizer")
        self._folder = tempfile.TemporaryDirectory(prefix="shaman-test-")
        self.library = os.path.join(self._folder.name, "disturbed_files.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self.library, SOURCE, "-ldl"], check=True)

    def close(self):
        self._folder.cleanup()

    def environment(self, **what):
        return {"LD_PRELOAD": self.library, **{f"SHAMAN_TEST_{name}": value for name, value in what.items()}}
