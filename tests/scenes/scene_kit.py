# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scene makers share: a scene under construction, and the truth about it.

While a scene is made, it is told of every file that it names, so that what a tracer must find is
known by construction and not by asking a tracer. Beside NAME.blend lies NAME.json:

    blender      the version that wrote it, "5.2.2"
    expected     files that must be found
    maybe        files that may be listed or not
    forbidden    files that must not be listed
    missing      paths that are referred to and not there
    maybe_missing  the same, if they are not there where the judge runs
    features     what it exercises
    left_out     what this build of Blender cannot make, and why
    blend_paths  what bpy.utils.blend_paths says of the saved file, absolute
    render       what a one-frame render opens below the folder (only where asked for)

Paths below the output folder are relative to it, others absolute.
"""

import json
import os
import sys

import bpy

import stand_ins

VERSION = bpy.app.version
_makers = []


def scene(name, since=(0,), render=False, library=False):
    """Decorates a function that builds the scene NAME.blend in the .blend that is open (an empty one).

    render: a one-frame render is traced as well. library: there for others to link; not judged.
    """
    def register(function):
        _makers.append((name, since, render, library, function))
        return function
    return register


class Scene:
    """A .blend being made at `path`; all files that it names lie in or near its folder."""

    def __init__(self, root, path):
        self.root = root
        self.path = path
        self.folder = os.path.dirname(path)
        self.truth = {kind: set() for kind in
                      ("expected", "maybe", "forbidden", "missing", "maybe_missing")}
        self.features = []
        self.left_out = []

    def at(self, name):
        """Absolute path of `name`, which is relative to the .blend's folder."""
        return os.path.normpath(os.path.join(self.folder, name))

    def _note(self, kind, names):
        for name in names:
            self.truth[kind].add(self.at(name))

    def _make(self, kind, names):
        for name in names:
            if not os.path.exists(self.at(name)):
                stand_ins.write(self.at(name))
        self._note(kind, names)
        return self.at(names[0])

    def need(self, *names):
        """Makes the files, which must be found; the absolute path of the first."""
        return self._make("expected", names)

    def maybe(self, *names):
        return self._make("maybe", names)

    def never(self, *names):
        """Makes files that must not be listed."""
        return self._make("forbidden", names)

    def missing(self, name):
        self._note("missing", [name])
        return self.at(name)

    def expect_existing(self, *names):
        """Like need(), for files that Blender itself has written."""
        for name in names:
            if not os.path.isfile(self.at(name)):
                raise RuntimeError(f"Blender has not written {self.at(name)}")
        self._note("expected", names)

    def expect_folder(self, name):
        """Every file that Blender has written below a folder; there must be some."""
        found = [os.path.join(folder, file) for folder, _, files in os.walk(self.at(name))
                 for file in files]
        if not found:
            raise RuntimeError(f"Blender has written nothing below {self.at(name)}")
        self._note("expected", found)
        return found

    def feature(self, text):
        self.features.append(text)

    def can(self, feature, possible, why):
        """Whether this Blender has a feature; what it lacks is written down, not passed over."""
        if not possible:
            self.left_out.append(f"{feature}: {why}")
        return possible

    def save(self):
        os.makedirs(self.folder, exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=self.path, relative_remap=False, check_existing=False)

    def write_truth(self, judged, render):
        def portable(path):
            below = os.path.relpath(path, self.root)
            return path if below.startswith("..") else below

        truth = {kind: sorted(portable(p) for p in paths) for kind, paths in self.truth.items()}
        truth["maybe"] = sorted(set(truth["maybe"]) - set(truth["expected"]))
        clash = set(truth["expected"]) & set(truth["forbidden"])
        if clash:
            raise RuntimeError(f"{self.path}: both expected and forbidden: {sorted(clash)}")
        truth |= {"blender": ".".join(map(str, VERSION)), "features": self.features,
                  "left_out": self.left_out, "judged": judged, "render": render}
        bpy.ops.wm.open_mainfile(filepath=self.path, load_ui=False)
        listed = bpy.utils.blend_paths(absolute=True, packed=False, local=False)
        # Of an empty field it says nothing, or the .blend's folder.
        truth["blend_paths"] = sorted({portable(os.path.normpath(p)) for p in listed
                                       if p and os.path.normpath(p) != self.folder})
        with open(os.path.splitext(self.path)[0] + ".json", "w", encoding="utf-8",
                  errors="surrogateescape") as file:
            json.dump(truth, file, indent=1, sort_keys=True)


def fresh():
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    # What the preferences add to saved files would differ from machine to machine.
    bpy.context.preferences.filepaths.save_version = 0
    render = bpy.context.scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = 16
    bpy.context.scene.cycles.samples = 1
    bpy.context.scene.cycles.use_denoising = False


def main(folder_name):
    """Makes every scene registered in this process below OUT/folder_name (OUT: after `--`)."""
    root = os.path.realpath(sys.argv[sys.argv.index("--") + 1])
    for name, since, render, library, function in _makers:
        if VERSION < since:
            continue
        fresh()
        made = Scene(root, os.path.join(root, folder_name, name + ".blend"))
        os.makedirs(made.folder, exist_ok=True)
        # Saved first, so that paths relative to the .blend mean something while it is being made.
        made.save()
        function(made)
        made.save()
        made.write_truth(judged=not library, render=render)
        print(f"made {made.path}", flush=True)


# --- Small things that many scenes want -----------------------------------------------------------

def add_mesh(name="Mesh", parent=None):
    """A cube in the scene, visible to the render."""
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], faces)
    mesh.uv_layers.new(name="UVMap")
    thing = bpy.data.objects.new(name, mesh)
    (parent or bpy.context.scene.collection).objects.link(thing)
    return thing


def add_camera():
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location = (0, 0, 12)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    return camera


def add_material(owner, name):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    owner.data.materials.append(material)
    return material


def load_image(path, stored=None, source=None):
    """An image data-block of the file at `path`, stored as `//…` or as told."""
    image = bpy.data.images.load(path)
    if source:
        image.source = source
    image.filepath_raw = stored if stored is not None else bpy.path.relpath(path)
    return image


def show_image(image, name=None, frames=None):
    """Puts the image on a cube, where a render reads it; the texture node."""
    shown = add_mesh(name or image.name)
    material = add_material(shown, name or image.name)
    tree = material.node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    if frames:
        node.image_user.frame_duration = frames
        node.image_user.use_auto_refresh = True
    base = next(n for n in tree.nodes if n.type == "BSDF_PRINCIPLED")
    tree.links.new(node.outputs["Color"], base.inputs["Base Color"])
    return node


def select_only(thing):
    for other in bpy.context.view_layer.objects:
        other.select_set(False)
    thing.select_set(True)
    bpy.context.view_layer.objects.active = thing
