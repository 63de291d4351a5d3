# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the demo's scene with Blender 3.4 or newer; the result is kept in tools/demo/scene.

    blender -b --factory-startup -P tools/demo/make_scene.py -- FOLDER [--absolute]

FOLDER then holds a film project and, next to it, a studio's library:

    film/shots/shot010.blend      the scene to render
    film/libs/props.blend         linked by the shot
    film/textures/…               pictures, one of them in a folder of its own, and a picture sequence
    library/furniture/chair.blend linked by the shot, with a picture of its own
    library/skies/dusk.png        the shot's world

With --absolute the shot names the library by absolute paths instead of `//../../library/…`.
"""

import math
import os
import struct
import sys
import zlib

import bpy

SIZE = 128


def write_png(path, width, height, colour_at):
    """An RGB picture; colour_at(x, y) gives three values from 0 to 1."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(max(0, min(255, round(c * 255))) for c in colour_at(x, y))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(bytes(rows), 9)))
        file.write(chunk(b"IEND", b""))


def checks(dark, light, cells):
    def colour_at(x, y):
        return light if (x * cells // SIZE + y * cells // SIZE) % 2 else dark
    return colour_at


def planks(dark, light, boards):
    def colour_at(x, y):
        board = y * boards // SIZE
        edge = (y * boards) % SIZE < boards
        wave = 0.5 + 0.5 * math.sin((x + 37 * board) * 0.15)
        return tuple((0.45 if edge else 1) * (d + (l - d) * wave) for d, l in zip(dark, light))
    return colour_at


def gradient(top, bottom):
    def colour_at(_, y):
        share = y / (SIZE - 1)
        return tuple(t + (b - t) * share for t, b in zip(top, bottom))
    return colour_at


def film_frame(number, count):
    def colour_at(x, y):
        bright = abs(x - (number + 0.5) * SIZE / count) < 12
        return (1, 0.8, 0.3) if bright else (0.05, 0.1, 0.2 + 0.2 * (y % 8 < 4))
    return colour_at


def make_pictures(root):
    textures = os.path.join(root, "film", "textures")
    write_png(os.path.join(textures, "floor.png"), SIZE, SIZE,
              planks((0.35, 0.2, 0.1), (0.55, 0.35, 0.2), 6))
    write_png(os.path.join(textures, "props", "crate.png"), SIZE, SIZE,
              planks((0.6, 0.45, 0.2), (0.8, 0.65, 0.4), 4))
    write_png(os.path.join(textures, "props", "ball.png"), SIZE, SIZE,
              checks((0.7, 0.1, 0.1), (0.95, 0.9, 0.85), 8))
    for number in range(4):
        write_png(os.path.join(textures, "screen", f"news_{number + 1:04}.png"), SIZE, SIZE,
                  film_frame(number, 4))
    write_png(os.path.join(root, "library", "furniture", "textures", "fabric.png"), SIZE, SIZE,
              checks((0.1, 0.25, 0.3), (0.15, 0.4, 0.45), 16))
    write_png(os.path.join(root, "library", "skies", "dusk.png"), SIZE, SIZE,
              gradient((0.15, 0.2, 0.45), (0.95, 0.6, 0.35)))
    # The floor as the artist repaints it between the two submissions of the demo.
    write_png(os.path.join(root, "repainted", "floor.png"), SIZE, SIZE,
              planks((0.2, 0.3, 0.3), (0.4, 0.55, 0.5), 6))


def start_file(blend):
    """An empty scene that is already saved, so that `//` has a meaning."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    os.makedirs(os.path.dirname(blend), exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=blend, compress=True)


def picture_material(name, stored_path):
    """A diffuse material that shows the picture at the path, which is stored exactly as given."""
    image = bpy.data.images.load(bpy.path.abspath(stored_path))
    image.filepath = stored_path
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = image
    shader = nodes.new("ShaderNodeBsdfDiffuse")
    output = nodes.new("ShaderNodeOutputMaterial")
    links.new(texture.outputs["Color"], shader.inputs["Color"])
    links.new(shader.outputs["BSDF"], output.inputs["Surface"])
    return material


def textured(add_mesh, name, material, **where):
    add_mesh(**where)
    thing = bpy.context.object
    thing.name = name
    thing.data.materials.append(material)
    return thing


def collect(name, things):
    collection = bpy.data.collections.new(name)
    for thing in things:
        for owner in thing.users_collection:
            owner.objects.unlink(thing)
        collection.objects.link(thing)
    return collection


def write_library(blend, collection):
    """Only what the collection needs: no windows and no scene, which keeps the file small."""
    bpy.data.libraries.write(blend, {collection}, path_remap="NONE", fake_user=True, compress=True)


def make_props(root):
    blend = os.path.join(root, "film", "libs", "props.blend")
    start_file(blend)
    crate = picture_material("Crate", "//../textures/props/crate.png")
    ball = picture_material("Ball", "//../textures/props/ball.png")
    mesh = bpy.ops.mesh
    things = [
        textured(mesh.primitive_cube_add, "Crate", crate, size=1.2, location=(-1.4, 0.6, 0.6)),
        textured(mesh.primitive_cube_add, "Small crate", crate, size=0.7,
                 location=(-1.3, 0.5, 1.55), rotation=(0, 0, 0.4)),
        textured(mesh.primitive_uv_sphere_add, "Ball", ball, radius=0.4,
                 location=(-0.2, -0.9, 0.4)),
    ]
    write_library(blend, collect("Props", things))


def make_chair(root):
    blend = os.path.join(root, "library", "furniture", "chair.blend")
    start_file(blend)
    fabric = picture_material("Fabric", "//textures/fabric.png")
    cube = bpy.ops.mesh.primitive_cube_add
    things = [
        textured(cube, "Seat", fabric, scale=(0.5, 0.5, 0.08), location=(1.3, 0.2, 0.6)),
        textured(cube, "Back", fabric, scale=(0.5, 0.08, 0.6), location=(1.3, 0.7, 1.2)),
    ]
    for number, (x, y) in enumerate(((0.9, -0.2), (1.7, -0.2), (0.9, 0.6), (1.7, 0.6))):
        things.append(textured(cube, f"Leg {number + 1}", fabric, scale=(0.06, 0.06, 0.3),
                               location=(x, y, 0.3)))
    write_library(blend, collect("Chair", things))


def link_collection(stored_path, name):
    with bpy.data.libraries.load(bpy.path.abspath(stored_path), link=True) as (_, wanted):
        wanted.collections = [name]
    collection = wanted.collections[0]
    collection.library.filepath = stored_path
    bpy.context.scene.collection.children.link(collection)


def make_world(stored_path):
    world = bpy.data.worlds.new("Dusk")
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    sky = nodes.new("ShaderNodeTexEnvironment")
    sky.image = bpy.data.images.load(bpy.path.abspath(stored_path))
    sky.image.filepath = stored_path
    links.new(sky.outputs["Color"], nodes["Background"].inputs["Color"])
    bpy.context.scene.world = world


def show_sequence(material, frames):
    texture = next(n for n in material.node_tree.nodes if n.type == "TEX_IMAGE")
    texture.image.source = "SEQUENCE"
    texture.image_user.frame_duration = frames
    texture.image_user.use_cyclic = True
    texture.image_user.use_auto_refresh = True


def make_shot(root, outside):
    blend = os.path.join(root, "film", "shots", "shot010.blend")
    start_file(blend)
    plane = bpy.ops.mesh.primitive_plane_add
    textured(plane, "Floor", picture_material("Floor", "//../textures/floor.png"), size=7)
    news = picture_material("News", "//../textures/screen/news_0001.png")
    show_sequence(news, 4)
    textured(plane, "Screen", news, size=1.8, location=(0, 2.2, 1.5),
             rotation=(math.radians(90), 0, 0))
    link_collection("//../libs/props.blend", "Props")
    link_collection(outside + "/furniture/chair.blend", "Chair")
    make_world(outside + "/skies/dusk.png")

    bpy.ops.object.light_add(type="SUN", location=(3, -3, 5), rotation=(0.7, 0.3, 0.4))
    bpy.context.object.data.energy = 2
    bpy.ops.object.camera_add(location=(0, -6.5, 2.6), rotation=(math.radians(78), 0, 0))
    scene = bpy.context.scene
    scene.camera = bpy.context.object
    scene.frame_start, scene.frame_end = 1, 4
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 16
    scene.cycles.use_denoising = False  # Debian's Blender has no denoiser
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    scene.render.filepath = "//../../renders/shot010_"
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=blend, compress=True, relative_remap=False)


def main():
    arguments = sys.argv[sys.argv.index("--") + 1:]
    root = os.path.abspath(next(a for a in arguments if not a.startswith("--")))
    outside = os.path.join(root, "library") if "--absolute" in arguments else "//../../library"
    bpy.context.preferences.filepaths.save_version = 0
    make_pictures(root)
    make_props(root)
    make_chair(root)
    make_shot(root, outside)


main()
