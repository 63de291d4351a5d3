# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender judges the checkouts: nothing is missing, and the picture is the same

Each scene is rendered where it is, submitted, and rendered again from its checkout with the
originals out of reach.
"""

import array
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from api import main
from shaman_client import Client
from shaman_server import PATIENCE, Server, sha256

SOURCE = os.environ["SHAMAN_SOURCE"]
CORPUS = os.environ.get("SHAMAN_CORPUS", "")
BLENDER = shutil.which("blender")

# Scenes of the collection: what lies in the project, outside of it, in libraries of libraries.
SCENES = ("images", "nodes", "misc", "asset_linked", "deep_link", "libchain", "outside", "vse")


def may_mount():
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


class Scenery(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = Server(os.path.join(self.folder, "storage")).start()
        self.addCleanup(self.server.close)
        self.client = Client(os.path.join(self.folder, "cache"))

    def look(self, blend, name, prefix=()):
        """What Blender says of the scene, and the picture's pixels."""
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        done = subprocess.run(
            [*prefix, BLENDER, "-b", "--factory-startup", "--python-exit-code", "1", blend, "-P",
             os.path.join(SOURCE, "tests", "support", "blender_look.py"), "--", folder],
            capture_output=True, text=True, timeout=4 * PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(folder, "look.json"), encoding="utf-8") as file:
            look = json.load(file)
        pixels = array.array("f")
        with open(os.path.join(folder, "pixels"), "rb") as file:
            pixels.frombytes(file.read())
        self.assertEqual(len(pixels), 64 * 36 * 4)
        return look, pixels

    def assert_complete(self, look, checkout, may_miss):
        """All that Blender wants is in the checkout, but for files of these paths' names."""
        names = {os.path.basename(path) for path in may_miss}
        lost = [path for path in look["missing"] if os.path.basename(path) not in names]
        self.assertEqual(lost, [])
        for path in look["exists"]:
            self.assertTrue(path.startswith(checkout + "/"), f"{path} is not in the checkout {checkout}")

    def assert_same_picture(self, one, other):
        difference = max(abs(a - b) for a, b in zip(one, other))
        self.assertLess(difference, 2 / 255, "the pictures differ")


class MadeHere(Scenery):
    def check(self, *options):
        studio = os.path.join(self.folder, "studio")
        subprocess.run([BLENDER, "-b", "--factory-startup", "--python-exit-code", "1", "-P",
                        os.path.join(SOURCE, "tools", "demo", "make_scene.py"), "--", studio, *options],
                       capture_output=True, check=True)
        blend = os.path.join(studio, "film", "shots", "shot010.blend")
        before, picture = self.look(blend, "before")
        self.assertGreater(len(set(picture)), 100, "the scene shows nothing")
        self.assertEqual(before["missing"], [])
        answer = self.client.submit(blend, self.server, "--project", os.path.join(studio, "film"))
        self.assertEqual((answer["files"], answer["missing"]), (12, []))
        os.rename(studio, studio + "-away")
        checkout = os.path.realpath(self.server.jobs(answer["checkoutPath"]))
        after, same_picture = self.look(os.path.join(checkout, answer["blendfile"]), "after")
        self.assert_complete(after, checkout, [])
        self.assertEqual(len(after["exists"]), len(before["exists"]))
        self.assert_same_picture(picture, same_picture)
        # And the judge can tell: without one texture of the library the picture is another.
        fabric = next(path for path in after["exists"] if path.endswith("fabric.png"))
        os.remove(fabric)
        without, other_picture = self.look(os.path.join(checkout, answer["blendfile"]), "without")
        self.assertEqual(without["missing"], [fabric])
        self.assertNotEqual(picture, other_picture)

    def test_relative_paths(self):
        self.check()

    def test_absolute_paths(self):
        self.check("--absolute")

    def test_a_pack_shows_the_same_wherever_it_is_moved(self):
        studio = os.path.join(self.folder, "studio")
        shutil.copytree(os.path.join(SOURCE, "tools", "demo", "scene"), studio)
        blend = os.path.join(studio, "film", "shots", "shot010.blend")
        _, picture = self.look(blend, "before")
        packed = os.path.join(self.folder, "packed")
        subprocess.run([os.environ["SHAMAN_PROGRAM"], "pack", blend, packed, "--project",
                        os.path.join(studio, "film")], capture_output=True, check=True)
        os.rename(studio, studio + "-away")
        moved = os.path.join(os.path.realpath(self.folder), "moved", "elsewhere")
        os.mkdir(os.path.dirname(moved))
        os.rename(packed, moved)
        with open(os.path.join(moved, "pack-info.txt"), encoding="utf-8") as file:
            blend = os.path.join(moved, file.read().splitlines()[-1].strip())
        after, same_picture = self.look(blend, "after")
        self.assert_complete(after, moved, [])
        self.assertGreater(len(after["exists"]), 5)
        self.assert_same_picture(picture, same_picture)

    def test_the_demos_scene(self):
        """What is kept in the repository is what the script makes."""
        studio = os.path.join(self.folder, "studio")
        shutil.copytree(os.path.join(SOURCE, "tools", "demo", "scene"), studio)
        before, picture = self.look(os.path.join(studio, "film/shots/shot010.blend"), "before")
        self.assertEqual(before["missing"], [])
        self.assertGreater(len(set(picture)), 100)


@unittest.skipUnless(CORPUS, "SHAMAN_CORPUS is not set")
class Collection(Scenery):
    """Scenes of the collection. Some store absolute paths, so it is laid out at the place that they
    name, seen by the tested programs alone: in a mount namespace of their own."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(CORPUS, "oracle.json"), encoding="utf-8") as file:
            self.oracle = json.load(file)
        self.root = os.path.dirname(self.oracle["absolute_root"])
        self.mounted = may_mount()
        if self.mounted:
            self.mount_point = "/" + self.root.split("/")[1]
            copy = os.path.join(self.folder, "copy")
            inside = os.path.join(copy, os.path.relpath(self.root, self.mount_point))
            shutil.copytree(os.path.join(CORPUS, "made"), os.path.join(inside, "made"))
            script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
            self.within = ["unshare", "--mount", "sh", "-c", script, "-", copy, self.mount_point]
            empty = os.path.join(self.folder, "empty")
            os.mkdir(empty)
            self.without = ["unshare", "--mount", "sh", "-c", script, "-", empty, self.mount_point]
        else:
            self.root = os.path.join(self.folder, "collection")
            shutil.copytree(os.path.join(CORPUS, "made"), os.path.join(self.root, "made"))
            self.within = self.without = []

    def check(self, name):
        truth = self.oracle["scenes"][f"made/proj/{name}.blend"]
        if truth.get("absolute_root") and not self.mounted:
            self.skipTest("stores absolute paths, and only root can lay the collection out there")
        project = os.path.join(self.root, "made", "proj")
        blend = os.path.join(project, name + ".blend")
        before, picture = self.look(blend, "before", self.within)
        answer = self.client.submit(blend, self.server, "--project", project, prefix=self.within)
        checkout = os.path.realpath(self.server.jobs(answer["checkoutPath"]))
        if not self.mounted:
            os.rename(self.root, self.root + "-away")
        after, same_picture = self.look(os.path.join(checkout, answer["blendfile"]), "after", self.without)
        # Blender also tells the copies of sounds' paths in strips, which it does not use.
        sounds = [path for path in after["exists"] if path.endswith(".wav")]
        self.assert_complete(after, checkout, before["missing"] + truth["maybe"] + sounds)
        self.assert_same_picture(picture, same_picture)
        self.assert_holds(answer["checkoutPath"], truth["expected"])

    def assert_holds(self, checkout, expected):
        """Every file that the collection's answers name is there; a .blend may be rewritten."""
        digests = {sha256(data) for data in self.server.read_checkout(checkout).values()}
        lost = []
        for path in expected:
            with open(os.path.join(CORPUS, path), "rb") as file:
                if not path.endswith(".blend") and sha256(file.read()) not in digests:
                    lost.append(path)
        self.assertEqual(lost, [])


def scene_test(name):
    return lambda self: self.check(name)


for scene in SCENES:
    setattr(Collection, f"test_{scene}", scene_test(scene))

if __name__ == "__main__":
    if not BLENDER:
        print("skipped: Blender is not installed")
        sys.exit(77)
    main()
