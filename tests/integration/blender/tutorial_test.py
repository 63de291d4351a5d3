# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/tutorial.md, typed as it stands.

Blocks marked `sh` are run one after the other, each from the home folder of a new user; `sh terminal` keeps
running; `text` is what the block before it must print, with … for what differs. `console` is for other machines.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from api import Api
from nginx import free_port
from shaman_server import CLIENT_PROGRAM, PATIENCE, PROGRAM, wait_until

SOURCE = os.environ["SHAMAN_SOURCE"]
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAMENCO = """#!/bin/sh
exec "{python}" "{source}/tests/support/flamenco_programs.py" {what}
"""
SUDO = '#!/bin/sh\nexec "$@"\n'


def as_pattern(line):
    return ".*".join(re.escape(part) for part in line.split("…"))


class Terminal:
    """A block that keeps running, and what it has printed."""

    def __init__(self, commands, environment):
        self.commands, self.printed = commands, ""
        self.process = subprocess.Popen(["bash", "-e", "-c", commands], cwd=environment["HOME"], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, start_new_session=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        with self.process.stdout as output:
            for line in output:
                self.printed += line

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(PATIENCE)


class Tutorial(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.home = os.path.join(self.folder, "home")
        programs = os.path.join(self.folder, "bin")
        os.makedirs(os.path.join(self.home, "flamenco"))
        os.makedirs(programs)
        os.symlink(SOURCE, os.path.join(self.home, "shaman"))
        for program in (PROGRAM, CLIENT_PROGRAM):
            os.symlink(program, os.path.join(programs, os.path.basename(program)))
        self.write_program(os.path.join(programs, "sudo"), SUDO)
        for what in ("manager", "worker"):
            self.write_program(os.path.join(self.home, "flamenco", "flamenco-" + what),
                               FLAMENCO.format(python=sys.executable, source=SOURCE, what=what))
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("SHAMAN_", "FLAMENCO_"))}
        self.environment.update(HOME=self.home, PATH=programs + ":" + os.environ["PATH"],
                                XDG_CACHE_HOME=os.path.join(self.home, ".cache"))
        self.farm = os.path.join(self.folder, "farm")
        self.host, self.port = "127.0.0.1", free_port()
        self.replaced = {"/srv/farm": self.farm, "0.0.0.0": "127.0.0.1", "8080": str(self.port),
                         "8081": str(free_port())}

    @staticmethod
    def write_program(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def here(self, text):
        """The tutorial's text with this test's folder and ports."""
        for theirs, ours in self.replaced.items():
            text = text.replace(theirs, ours)
        return text

    def blocks(self):
        with open(os.path.join(SOURCE, "docs", "tutorial.md"), encoding="utf-8") as file:
            text = file.read()
        for each in self.replaced:
            self.assertIn(each, text)
        blocks = [(kind, self.here(content)) for kind, content in BLOCK.findall(text)]
        self.assertEqual(text.count("\n```"), 2 * len(blocks))
        self.assertEqual({kind for kind, _ in blocks} - {"sh", "sh terminal", "text", "console"}, set())
        self.assertGreater([kind for kind, _ in blocks].count("sh"), 6)
        return blocks

    def type_in(self, commands):
        done = subprocess.run(["bash", "-e", "-c", commands], cwd=self.home, env=self.environment, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=4 * PATIENCE)
        self.assertEqual(done.returncode, 0, f"$ {commands}\n{done.stdout}\n" + self.said_by_all())
        return done.stdout

    def said_by_all(self):
        return "\n".join(f"━━ {each.commands}{each.printed}" for each in self.terminals)

    def assert_printed(self, expected, terminal, printed):
        for line in expected.splitlines():
            pattern = re.compile(as_pattern(line))
            if terminal:
                wait_until(lambda: pattern.search(terminal.printed), f"{line!r} of\n{terminal.printed}")
            else:
                self.assertRegex(printed, pattern)

    def test_every_command_works_as_it_stands(self):
        self.terminals, terminal, printed = [], None, ""
        for kind, content in self.blocks():
            if kind == "sh":
                terminal, printed = None, self.type_in(content)
            elif kind == "sh terminal":
                terminal = Terminal(content, self.environment)
                self.terminals.append(terminal)
                self.addCleanup(terminal.close)
                wait_until(lambda at=terminal: at.printed or at.process.poll() is not None, "its first words")
            elif kind == "text":
                self.assert_printed(content, terminal, printed)
        self.assertEqual(len(self.terminals), 3)
        for each in self.terminals:
            self.assertIsNone(each.process.poll(), each.commands + each.printed)
        self.assertEqual(self.rendered(), ["000001.png"])
        job = self.only_job()
        checkout = job["metadata"]["shaman.checkout"].replace("{jobs}", os.path.join(self.farm, "jobs"))
        self.assertTrue(os.path.isdir(checkout))
        self.assertEqual(self.call("DELETE", "jobs/" + job["id"]).status, 204)
        wait_until(lambda: not os.path.exists(checkout), "the checkout to go")
        self.assertEqual(self.rendered(), ["000001.png"])

    def call(self, method, path):
        with Api(self) as api:
            return api.call(method, "/api/v3/" + path)

    def only_job(self):
        jobs = self.call("GET", "jobs").json()["jobs"]
        self.assertEqual(len(jobs), 1, jobs)
        return jobs[0]

    def rendered(self):
        return [name for _, _, names in os.walk(os.path.join(self.farm, "renders")) for name in names]


if __name__ == "__main__":
    if not shutil.which("blender"):
        print("skipped: the tutorial renders a frame, and there is no Blender")
        sys.exit(77)
    unittest.main()
