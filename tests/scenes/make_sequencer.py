# SPDX-License-Identifier: GPL-3.0-or-later
"""The video sequencer: strips of every type, proxies, fonts, modifiers."""

import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import load_image, scene  # noqa: E402


def strips_of(owner):
    """4.4 renamed sequences to strips."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def editor():
    return bpy.context.scene.sequence_editor_create()


def add_images(where, made, channel, first, *more, stored_folder=None):
    strip = where.new_image(first, made.at(first), channel, 1)
    for name in more:
        strip.elements.append(os.path.basename(name))
    strip.directory = stored_folder or bpy.path.relpath(os.path.dirname(made.at(first))) + "/"
    return strip


def add_effect(where, name, kind, channel, *inputs):
    """The length of an effect was given by its last frame until 5.0."""
    parameters = where.bl_rna.functions["new_effect"].parameters
    length = {"length": 10} if "length" in parameters else {"frame_end": 11}
    named = dict(zip(("input1", "input2") if "input1" in parameters else ("seq1", "seq2"), inputs))
    return where.new_effect(name=name, type=kind, channel=channel, frame_start=1, **length, **named)


@scene("strips", render=True)
def strips(made):
    where = strips_of(editor())
    made.feature("image strips: names without order, backslashes, pattern characters")
    made.need("img/zeta_5.png", "img/a.png", "img/b_77.png")
    add_images(where, made, 1, "img/zeta_5.png", "img/a.png", "img/b_77.png")
    made.never("img/neighbour.png", "img/zeta_6.png")
    made.need("sub/[1]/x*.png")
    add_images(where, made, 2, "sub/[1]/x*.png", stored_folder="//sub\\[1]\\")
    made.need("abs/one.png", "abs/two.png")
    add_images(where, made, 3, "abs/one.png", "abs/two.png", stored_folder=made.at("abs") + "/")
    made.feature("movie strip")
    movie = where.new_movie("movie", made.need("mov/shot.avi"), 4, 1)
    movie.filepath = "//mov/shot.avi"
    if made.can("sound strips", bpy.app.build_options.audaspace, "built without Audaspace"):
        made.feature("sound strip: the sound data-block counts")
        sound = where.new_sound("sound", made.need("snd/strip.wav"), 5, 1)
        sound.sound.filepath = "//snd/strip.wav"
        made.feature("a packed sound: not needed, although the strip names it")
        packed = where.new_sound("packed", made.never("snd/packed.wav"), 6, 1)
        packed.sound.filepath = "//snd/packed.wav"
        packed.sound.pack()
    made.feature("muted and nested strips")
    muted = add_images(where, made, 7, os.path.relpath(made.need("img/muted.png"), made.folder))
    muted.mute = True
    meta = where.new_meta("meta", 8, 1)
    made.need("img/in_meta.png")
    add_images(strips_of(meta), made, 1, "img/in_meta.png")
    inner = strips_of(meta).new_meta("inner", 2, 1)
    made.need("img/in_inner.png")
    add_images(strips_of(inner), made, 1, "img/in_inner.png")
    made.feature("a strip whose file is not there")
    made.need("img/there.png")
    gone = add_images(where, made, 9, "img/there.png", "img/lost.png")
    made.missing("img/lost.png")
    gone.mute = True


@scene("others")
def others(made):
    where = strips_of(editor())
    made.feature("text with a font")
    text = add_effect(where, "text", "TEXT", 1)
    text.font = bpy.data.fonts.load(made.need("font/title.ttf"))
    text.font.filepath = "//font/title.ttf"
    made.feature("movie clip and mask strips")
    clip = bpy.data.movieclips.load(made.need("mov/clip.avi"))
    clip.filepath = "//mov/clip.avi"
    where.new_clip("clip", clip, 2, 1)
    mask = bpy.data.masks.new("Mask")
    spline = mask.layers.new(name="Layer").splines.new()
    spline.points.add(1)
    tracked = bpy.data.movieclips.load(made.need("mov/tracked.avi"))
    tracked.filepath = "//mov/tracked.avi"
    tracked.use_fake_user = True  # a mask's parent is no user
    spline.points[0].parent.id = tracked
    where.new_mask("mask", mask, 3, 1)
    sounds = bpy.app.build_options.audaspace
    if made.can("scene strip", sounds or kit.VERSION < (5, 0), "ends a Blender 5.0 without Audaspace"):
        made.feature("a scene strip: another scene with its own pictures and strips")
        other = bpy.data.scenes.new("Other")
        inner = strips_of(other.sequence_editor_create())
        made.need("img/other_scene.png")
        add_images(inner, made, 1, "img/other_scene.png")
        where.new_scene("scene", other, 4, 1)
    if not made.can("strip modifier", not (5, 0) <= kit.VERSION < (5, 1), "5.0.1 crashes adding one"):
        return
    made.feature("a modifier with a mask of its own")
    made.need("img/modified.png")
    modified = add_images(where, made, 5, "img/modified.png")
    modifier = modified.modifiers.new("bright", "BRIGHT_CONTRAST")
    mask = bpy.data.masks.new("ModifierMask")
    points = mask.layers.new(name="Layer").splines.new().points
    points.add(1)
    points[0].parent.id = bpy.data.movieclips.load(made.need("mov/modifier.avi"))
    points[0].parent.id.filepath = "//mov/modifier.avi"
    points[0].parent.id.use_fake_user = True
    modifier.input_mask_type = "ID"
    modifier.input_mask_id = mask


@scene("proxies")
def proxies(made):
    where = strips_of(editor())
    made.feature("proxies are for the preview only")
    made.need("img/p1.png", "img/p2.png")
    strip = add_images(where, made, 1, "img/p1.png", "img/p2.png")
    made.never("img/BL_proxy/images/25/p1.png_proxy.jpg", "custom_proxy/images/25/p1.png_proxy.jpg")
    strip.use_proxy = True
    strip.proxy.use_proxy_custom_directory = True
    strip.proxy.directory = "//custom_proxy"
    movie = where.new_movie("movie", made.need("mov/proxied.avi"), 2, 1)
    movie.filepath = "//mov/proxied.avi"
    movie.use_proxy = True
    movie.proxy.use_proxy_custom_file = True
    movie.proxy.filepath = "//" + os.path.relpath(made.never("mov/own_proxy.avi"), made.folder)
    bpy.context.scene.sequence_editor.proxy_storage = "PROJECT"
    bpy.context.scene.sequence_editor.proxy_dir = "//project_proxy"
    made.never("project_proxy/p1.jpg")


# From 5.0 on; but 5.0.1 crashes when a strip gets a modifier.
@scene("compositor_strip", since=(5, 1))
def compositor_strip(made):
    where = strips_of(editor())
    made.need("img/graded.png")
    strip = add_images(where, made, 1, "img/graded.png")
    made.feature("a strip modifier with a compositor tree")
    modifier = strip.modifiers.new("comp", "COMPOSITOR")
    tree = bpy.data.node_groups.new("StripTree", "CompositorNodeTree")
    tree.nodes.new("CompositorNodeImage").image = load_image(made.need("img/in_modifier.png"))
    modifier.node_group = tree
    kinds = {item.identifier for item in
             where.bl_rna.functions["new_effect"].parameters["type"].enum_items}
    if made.can("compositor effect strip", "COMPOSITOR" in kinds, "not in this version"):
        made.feature("an effect strip with a compositor tree")
        effect = add_effect(where, "effect", "COMPOSITOR", 2)
        tree = bpy.data.node_groups.new("EffectTree", "CompositorNodeTree")
        tree.nodes.new("CompositorNodeImage").image = load_image(made.need("img/in_effect.png"))
        effect.node_group = tree


kit.main("sequencer")
