# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a USD stage with OpenUSD's own Python module (PyPI: usd-core), and says what it needs.

    usd_stage.py FOLDER EXTENSION     usda, usdc or usd

FOLDER then holds stage/shot.EXTENSION, its layers and textures in folders beside it, and expected.json:
{"files": […], "missing": […]} as OpenUSD finds them, as paths relative to FOLDER.
"""

import json
import os
import sys

from pxr import Sdf, Usd, UsdUtils


def touch(folder, path):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"not a picture: " + path.encode())


def new_layer(folder, path):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return Sdf.Layer.CreateNew(path)


def add_texture(layer, prim, attribute, path):
    spec = Sdf.CreatePrimInLayer(layer, prim)
    spec.specifier = Sdf.SpecifierDef
    Sdf.AttributeSpec(spec, attribute, Sdf.ValueTypeNames.Asset).default = Sdf.AssetPath(path)


def make_asset(folder, path, texture):
    layer = new_layer(folder, path)
    add_texture(layer, "/asset", "inputs:file", texture)
    layer.defaultPrim = "asset"
    layer.Save()


def make_stage(folder, extension):
    for path in ("tex/wood.png", "tex/wall.1001.png", "tex/wall.1002.png", "tex/sky.exr", "tex/a.png", "tex/b.png",
                 "assets/chair/fabric.png", "assets/lamp/glass.png", "assets/red/red.png", "assets/blue/blue.png"):
        touch(folder, path)
    make_asset(folder, f"assets/chair/chair.{extension}", "./fabric.png")
    make_asset(folder, f"assets/lamp/lamp.{extension}", "glass.png")
    make_asset(folder, f"assets/red/red.{extension}", "./red.png")
    make_asset(folder, f"assets/blue/blue.{extension}", "./blue.png")
    for frame in (1, 2, 3):
        clip = new_layer(folder, f"clips/move.{frame:03}.{extension}")
        Sdf.CreatePrimInLayer(clip, "/asset")
        clip.Save()
    lighting = new_layer(folder, f"layers/light.{extension}")
    add_texture(lighting, "/sky", "inputs:texture:file", "../tex/sky.exr")
    lighting.Save()

    shot = new_layer(folder, f"stage/shot.{extension}")
    shot.subLayerPaths.append(f"../layers/light.{extension}")
    shot.subLayerPaths.append(f"../layers/gone.{extension}")
    stage = Usd.Stage.Open(shot)
    stage.DefinePrim("/chair").GetReferences().AddReference(f"../assets/chair/chair.{extension}")
    stage.DefinePrim("/lamp").GetPayloads().AddPayload(f"../assets/lamp/lamp.{extension}")
    colours = stage.DefinePrim("/thing").GetVariantSets().AddVariantSet("colour")
    for colour in ("red", "blue"):
        colours.AddVariant(colour)
        colours.SetVariantSelection(colour)
        with colours.GetVariantEditContext():
            stage.GetPrimAtPath("/thing").GetReferences().AddReference(f"../assets/{colour}/{colour}.{extension}")
    material = stage.DefinePrim("/material")
    material.CreateAttribute("inputs:wood", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath("../tex/wood.png"))
    material.CreateAttribute("inputs:wall", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath("../tex/wall.<UDIM>.png"))
    material.CreateAttribute("inputs:gone", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath("../tex/gone.png"))
    material.CreateAttribute("inputs:list", Sdf.ValueTypeNames.AssetArray).Set(
        Sdf.AssetPathArray([Sdf.AssetPath("../tex/a.png"), Sdf.AssetPath("../tex/b.png")]))
    material.CreateAttribute("note", Sdf.ValueTypeNames.String).Set("@../tex/not_a_path.png@ # 'quoted'")
    moving = stage.DefinePrim("/moving")
    clips = Usd.ClipsAPI(moving)
    clips.SetClipTemplateAssetPath(f"../clips/move.###.{extension}")
    clips.SetClipTemplateStride(1)
    clips.SetClipTemplateStartTime(1)
    clips.SetClipTemplateEndTime(3)
    clips.SetClipPrimPath("/asset")
    shot.Save()
    return shot.realPath


def main():
    folder, extension = os.path.realpath(sys.argv[1]), sys.argv[2]
    shot = make_stage(folder, extension)
    layers, assets, unresolved = UsdUtils.ComputeAllDependencies(shot)
    found = {os.path.realpath(layer.realPath) for layer in layers} | {os.path.realpath(path) for path in assets}
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({"files": sorted(os.path.relpath(path, folder) for path in found),
                   "missing": sorted(os.path.relpath(path, folder) for path in unresolved)}, file, indent=1)


if __name__ == "__main__":
    main()
