# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender judges the packs: what it finds in a scene, it finds in the pack of that scene alone.

tests/support/blender_versions.py says which Blenders.
"""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import blender_versions

SOURCE = os.environ["SHAMAN_SOURCE"]
PROGRAM = os.environ["SHAMAN_PROGRAM"]
CORPUS = os.environ.get("SHAMAN_CORPUS", "")
VERSIONS = blender_versions.to_test()

# Named by Blender, but never read when rendering: the picture of a brush in the user interface.
NOT_RENDERED = {"brush_icon.png"}


class Packs(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="shaman-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def look(self, version, blends, name):
        scenes = os.path.join(self.folder, name + ".json")
        answer = os.path.join(self.folder, name + "-answer.json")
        with open(scenes, "w", encoding="utf-8") as file:
            json.dump(blends, file)
        blender_versions.run(version, "-P", os.path.join(SOURCE, "tests", "support", "blender_paths.py"), "--",
                             scenes, answer)
        with open(answer, encoding="utf-8") as file:
            return json.load(file)

    def pack(self, blend, number, *options):
        target = os.path.join(self.folder, "packs", str(number))
        subprocess.run([PROGRAM, "pack", blend, target, *options], check=True, capture_output=True)
        with open(os.path.join(target, "pack-info.txt"), encoding="utf-8") as file:
            return target, os.path.join(target, file.read().splitlines()[-1].strip())

    @unittest.skipUnless(CORPUS, "needs SHAMAN_CORPUS")
    def test_what_blender_finds_it_finds_in_the_pack(self):
        corpus = os.path.join(self.folder, "corpus")
        for part in ("made", "bat"):
            shutil.copytree(os.path.join(CORPUS, part), os.path.join(corpus, part))
        scenes = sorted(glob.glob(os.path.join(corpus, "made", "proj", "**", "*.blend"), recursive=True) +
                        glob.glob(os.path.join(corpus, "bat", "*.blend")) +
                        glob.glob(os.path.join(corpus, "bat", "subdir", "*.blend")))
        scenes = [scene for scene in scenes if "corrupt" not in scene]
        self.assertGreater(len(scenes), 30)
        # Newer ones crash on the stand-ins for caches in there; they judge scenes of their own.
        before = self.look(VERSIONS[0], scenes, "before")
        packs = {scene: self.pack(scene, number) for number, scene in enumerate(scenes)}
        os.rename(corpus, corpus + "-away")
        after = self.look(VERSIONS[0], [blend for _, blend in packs.values()], "after")
        moved = 0
        for scene, (target, blend) in packs.items():
            expected = NOT_RENDERED | {os.path.basename(path) for path in before[scene]["missing"]}
            lost = [path for path in after[blend]["missing"] if os.path.basename(path) not in expected]
            self.assertEqual(lost, [], f"{scene} lost these in its pack")
            for path in after[blend]["there"]:
                self.assertTrue(path.startswith(target + "/"), f"{path} is not in the pack of {scene}")
                moved += "/_outside_project/" in path
        self.assertGreater(moved, 20)

    def test_packs_of_scenes_of_its_own_are_complete(self):
        for version in VERSIONS:
            with self.subTest(blender=version):
                self.judge_own_scenes(version, os.path.join(self.folder, "own-" + version))

    def judge_own_scenes(self, version, root):
        """Scenes that tests/scenes makes with that Blender: it knows what each needs."""
        subprocess.run([os.path.join(SOURCE, "tests", "scenes", "generate.sh"), version, root], check=True,
                       stdout=subprocess.DEVNULL, timeout=900)
        truths = {}
        for path in sorted(glob.glob(os.path.join(root, "*", "**", "*.json"), recursive=True)):
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                truth = json.load(file)
            if isinstance(truth, dict) and truth.get("judged"):
                truths[os.path.splitext(path)[0] + ".blend"] = truth
        self.assertGreater(len(truths), 20)
        before = self.look(version, list(truths), "own-before-" + version)
        packs = {scene: self.pack(scene, f"own-{version}-{number}") for number, scene in enumerate(truths)}
        os.rename(root, root + "-away")
        after = self.look(version, [blend for _, blend in packs.values()], "own-after-" + version)
        judged = 0
        for scene, (target, blend) in packs.items():
            needed = {os.path.basename(path) for path in truths[scene]["expected"]}
            needed -= NOT_RENDERED | {os.path.basename(path) for path in before[scene]["missing"]}
            lost = [path for path in after[blend]["missing"] if os.path.basename(path) in needed]
            self.assertEqual(lost, [], f"{scene} lost these in its pack")
            for path in after[blend]["there"]:
                if os.path.basename(path) in needed:
                    judged += 1
                    self.assertTrue(path.startswith(target + "/"), f"{path} is not in the pack of {scene}")
        self.assertGreater(judged, 50)


if not VERSIONS:
    print("no Blender can be run here", file=sys.stderr)
    sys.exit(77)
unittest.main()
