# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job is told of the scene, read from .blend files, beside what Blender itself says."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from manager import Manager
from shaman_client import Client
from shaman_server import PATIENCE

CORPUS = os.environ.get("SHAMAN_CORPUS")
BLENDER = shutil.which("blender")
MOST = 25

ASK = """
import bpy, json
s = bpy.context.scene
print("ASKED " + json.dumps({
    "frames": f"{s.frame_start}-{s.frame_end}", "fps": s.render.fps / s.render.fps_base,
    "format": s.render.image_settings.file_format, "image_file_extension": s.render.file_extension,
    "has_previews": s.render.image_settings.use_preview, "scene": s.name,
    "can_render": bool(s.camera or s.use_nodes or s.sequence_editor)}))
"""


def blender_says(path):
    done = subprocess.run([BLENDER, "--background", "--factory-startup", "-noaudio", path,
                           "--python-expr", ASK], capture_output=True, text=True,
                          timeout=4 * PATIENCE, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("ASKED ")]
    return json.loads(lines[0][6:]) if lines else None


class SceneSettings(unittest.TestCase):
    def test_they_are_as_blender_says(self):
        farm = Manager(storage="/", shaman_enabled=False)
        self.addCleanup(farm.close)
        folder = tempfile.mkdtemp(prefix="shaman-test-")
        self.addCleanup(shutil.rmtree, folder)
        client = Client(folder)
        files = sorted(glob.glob(os.path.join(CORPUS, "**", "*.blend"), recursive=True))
        compared = 0
        for path in files[::max(1, len(files) // MOST)]:
            asked = blender_says(path)
            # Not every scene is one that this Blender can open; a film has no image's extension.
            if asked is None or asked["format"] in ("FFMPEG", "AVI_RAW", "AVI_JPEG"):
                continue
            if not asked.pop("can_render"):
                continue
            done = client.run("submit", path, "--server", farm.url, "--no-shaman", "--job-type",
                              "simple-blender-render", "--setting", "render_output_root=/out")
            self.assertEqual(done.returncode, 0, path + done.stderr)
            settings = farm.submitted[-1]["settings"]
            told = {key: settings.get(key) for key in asked}
            self.assertAlmostEqual(told.pop("fps"), asked.pop("fps"), 4, path)
            self.assertEqual(told, asked, path)
            compared += 1
        self.assertGreater(compared, 5)


if __name__ == "__main__":
    if not CORPUS or not BLENDER:
        print("skipped: SHAMAN_CORPUS is not set, or there is no blender")
        sys.exit(77)
    unittest.main()
