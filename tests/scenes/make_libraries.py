# SPDX-License-Identifier: GPL-3.0-or-later
"""Linked libraries: nested, in a circle, overridden, packed, missing, under strange names."""

import os
import shutil
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import load_image, scene, show_image  # noqa: E402


def link(path, kind, *names, **options):
    """Links data-blocks of a kind ("objects", …) and returns them."""
    options = {"link": True, "relative": True} | options
    with bpy.data.libraries.load(path, **options) as (_, wanted):
        setattr(wanted, kind, list(names))
    found = getattr(wanted, kind)
    if any(not block or isinstance(block, str) for block in found):
        raise RuntimeError(f"{names} cannot be linked from {path}")
    return found


def show(*things):
    for thing in things:
        bpy.context.scene.collection.objects.link(thing)


def library_at(path):
    return next(lib for lib in bpy.data.libraries
                if os.path.normpath(bpy.path.abspath(lib.filepath)) == path)


# --- The libraries ------------------------------------------------------------------------------

@scene("libs/deep/paint", library=True)
def paint(made):
    """Three levels down, with a picture in its own folder."""
    show_image(load_image(made.need("paint.png")), "Paint")
    made.never("not_linked.png")
    show_image(load_image(made.at("not_linked.png")), "NotLinked")


@scene("libs/chair", library=True)
def chair(made):
    """Has what is linked, what is not, and what is reached by a pointer only."""
    node = show_image(load_image(made.need("tex/seat_0001.png", "tex/seat_0002.png"),
                                 source="SEQUENCE"), "Chair", frames=2)
    tree = node.id_data
    group = bpy.data.node_groups.new("Inner", "ShaderNodeTree")
    inner = group.nodes.new("ShaderNodeTexImage")
    inner.image = load_image(made.need("tex/in_group.png"))
    tree.nodes.new("ShaderNodeGroup").node_tree = group
    made.never("tex/unused.png")
    load_image(made.at("tex/unused.png")).use_fake_user = True
    made.never("tex/other_object.png")
    show_image(load_image(made.at("tex/other_object.png")), "Other")

    collection = bpy.data.collections.new("ChairSet")
    bpy.context.scene.collection.children.link(collection)
    child = kit.add_mesh("Cushion", collection)
    child.parent = bpy.data.objects["Chair"]
    material = kit.add_material(child, "Cushion")
    material.node_tree.nodes.new("ShaderNodeTexImage").image = load_image(made.need("tex/cushion.png"))
    paint_object, = link(made.at("deep/paint.blend"), "objects", "Paint")
    collection.objects.link(paint_object)
    collection.objects.link(bpy.data.objects["Chair"])


@scene("libs/ring_b", library=True)
def ring_b(made):
    show_image(load_image(made.need("tex/ring_b.png")), "RingB")


@scene("libs/ring_a", library=True)
def ring_a(made):
    show_image(load_image(made.need("tex/ring_a.png")), "RingA")
    show(*link(made.at("ring_b.blend"), "objects", "RingB"))


@scene("libs/ring_b_closed", library=True)
def ring_b_closed(made):
    """What ring_b.blend becomes when the circle is closed: A wants B, B wants A."""
    show_image(load_image(made.need("tex/ring_b.png")), "RingB")
    other, = link(made.at("ring_a.blend"), "objects", "RingA")
    bpy.data.objects["RingB"].parent = other
    show(other)  # a parent is no user: without one, nothing of the other library is saved


@scene("libs/sky", library=True)
def sky(made):
    world = bpy.data.worlds.new("Sky")
    world.use_nodes = True
    node = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    node.image = load_image(made.need("tex/sky.hdr"))
    scene_set = bpy.data.scenes.new("Set")
    scene_set.world = world
    holder = kit.add_mesh("InSet", scene_set.collection)
    kit.add_material(holder, "InSet").node_tree.nodes.new("ShaderNodeTexImage").image = \
        load_image(made.need("tex/in_set.png"))


@scene("tëst libs/ünï cødé", library=True)
def non_ascii(made):
    show_image(load_image(made.need("tex/ブ.png")), "Ünï")


# --- What links them ----------------------------------------------------------------------------

CHAIR = ["libs/chair.blend", "libs/tex/seat_0001.png", "libs/tex/seat_0002.png", "libs/tex/in_group.png"]
CHAIR_SET = CHAIR + ["libs/tex/cushion.png", "libs/deep/paint.blend", "libs/deep/paint.png"]
NOT_WANTED = ["libs/tex/unused.png", "libs/tex/other_object.png", "libs/deep/not_linked.png"]


def reach(made, names):
    made.expect_existing(*names)


@scene("object", render=True)
def one_object(made):
    made.feature("one object: only what it reaches, not the whole library")
    kit.add_camera()
    show(*link(made.at("libs/chair.blend"), "objects", "Chair"))
    reach(made, CHAIR)
    made.never(*NOT_WANTED, "libs/tex/cushion.png")


@scene("collection", render=True)
def collection(made):
    made.feature("a collection instance, a library of a library, paths from each one's folder")
    kit.add_camera()
    chairs, = link(made.at("libs/chair.blend"), "collections", "ChairSet")
    instance = bpy.data.objects.new("Instance", None)
    instance.instance_type = "COLLECTION"
    instance.instance_collection = chairs
    show(instance)
    reach(made, CHAIR_SET)
    made.never(*NOT_WANTED)


@scene("shots/seq010/override")
def override(made):
    made.feature("library overrides, of an object tree and of an image with a path of its own")
    chairs, = link(made.at("../../libs/chair.blend"), "collections", "ChairSet")
    bpy.context.scene.collection.children.link(chairs)
    chairs.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    for name in CHAIR_SET:
        made.expect_existing("../../" + name)
    # Only what is linked by name can be overridden, not what came along with it.
    image, = link(made.at("../../libs/chair.blend"), "images", "in_group.png")
    mine = image.override_create(remap_local_usages=True)
    mine.filepath = "//" + os.path.basename(made.need("repainted.png"))
    mine.use_fake_user = True


@scene("circle")
def circle(made):
    made.feature("libraries in a circle")
    shutil.copyfile(made.at("libs/ring_b_closed.blend"), made.at("libs/ring_b.blend"))
    show(*link(made.at("libs/ring_b.blend"), "objects", "RingB"))
    reach(made, ["libs/ring_a.blend", "libs/ring_b.blend", "libs/tex/ring_a.png", "libs/tex/ring_b.png"])


@scene("world_and_set")
def world_and_set(made):
    made.feature("a linked world, a linked scene as background set")
    path = made.at("libs/sky.blend")
    bpy.context.scene.world, = link(path, "worlds", "Sky")
    bpy.context.scene.background_set, = link(path, "scenes", "Set")
    reach(made, ["libs/sky.blend", "libs/tex/sky.hdr", "libs/tex/in_set.png"])


@scene("path_forms")
def path_forms(made):
    made.feature("the same library by absolute path; by a path with backslashes and ..; non-ASCII names")
    absolute = made.at("libs/ring_b.blend")
    show(*link(absolute, "objects", "RingB", relative=False))
    show(*link(made.at("libs/chair.blend"), "objects", "Chair"))
    show(*link(made.at("tëst libs/ünï cødé.blend"), "objects", "Ünï"))
    library_at(made.at("libs/chair.blend")).filepath = "//libs\\..\\libs\\chair.blend"
    reach(made, CHAIR + ["libs/ring_a.blend", "libs/ring_b.blend", "libs/tex/ring_a.png",
                         "libs/tex/ring_b.png", "tëst libs/ünï cødé.blend", "tëst libs/tex/ブ.png"])


@scene("missing")
def missing(made):
    made.feature("a library that is not there, beside one that is")
    shutil.copyfile(made.at("libs/sky.blend"), made.at("libs/gone.blend"))
    bpy.context.scene.world, = link(made.at("libs/gone.blend"), "worlds", "Sky")
    show(*link(made.at("libs/chair.blend"), "objects", "Chair"))
    os.remove(made.at("libs/gone.blend"))
    made.missing("libs/gone.blend")
    reach(made, CHAIR)


@scene("appended")
def appended(made):
    made.feature("appended: nothing of the library is needed, but what the copy names is")
    with bpy.data.libraries.load(made.at("libs/chair.blend"), link=False) as (_, wanted):
        wanted.objects = ["Chair"]
    show(wanted.objects[0])
    made.expect_existing(*CHAIR[1:])
    made.never("libs/chair.blend", *NOT_WANTED)


@scene("packed_library")
def packed_library(made):
    made.feature("a packed library: the file is not needed; what its data-blocks name is")
    show(*link(made.at("libs/chair.blend"), "objects", "Chair"))
    bpy.ops.file.pack_libraries()
    if not library_at(made.at("libs/chair.blend")).packed_file:
        raise RuntimeError("the library was not packed")
    made.expect_existing(*CHAIR[1:])
    made.never(CHAIR[0], *NOT_WANTED)


@scene("proj/packed_blocks", since=(5, 0))
def packed_blocks(made):
    made.feature("single packed data-blocks (5.0): // starts at the folder of a library that is gone")
    folder = made.at("../once")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made.at("../libs"), folder)
    show(*link(made.at("../once/chair.blend"), "objects", "Chair", pack=True))
    os.remove(made.at("../once/chair.blend"))
    made.expect_existing("../once/tex/seat_0001.png", "../once/tex/seat_0002.png", "../once/tex/in_group.png")
    made.never("../once/tex/unused.png", "../once/tex/other_object.png")
    made.feature("packed data-blocks beside an ordinary link to another library")
    show(*link(made.at("../libs/ring_b.blend"), "objects", "RingB"))
    made.expect_existing(*[f"../libs/{n}" for n in ("ring_a.blend", "ring_b.blend", "tex/ring_a.png",
                                                     "tex/ring_b.png")])


@scene("essentials", since=(4, 3))
def essentials(made):
    made.feature("a node group of Blender's own assets, linked: a library like any other")
    assets = bpy.utils.system_resource("DATAFILES", path="assets")
    found = sorted(os.path.join(folder, name) for folder, _, names in os.walk(assets) for name in names
                   if name.endswith(".blend") and "node" in folder + name)
    for path in found:
        with bpy.data.libraries.load(path, link=True, relative=False) as (there, wanted):
            wanted.node_groups = there.node_groups[:1]
        if wanted.node_groups:
            break
    if not made.can("essentials", bool(found) and bool(wanted.node_groups), f"no node group in {assets}"):
        return
    wanted.node_groups[0].use_fake_user = True
    modifier = kit.add_mesh().modifiers.new("Nodes", "NODES")
    modifier.node_group = wanted.node_groups[0]
    # Where this Blender's files lie is not where the judge looks for them.
    made.truth["maybe"].add(path)
    made.truth["maybe_missing"].add(path)


kit.main("libraries")
