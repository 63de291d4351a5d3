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

    def expire(self, name):
        """As if the token had been made long ago: no token is made that has expired."""
        with open(self.file, encoding="utf-8") as file:
            lines = file.read().splitlines(True)
        for number, line in enumerate(lines):
            if line.rstrip("\n").endswith(f" {name}"):
                digest, role, _, rest = line.split(" ", 3)
                lines[number] = " ".join((digest, role, "2020-01-01T00:00:00Z", rest))
        with open(self.file, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def close(self):
        self.folder.cleanup()
