# SPDX-License-Identifier: GPL-3.0-or-later
"""A scene with a USD cache: what OpenUSD says that the stage needs is found, and found again in the pack.

Needs Blender, and OpenUSD's Python module, which tests/run.sh --full installs.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import usd_python
from shaman_client import Client

SOURCE = os.environ["SHAMAN_SOURCE"]
BLENDER = shutil.which("blender")
PYTHON = usd_python.find()
MAKE_BLEND = """
import bpy, sys
stage, blend = sys.argv[-2:]
bpy.ops.cachefile.open(filepath=stage)
modifier = bpy.data.objects["Cube"].modifiers.new("stage", "MESH_SEQUENCE_CACHE")
modifier.cache_file = bpy.data.cache_files[0]
bpy.ops.wm.save_as_mainfile(filepath=blend)
bpy.ops.file.make_paths_relative()
bpy.ops.wm.save_mainfile()
"""


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.client = Client(os.path.join(self.folder, "cache"))

    def make(self, extension):
        """A scene in scene/ with a stage in usd/; what OpenUSD says of it."""
        usd, blend = os.path.join(self.folder, "usd"), os.path.join(self.folder, "scene", "shot.blend")
        os.makedirs(os.path.dirname(blend))
        subprocess.run([PYTHON, os.path.join(SOURCE, "tests", "scenes", "usd_stage.py"), usd, extension], check=True,
                       stderr=subprocess.DEVNULL)
        subprocess.run([BLENDER, "-b", "--factory-startup", "--python-exit-code", "1", "--python-expr", MAKE_BLEND, "--",
                        os.path.join(usd, "stage", f"shot.{extension}"), blend], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(usd, "expected.json"), encoding="utf-8") as file:
            return usd, blend, json.load(file)

    def listed(self, blend, usd):
        done = self.client.run("list", blend, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        listing = json.loads(done.stdout)
        return {member: sorted(os.path.relpath(path, usd) for path in listing[member] if path != blend)
                for member in ("files", "missing")}

    def check(self, extension):
        usd, blend, expected = self.make(extension)
        self.assertEqual(self.listed(blend, usd), expected)
        pack = os.path.join(self.folder, "pack")
        done = self.client.run("pack", blend, pack)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.listed(os.path.join(pack, "shot.blend"), os.path.join(pack, "_outside_project", "usd")),
                         expected)

    def test_text_layers(self):
        self.check("usda")

    def test_crate_layers(self):
        self.check("usdc")

    def test_layers_whose_name_does_not_say_which(self):
        self.check("usd")


if __name__ == "__main__":
    if not BLENDER or not PYTHON:
        print("skipped: needs Blender, and OpenUSD's Python module (tests/run.sh --full installs it)")
        sys.exit(77)
    unittest.main()
