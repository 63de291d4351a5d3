# SPDX-License-Identifier: GPL-3.0-or-later
"""An artist's project: a scene that Blender saved, and its textures."""

import os
import random
import shutil
import subprocess

MAKE_SCENE = os.path.join(os.path.dirname(__file__), "..", "make_scene.py")
SAVE_AGAIN = "import bpy; bpy.ops.wm.save_mainfile(compress=False)"


def blender(*arguments):
    done = subprocess.run(["blender", "-b", "--factory-startup", *arguments], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise SystemExit(f"people: Blender failed:\n{done.stdout[-2000:]}")


class Project:
    def __init__(self, folder, textures, total_bytes, seed=1, megabytes=0):
        self.folder = folder
        self.blend = os.path.join(folder, "scene.blend")
        self.textures = textures
        self.size = max(1, total_bytes // textures)
        os.makedirs(folder)
        blender("-P", MAKE_SCENE, "--", folder, str(textures), "0", str(megabytes))
        os.remove(os.path.join(folder, "scene_zstd.blend"))
        os.rmdir(os.path.join(folder, "libs"))
        self.randomness = random.Random(seed)
        for number in range(textures):
            self.paint(number)

    def texture(self, number):
        return os.path.join(self.folder, "tex", f"tex_{number:05}.png")

    def paint(self, number):
        with open(self.texture(number), "wb") as file:
            file.write(self.randomness.randbytes(self.size))

    def paint_all(self):
        for number in range(self.textures):
            self.paint(number)

    def save_again(self):
        """Like Ctrl+S: other bytes, because pointers differ, although the scene did not change."""
        blender(self.blend, "--python-expr", SAVE_AGAIN)
        backup = self.blend + "1"
        if os.path.exists(backup):
            os.remove(backup)

    def moved_to(self, folder):
        shutil.move(self.folder, folder)
        self.folder = folder
        self.blend = os.path.join(folder, "scene.blend")

    def bytes(self):
        return self.size * self.textures + os.path.getsize(self.blend)
