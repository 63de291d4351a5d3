# SPDX-License-Identifier: GPL-3.0-or-later
"""Token files, as an admin makes them with `shaman-server token`."""

import os
import subprocess
import tempfile

from shaman_server import PROGRAM


class Tokens:
    """A token file, and the tokens that were made."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = os.path.join(self.folder.name, "tokens")

    def run(self, *arguments):
        return subprocess.run([PROGRAM, "token", *arguments, "--token-file", self.file],
                              capture_output=True, text=True, check=False)

    def make(self, role, *more, name=None):
        done = self.run("create", "--role", role, "--name", name or role, *more)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout.strip()

    def close(self):
        self.folder.cleanup()
