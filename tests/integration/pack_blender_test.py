# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender judges the packs: what it finds in a scene, it finds in the pack of that scene alone."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["SHAMAN_SOURCE"]
PROGRAM = os.environ["SHAMAN_PROGRAM"]
CORPUS = os.environ.get("SHAMAN_CORPUS", "")
BLENDER = shutil.which("blender")

# Named by Blender, but never read when rendering: the picture of a brush in the user interface, and the paths
# in sound strips, which play their sound data-blocks.
NOT_RENDERED = {"brush_icon.png", "meta.wav", "strip.wav"}


class Packs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.corpus = os.path.join(self.folder, "corpus")
        for part in ("made", "bat"):
            shutil.copytree(os.path.join(CORPUS, part), os.path.join(self.corpus, part))

    def look(self, blends, name):
        scenes = os.path.join(self.folder, name + ".json")
        answer = os.path.join(self.folder, name + "-answer.json")
        with open(scenes, "w", encoding="utf-8") as file:
            json.dump(blends, file)
        done = subprocess.run(
            [BLENDER, "-b", "--factory-startup", "--python-exit-code", "1", "-P",
             os.path.join(SOURCE, "tests", "support", "blender_paths.py"), "--", scenes, answer],
            capture_output=True, text=True, timeout=250, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(answer, encoding="utf-8") as file:
            return json.load(file)

    def pack(self, blend, number, *options):
        target = os.path.join(self.folder, "packs", str(number))
        subprocess.run([PROGRAM, "pack", blend, target, *options], check=True, capture_output=True)
        with open(os.path.join(target, "pack-info.txt"), encoding="utf-8") as file:
            return target, os.path.join(target, file.read().splitlines()[-1].strip())

    def test_what_blender_finds_it_finds_in_the_pack(self):
        scenes = sorted(glob.glob(os.path.join(self.corpus, "made", "proj", "**", "*.blend"), recursive=True) +
                        glob.glob(os.path.join(self.corpus, "bat", "*.blend")) +
                        glob.glob(os.path.join(self.corpus, "bat", "subdir", "*.blend")))
        scenes = [scene for scene in scenes if "corrupt" not in scene]
        self.assertGreater(len(scenes), 30)
        before = self.look(scenes, "before")
        packs = {scene: self.pack(scene, number) for number, scene in enumerate(scenes)}
        os.rename(self.corpus, self.corpus + "-away")
        after = self.look([blend for _, blend in packs.values()], "after")
        moved = 0
        for scene, (target, blend) in packs.items():
            expected = NOT_RENDERED | {os.path.basename(path) for path in before[scene]["missing"]}
            lost = [path for path in after[blend]["missing"] if os.path.basename(path) not in expected]
            self.assertEqual(lost, [], f"{scene} lost these in its pack")
            for path in after[blend]["there"]:
                if os.path.basename(path) in NOT_RENDERED and path.startswith("/srv/shaman-corpus/"):
                    continue
                self.assertTrue(path.startswith(target + "/"), f"{path} is not in the pack of {scene}")
                moved += "/_outside_project/" in path
        self.assertGreater(moved, 20)


if not (BLENDER and CORPUS):
    print("needs blender and SHAMAN_CORPUS", file=sys.stderr)
    sys.exit(77)
unittest.main()
