# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the scene that tracing is measured with, by Blender 3.4 or later:

    blender -b --factory-startup -P make_scene.py -- FOLDER [IMAGES LIBRARIES MEGABYTES]

FOLDER/scene.blend has IMAGES pictures (2,000), half of them in LIBRARIES linked files (200), and
MEGABYTES of meshes (100); scene_zstd.blend is the same, compressed.
"""
import array
import os
import random
import sys

import bpy

arguments = sys.argv[sys.argv.index("--") + 1:]
folder = os.path.abspath(arguments[0])
images, libraries, megabytes = (int(a) for a in arguments[1:] or ("2000", "200", "100"))
for name in ("tex", "libs"):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
# The smallest PNG; each is a file of its own.
PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
                      "0000000c4944415408d763f8ffff3f0005fe02fea7c9d1420000000049454e44ae426082")


def picture(number, prefix):
    name = f"tex_{number:05}.png"
    with open(os.path.join(folder, "tex", name), "wb") as file:
        file.write(PIXEL)
    image = bpy.data.images.new(name, 1, 1)
    image.source = "FILE"
    image.filepath = f"//{prefix}tex/{name}"
    return image


def material(image):
    made = bpy.data.materials.new(image.name)
    made.use_nodes = True
    made.node_tree.nodes.new("ShaderNodeTexImage").image = image
    return made


def save(name, compress=False):
    bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, name), compress=compress,
                                relative_remap=False)


in_libraries = images // 2
per_library = max(1, in_libraries // max(1, libraries))
for library in range(libraries):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("mesh")
    for number in range(library * per_library, (library + 1) * per_library):
        mesh.materials.append(material(picture(number, "../")))
    bpy.context.collection.objects.link(bpy.data.objects.new(f"asset{library}", mesh))
    save(f"libs/lib{library:03}.blend", compress=True)

bpy.ops.wm.read_factory_settings(use_empty=True)
for library in range(libraries):
    path = os.path.join(folder, f"libs/lib{library:03}.blend")
    with bpy.data.libraries.load(path, link=True, relative=False) as (there, wanted):
        wanted.objects = there.objects
    bpy.context.collection.objects.link(wanted.objects[0])
for linked in bpy.data.libraries:
    linked.filepath = "//libs/" + os.path.basename(linked.filepath)
for number in range(libraries * per_library, images):
    mesh = bpy.data.meshes.new(f"small{number}")
    mesh.materials.append(material(picture(number, "")))
    bpy.context.collection.objects.link(bpy.data.objects.new(mesh.name, mesh))
VERTICES = 500_000
random.seed(1)
for number in range(megabytes * 1_000_000 // (VERTICES * 16)):
    mesh = bpy.data.meshes.new(f"cloud{number}")
    mesh.vertices.add(VERTICES)
    # Random floats, none of them a NaN: hard to compress, as real meshes are.
    noise = array.array("f", bytes(b & 0x3F if i % 4 == 3 else b
                                   for i, b in enumerate(random.randbytes(VERTICES * 12))))
    mesh.vertices.foreach_set("co", noise)
    bpy.context.collection.objects.link(bpy.data.objects.new(mesh.name, mesh))
save("scene.blend")
save("scene_zstd.blend", compress=True)
