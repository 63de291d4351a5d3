# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside Blender: tells what the open scene refers to and renders one tiny frame of it.

    blender -b SCENE.blend -P blender_look.py -- FOLDER

writes FOLDER/look.json and FOLDER/pixels (32-bit floats, RGBA).
"""

import array
import json
import os
import sys

import bpy


def render(folder):
    scene = bpy.context.scene
    if scene.camera is None:
        camera = bpy.data.objects.new("look", bpy.data.cameras.new("look"))
        camera.location, camera.rotation_euler = (6, -6, 5), (1.0, 0, 0.785)
        scene.collection.objects.link(camera)
        scene.camera = camera
    # A scene may want to write files of its own into its folder, which is not ours to change.
    if scene.node_tree:
        for node in list(scene.node_tree.nodes):
            if node.bl_idname == "CompositorNodeOutputFile":
                scene.node_tree.nodes.remove(node)
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 1
    scene.cycles.seed = 0
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.use_persistent_data = False
    scene.render.resolution_x, scene.render.resolution_y = 64, 36
    scene.render.resolution_percentage = 100
    scene.render.use_stamp = False
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.filepath = os.path.join(folder, "frame.png")
    bpy.ops.render.render(write_still=True)
    image = bpy.data.images.load(scene.render.filepath)
    with open(os.path.join(folder, "pixels"), "wb") as file:
        array.array("f", image.pixels[:]).tofile(file)


def main():
    folder = sys.argv[sys.argv.index("--") + 1]
    # Sequences and tiles are patterns here; the picture shows whether their files are there.
    paths = sorted({os.path.normpath(path) for path in bpy.utils.blend_paths(absolute=True)
                    if path and "<U" not in path})
    look = {"file": bpy.data.filepath, "exists": [path for path in paths if os.path.exists(path)],
            "missing": [path for path in paths if not os.path.exists(path)]}
    with open(os.path.join(folder, "look.json"), "w", encoding="utf-8") as file:
        json.dump(look, file)
    render(folder)


main()
