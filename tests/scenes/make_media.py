# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds, fonts, movie clips, volumes, Alembic and USD, mesh caches, texts, multires data."""

import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import load_image, scene  # noqa: E402


def relative(block):
    block.filepath = bpy.path.relpath(bpy.path.abspath(block.filepath))
    return block


def add_object(name, data):
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


@scene("sounds_and_fonts", render=True)
def sounds_and_fonts(made):
    kit.add_camera()
    made.feature("a speaker; a sound nobody plays; a packed one")
    speaker = bpy.data.speakers.new("Speaker")
    speaker.sound = relative(bpy.data.sounds.load(made.need("snd/speaker.wav")))
    add_object("Speaker", speaker)
    relative(bpy.data.sounds.load(made.need("snd/unused.wav"))).use_fake_user = True
    packed = relative(bpy.data.sounds.load(made.never("snd/packed.wav")))
    packed.pack()
    packed.use_fake_user = True
    made.feature("four faces of a text, the built-in font, a packed one")
    curve = bpy.data.curves.new("Text", "FONT")
    for slot, name in (("font", "Regular"), ("font_bold", "Bold"), ("font_italic", "Italic"),
                       ("font_bold_italic", "BoldItalic")):
        setattr(curve, slot, relative(bpy.data.fonts.load(made.need(f"font/{name}.ttf"))))
    add_object("Text", curve)
    add_object("Plain", bpy.data.curves.new("Builtin", "FONT"))
    curve = bpy.data.curves.new("PackedText", "FONT")
    curve.font = relative(bpy.data.fonts.load(made.never("font/Packed.ttf")))
    curve.font.pack()
    add_object("PackedText", curve)


@scene("clips")
def clips(made):
    made.feature("movie clips: a movie, a sequence, proxies that nobody needs")
    movie = relative(bpy.data.movieclips.load(made.need("mov/clip.avi")))
    made.never("mov/BL_proxy/clip.avi/proxy_25.avi")
    made.need(*[f"clip/c_{n:03}.png" for n in (1, 2, 3)])
    sequence = relative(bpy.data.movieclips.load(made.at("clip/c_001.png")))
    if sequence.source != "SEQUENCE":
        raise RuntimeError("Blender takes the numbered clip for a movie")
    camera = kit.add_camera().data
    made.feature("camera backgrounds: only the one that is chosen")
    camera.show_background_images = True
    picture = camera.background_images.new()
    picture.image = load_image(made.need("tex/background.png"))
    background = camera.background_images.new()
    background.source = "MOVIE_CLIP"
    background.clip = movie
    bpy.context.scene.active_clip = sequence


@scene("volumes")
def volumes(made):
    made.feature("volumes: one file, a sequence, packed (read from disk all the same)")
    volume = bpy.data.volumes.new("Single")
    volume.filepath = "//" + os.path.relpath(made.need("vdb/smoke.vdb"), made.folder)
    add_object("Single", volume)
    volume = bpy.data.volumes.new("Sequence")
    made.need(*[f"vdb/puff_{n:03}.vdb" for n in (1, 2, 3)])
    made.never("vdb/puff_note.vdb")
    volume.filepath = "//vdb/puff_001.vdb"
    volume.is_sequence = True
    volume.frame_duration = 3
    add_object("Sequence", volume)
    volume = bpy.data.volumes.new("Empty")
    add_object("Empty", volume)


def open_cache(path, stored):
    before = set(bpy.data.cache_files)
    bpy.ops.cachefile.open(filepath=path)
    cache, = set(bpy.data.cache_files) - before
    cache.filepath = stored
    return cache


def read_through(cache, name):
    """A mesh whose shape comes from the cache."""
    modifier = kit.add_mesh(name).modifiers.new("Cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file = cache
    modifier.object_path = "/root/mesh"
    return modifier


@scene("scene_caches")
def scene_caches(made):
    made.feature("Alembic and USD: one file, numbered files, a constraint")
    # Also a Blender that is built without either keeps the data-blocks.
    made.need("cache/anim.abc")
    read_through(open_cache(made.at("cache/anim.abc"), "//cache/anim.abc"), "Abc")
    made.need(*[f"cache/sim/sim_{n:03}.abc" for n in (1, 2, 3)])
    cache = open_cache(made.at("cache/sim/sim_001.abc"), "//cache/sim/sim_001.abc")
    cache.is_sequence = True
    read_through(cache, "AbcSequence")
    made.need("cache/scene.usda")
    read_through(open_cache(made.at("cache/scene.usda"), "//cache/scene.usda"), "Usd")
    made.need("cache/move.usda")
    constraint = kit.add_mesh("Moved").constraints.new("TRANSFORM_CACHE")
    constraint.cache_file = open_cache(made.at("cache/move.usda"), "//cache/move.usda")


@scene("cache_layers")
def cache_layers(made):
    made.feature("Alembic layers, one of them hidden")
    made.need("cache/base.abc")
    cache = open_cache(made.at("cache/base.abc"), "//cache/base.abc")
    read_through(cache, "Layered")
    for name, hidden in (("layer", False), ("hidden", True)):
        path = made.never(f"cache/{name}.abc") if hidden else made.need(f"cache/{name}.abc")
        cache.layers.new(filepath=bpy.path.relpath(path)).hide_layer = hidden


@scene("mesh_caches", render=True)
def mesh_caches(made):
    kit.add_camera()
    made.feature("MDD and PC2; one that is switched off by its factor, one empty")
    for kind in ("mdd", "pc2"):
        modifier = kit.add_mesh(kind).modifiers.new("Cache", "MESH_CACHE")
        modifier.cache_format = kind.upper()
        modifier.filepath = "//" + os.path.relpath(made.need(f"cache/mesh.{kind}"), made.folder)
    made.maybe("cache/off.pc2")
    modifier = kit.add_mesh("Off").modifiers.new("Cache", "MESH_CACHE")
    modifier.cache_format = "PC2"
    modifier.filepath = "//cache/off.pc2"
    modifier.factor = 0
    kit.add_mesh("Empty").modifiers.new("Cache", "MESH_CACHE")


@scene("texts")
def texts(made):
    made.feature("a text loaded from a file: its content is in the .blend")
    made.maybe("txt/script.py")
    text = bpy.data.texts.load(made.at("txt/script.py"))
    text.filepath = "//txt/script.py"
    bpy.data.texts.new("Internal").write("# nothing\n")


@scene("multires")
def multires(made):
    made.feature("multires displacement saved outside")
    thing = kit.add_mesh("Sculpt")
    kit.select_only(thing)
    thing.modifiers.new("Multires", "MULTIRES")
    bpy.ops.object.multires_subdivide(modifier="Multires", mode="CATMULL_CLARK")
    os.makedirs(made.at("multires"), exist_ok=True)
    bpy.ops.object.multires_external_save(filepath=made.at("multires/Sculpt.btx"), modifier="Multires")
    thing.modifiers["Multires"].filepath = "//multires/Sculpt.btx"
    bpy.ops.wm.save_mainfile()
    made.expect_existing("multires/Sculpt.btx")


kit.main("media")
