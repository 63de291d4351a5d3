# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures: single, packed, generated, sequences, tiles, views, movies, and names of every kind."""

import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import load_image, scene, show_image  # noqa: E402


@scene("plain", render=True)
def plain(made):
    kit.add_camera()
    made.feature("single pictures: relative, absolute, above the folder, twice the same")
    show_image(load_image(made.need("tex/relative.png")))
    show_image(load_image(made.need("tex/relative.png")), "Same again")
    absolute = made.need("tex/absolute.png")
    show_image(load_image(absolute, absolute))
    show_image(load_image(made.need("../shared/above.png")))
    show_image(load_image(made.need("tex/sub/dots.png"), "//tex/./other/../sub//dots.png"))

    made.feature("backslashes, as Windows stores them")
    show_image(load_image(made.need("tex/sub/back.png"), "//tex\\sub\\back.png"))

    made.feature("held only by its fake user: still one of the file's data-blocks")
    load_image(made.need("tex/fake_user.png")).use_fake_user = True

    made.feature("missing")
    image = load_image(made.need("tex/relative.png"))
    image.filepath_raw = "//tex/gone.png"
    made.missing("tex/gone.png")
    show_image(image, "Gone")

    made.feature("HDR as environment")
    world = bpy.data.worlds.new("Sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    node = world.node_tree.nodes.new("ShaderNodeTexEnvironment")
    node.image = load_image(made.need("tex/sky.hdr"))
    background = next(n for n in world.node_tree.nodes if n.type == "BACKGROUND")
    world.node_tree.links.new(node.outputs["Color"], background.inputs["Color"])

    made.feature("output folders are not input")
    made.never("render/shot0001.png")
    bpy.context.scene.render.filepath = "//render/shot"
    made.never("tex/beside.png", "tex/relative.png.bak")


@scene("not_on_disk")
def not_on_disk(made):
    made.feature("packed: the file is not needed, there or not")
    for name in ("there", "gone"):
        path = made.never(f"tex/packed_{name}.png")
        image = load_image(path)
        image.pack()
        image.filepath_raw = f"//tex/packed_{name}.png"
        show_image(image)
    os.remove(made.at("tex/packed_gone.png"))

    made.feature("generated, with a leftover path")
    generated = bpy.data.images.new("Generated", 4, 4)
    generated.filepath_raw = "//" + os.path.basename(made.never("leftover.png"))
    show_image(generated)
    made.feature("a file image without a path")
    image = load_image(made.never("tex/no_path.png"))
    image.filepath_raw = ""
    show_image(image)


@scene("names", render=True)
def names(made):
    kit.add_camera()
    made.feature("non-ASCII, both forms of an accent, spaces, quotes, brackets, percent, no ending")
    for name in ("tëx/ブリック 1.png", "tëx/nfc_\u00e9.png", "tëx/nfd_e\u0301.png", "tex/it's \"so\".png",
                 "tex/[v1] a*b.png", "tex/100%23.png", "tex/ leading.png", "tex/no_ending",
                 "tex/UPPER.PNG", "tex/dots.v1.2.png", "tex/emoji_\U0001f9f1.png"):
        show_image(load_image(made.need(name)))
    made.feature("a path as long as the field takes it")
    show_image(load_image(made.need("/".join(["tex"] + ["d" * 100] * 7) + "/deep.png")))


@scene("sequences", render=True)
def sequences(made):
    kit.add_camera()

    def sequence(*files, first=0):
        made.need(*files)
        image = load_image(made.at(files[first]), source="SEQUENCE")
        return show_image(image, frames=len(files))

    made.feature("numbers at the end; neighbours without one are none of it")
    sequence(*[f"seq/frame_{n:04}.png" for n in range(1, 5)])
    made.never("seq/frame_preview.png", "seq/other_0001.png")
    made.feature("numbers in the middle, and two of them")
    sequence(*[f"mid/shot{n:04}_final.png" for n in range(1, 4)])
    sequence(*[f"two/s010_f{n:03}.png" for n in range(7, 10)], first=1)
    made.never("two/s020_f007.png")
    made.feature("digits in the folder only: a single file")
    image = load_image(made.need("v02/nodigits.png"), source="SEQUENCE")
    show_image(image, frames=3)
    made.feature("numbers that outgrow their width")
    sequence("grow/f98.png", "grow/f99.png", "grow/f100.png")
    made.feature("pattern characters in folder and name")
    sequence(*[f"[v1]*/a?[b]{n}.png" for n in (1, 2)])
    made.feature("stored with a frame that is not there")
    made.need("hole/h_02.png", "hole/h_03.png")
    image = load_image(made.at("hole/h_02.png"), source="SEQUENCE")
    image.filepath_raw = "//hole/h_01.png"
    show_image(image, frames=3)


@scene("tiles", render=True)
def tiles(made):
    kit.add_camera()

    def tiled(stored, first, tiles_there):
        image = load_image(first, source="TILED")
        image.filepath_raw = stored
        for tile in tiles_there:
            if not any(t.number == tile for t in image.tiles):
                image.tiles.new(tile)
        show_image(image)
        return image

    made.feature("UDIM")
    made.need(*[f"udim/wall.{n}.png" for n in (1001, 1002, 1011)])
    made.maybe("udim/wall.1003.png")  # in the folder, but not among the image's tiles
    made.never("udim/wall.thumb.png")
    tiled("//udim/wall.<UDIM>.png", made.at("udim/wall.1001.png"), (1001, 1002, 1011))
    made.feature("UVTILE")
    made.need("uv/wall_u1_v1.png", "uv/wall_u2_v1.png", "uv/wall_u1_v2.png")
    tiled("//uv/wall_<UVTILE>.png", made.at("uv/wall_u1_v1.png"), (1001, 1002, 1011))
    made.feature("token in the middle, pattern characters, backslashes")
    made.need("[old]/1001_wall[a].v2.png", "[old]/1002_wall[a].v2.png")
    tiled("//[old]\\<UDIM>_wall[a].v2.png", made.at("[old]/1001_wall[a].v2.png"), (1001, 1002))
    made.feature("a tile that is not there")
    made.need("lost/t.1001.png")
    made.missing("lost/t.1002.png")
    tiled("//lost/t.<UDIM>.png", made.at("lost/t.1001.png"), (1001, 1002))
    made.feature("packed tiles")
    made.never("packed/p.1001.png", "packed/p.1002.png")
    tiled("//packed/p.<UDIM>.png", made.at("packed/p.1001.png"), (1001, 1002)).pack()


@scene("views")
def views(made):
    made.feature("stereo: one file for each view")
    made.need("stereo/eye_L.png", "stereo/eye_R.png")
    made.maybe("stereo/eye.png")
    bpy.context.scene.render.use_multiview = True
    image = load_image(made.at("stereo/eye_L.png"))
    image.use_multiview = True
    image.views_format = "INDIVIDUAL"
    show_image(image)
    made.feature("stereo in one file")
    image = load_image(made.need("stereo/both.png"))
    image.use_multiview = True
    image.views_format = "STEREO_3D"
    show_image(image)


@scene("movies", render=True)
def movies(made):
    kit.add_camera()
    made.feature("a movie as texture")
    show_image(load_image(made.need("mov/tex.avi"), source="MOVIE"), frames=3)


kit.main("images")
