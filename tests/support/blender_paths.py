# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: opens .blend files one after the other and tells which paths each refers to.

    blender -b -P blender_paths.py -- SCENES.json ANSWER.json

SCENES.json is a list of .blend files; the answer has for each the paths that are there and those
that are not.
"""

import json
import os
import sys

import bpy


def look(blend):
    bpy.ops.wm.open_mainfile(filepath=blend, load_ui=False)
    there, missing = set(), set()
    for path in bpy.utils.blend_paths(absolute=True):
        # Tiles are patterns here, and a field may be empty.
        if path and "<U" not in path:
            (there if os.path.exists(path) else missing).add(os.path.normpath(path))
    return {"there": sorted(there), "missing": sorted(missing)}


def main():
    scenes, answer = sys.argv[sys.argv.index("--") + 1:]
    with open(scenes, encoding="utf-8") as file:
        looks = {blend: look(blend) for blend in json.load(file)}
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(looks, file)


main()
