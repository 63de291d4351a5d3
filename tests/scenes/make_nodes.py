# SPDX-License-Identifier: GPL-3.0-or-later
"""Node trees: shaders (OSL, IES, groups), compositor, geometry; and who else points at pictures."""

import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import VERSION, load_image, scene  # noqa: E402


def material_tree(name):
    return kit.add_material(kit.add_mesh(name), name).node_tree


@scene("shaders")
def shaders(made):
    made.feature("OSL: an external script; one that is a text in the .blend")
    tree = material_tree("Osl")
    script = tree.nodes.new("ShaderNodeScript")
    script.mode = "EXTERNAL"
    script.filepath = "//" + os.path.relpath(made.need("osl/noise.osl"), made.folder)
    internal = tree.nodes.new("ShaderNodeScript")
    internal.script = bpy.data.texts.new("Inside.osl")
    made.feature("IES: external, internal, missing")
    light = bpy.data.lights.new("Lamp", "POINT")
    light.use_nodes = True
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Lamp", light))
    node = light.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode = "EXTERNAL"
    node.filepath = "//" + os.path.relpath(made.need("ies/lamp.ies"), made.folder)
    node = light.node_tree.nodes.new("ShaderNodeTexIES")
    node.ies = bpy.data.texts.new("inside.ies")
    node = light.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode = "EXTERNAL"
    node.filepath = "//ies/gone.ies"
    made.missing("ies/gone.ies")
    light.node_tree.nodes.new("ShaderNodeTexImage").image = load_image(made.need("tex/gobo.png"))

    made.feature("groups in groups, a muted node, a node that leads nowhere")
    inner = bpy.data.node_groups.new("Inner", "ShaderNodeTree")
    inner.nodes.new("ShaderNodeTexImage").image = load_image(made.need("tex/inner.png"))
    outer = bpy.data.node_groups.new("Outer", "ShaderNodeTree")
    outer.nodes.new("ShaderNodeGroup").node_tree = inner
    outer.nodes.new("ShaderNodeTexEnvironment").image = load_image(made.need("tex/outer.hdr"))
    tree.nodes.new("ShaderNodeGroup").node_tree = outer
    muted = tree.nodes.new("ShaderNodeTexImage")
    muted.image = load_image(made.need("tex/muted.png"))
    muted.mute = True


@scene("other_users")
def other_users(made):
    made.feature("textures: displacement, particles, line style, brush with mask, world probe")
    texture = bpy.data.textures.new("Displace", "IMAGE")
    texture.image = load_image(made.need("tex/displace.png"))
    kit.add_mesh("Displaced").modifiers.new("Displace", "DISPLACE").texture = texture
    emitter = kit.add_mesh("Emitter")
    emitter.modifiers.new("Particles", "PARTICLE_SYSTEM")
    texture = bpy.data.textures.new("Density", "IMAGE")
    texture.image = load_image(made.need("tex/density.png"))
    emitter.particle_systems[0].settings.texture_slots.add().texture = texture
    style = bpy.data.linestyles.new("Line")
    style.use_fake_user = True
    texture = bpy.data.textures.new("Stroke", "IMAGE")
    texture.image = load_image(made.need("tex/linestyle.png"))
    style.texture_slots.add().texture = texture
    brush = bpy.data.brushes.new("Brush", mode="TEXTURE_PAINT")
    brush.use_fake_user = True
    for slot in ("texture", "mask_texture"):
        texture = bpy.data.textures.new(slot, "IMAGE")
        texture.image = load_image(made.need(f"tex/brush_{slot}.png"))
        setattr(brush, slot, texture)
    made.feature("an empty that shows a picture")
    empty = bpy.data.objects.new("Picture", None)
    empty.empty_display_type = "IMAGE"
    empty.data = load_image(made.need("tex/empty.png"))
    bpy.context.scene.collection.objects.link(empty)
    made.feature("grease pencil material with stroke and fill pictures")
    material = bpy.data.materials.new("Ink")
    bpy.data.materials.create_gpencil_data(material)
    material.grease_pencil.stroke_style = "TEXTURE"
    material.grease_pencil.stroke_image = load_image(made.need("tex/stroke.png"))
    material.grease_pencil.fill_style = "TEXTURE"
    material.grease_pencil.fill_image = load_image(made.need("tex/fill.png"))
    if VERSION < (4, 3):
        drawing = bpy.data.grease_pencils.new("Pencil")
    elif VERSION < (5, 0):
        drawing = bpy.data.grease_pencils_v3.new("Pencil")
    else:
        drawing = bpy.data.grease_pencils.new("Pencil")
    drawing.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Pencil", drawing))
    made.feature("pointers in custom properties; paths in strings are no references")
    holder = kit.add_mesh("Holder")
    holder["picture"] = load_image(made.need("tex/custom_property.png"))
    holder["group"] = {"inner": load_image(made.need("tex/in_group.png"))}
    holder["text"] = "//" + os.path.relpath(made.never("tex/only_text.png"), made.folder)
    made.feature("world and material overrides of a view layer")
    layer = bpy.context.view_layer
    layer.material_override = bpy.data.materials.new("Override")
    layer.material_override.use_nodes = True
    layer.material_override.node_tree.nodes.new("ShaderNodeTexImage").image = \
        load_image(made.need("tex/override.png"))


def compositor_tree():
    current = bpy.context.scene
    if VERSION >= (5, 0):
        current.compositing_node_group = bpy.data.node_groups.new("Comp", "CompositorNodeTree")
        return current.compositing_node_group
    current.use_nodes = True
    return current.node_tree


@scene("compositor")
def compositor(made):
    tree = compositor_tree()
    made.feature("pictures, a sequence, a clip, a mask, a group; File Output is none")
    tree.nodes.new("CompositorNodeImage").image = load_image(made.need("comp/plate.png"))
    made.need(*[f"comp/seq_{n:03}.png" for n in (1, 2, 3)])
    node = tree.nodes.new("CompositorNodeImage")
    node.image = load_image(made.at("comp/seq_001.png"), source="SEQUENCE")
    node.frame_duration = 3
    clip = bpy.data.movieclips.load(made.need("comp/clip.avi"))
    clip.filepath = "//comp/clip.avi"
    tree.nodes.new("CompositorNodeMovieClip").clip = clip
    group = bpy.data.node_groups.new("CompGroup", "CompositorNodeTree")
    group.nodes.new("CompositorNodeImage").image = load_image(made.need("comp/in_group.png"))
    tree.nodes.new("CompositorNodeGroup").node_tree = group
    output = tree.nodes.new("CompositorNodeOutputFile")
    made.never("out/beauty0001.png", "out/slot0001.png")
    if hasattr(output, "base_path"):
        output.base_path = "//out/"
        output.file_slots[0].path = "slot"
    else:
        output.directory = "//out/"
        output.file_name = "beauty"


def geometry_tree(name, *inputs):
    """A tree with inputs (name, socket type) besides the geometry."""
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    wanted = [("Geometry", "NodeSocketGeometry"), *inputs]
    if hasattr(tree, "interface"):
        sockets = [tree.interface.new_socket(n, in_out="INPUT", socket_type=t) for n, t in wanted]
        tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    else:
        sockets = [tree.inputs.new(t, n) for n, t in wanted]
        tree.outputs.new("NodeSocketGeometry", "Geometry")
    return tree, [s.identifier for s in sockets[1:]]


def geometry_modifier(name, tree):
    modifier = kit.add_mesh(name).modifiers.new("Nodes", "NODES")
    modifier.node_group = tree
    return modifier


def set_input(modifier, identifier, value):
    if VERSION < (5, 2):
        modifier[identifier] = value
    else:
        setattr(getattr(modifier.properties.inputs, identifier), "value", value)


@scene("geometry")
def geometry(made):
    made.feature("pictures, materials, objects and collections in nodes and modifier inputs")
    tree, (image_input, material_input, object_input) = geometry_tree(
        "Tree", ("Image", "NodeSocketImage"), ("Material", "NodeSocketMaterial"),
        ("Object", "NodeSocketObject"))
    literal = tree.nodes.new("GeometryNodeImageTexture")
    literal.inputs["Image"].default_value = load_image(made.need("gn/literal.png"))
    material = bpy.data.materials.new("Literal")
    material.use_nodes = True
    material.node_tree.nodes.new("ShaderNodeTexImage").image = load_image(made.need("gn/material.png"))
    tree.nodes.new("GeometryNodeSetMaterial").inputs["Material"].default_value = material
    source = bpy.data.objects.new("Source", bpy.data.meshes.new("Source"))
    shown = kit.add_material(source, "Source")
    shown.node_tree.nodes.new("ShaderNodeTexImage").image = load_image(made.need("gn/object.png"))
    tree.nodes.new("GeometryNodeObjectInfo").inputs["Object"].default_value = source
    source.use_fake_user = True
    modifier = geometry_modifier("Mod", tree)
    set_input(modifier, image_input, load_image(made.need("gn/modifier.png")))
    other = bpy.data.materials.new("ByInput")
    other.use_nodes = True
    other.node_tree.nodes.new("ShaderNodeTexImage").image = load_image(made.need("gn/input_material.png"))
    set_input(modifier, material_input, other)
    target = kit.add_mesh("Target")
    kit.add_material(target, "Target").node_tree.nodes.new("ShaderNodeTexImage").image = \
        load_image(made.need("gn/target.png"))
    set_input(modifier, object_input, target)


# Import nodes and what they read, by the version that has them as a finished feature.
IMPORTERS = (("GeometryNodeImportOBJ", "obj", (4, 5)), ("GeometryNodeImportPLY", "ply", (4, 5)),
             ("GeometryNodeImportSTL", "stl", (4, 5)), ("GeometryNodeImportCSV", "csv", (4, 5)),
             ("GeometryNodeImportText", "txt", (4, 5)), ("GeometryNodeImportVDB", "vdb", (4, 5)))


@scene("import_nodes", since=(4, 5))
def import_nodes(made):
    made.feature("import nodes with their path in the socket")
    tree, (by_input,) = geometry_tree("Imports", ("File", "NodeSocketString"))
    into = tree.nodes.new("NodeGroupInput")
    for kind, ending, _ in IMPORTERS:
        node = tree.nodes.new(kind)
        node.inputs["Path"].default_value = "//" + os.path.relpath(
            made.need(f"gn/literal.{ending}"), made.folder)
    made.feature("by a String node, by joined strings' neighbours, by a modifier's input")
    string = tree.nodes.new("FunctionNodeInputString")
    string.string = "//" + os.path.relpath(made.need("gn/string_node.stl"), made.folder)
    node = tree.nodes.new("GeometryNodeImportSTL")
    tree.links.new(string.outputs[0], node.inputs["Path"])
    loose = tree.nodes.new("FunctionNodeInputString")
    loose.string = "//" + os.path.relpath(made.maybe("gn/leads_nowhere.stl"), made.folder)
    node = tree.nodes.new("GeometryNodeImportOBJ")
    tree.links.new(into.outputs["File"], node.inputs["Path"])
    modifier = geometry_modifier("ByModifier", tree)
    set_input(modifier, by_input, "//" + os.path.relpath(made.need("gn/by_modifier.obj"), made.folder))
    made.feature("by a group's input: the outer tree's socket, and the default of the group")
    inner, (path_input,) = geometry_tree("Reader", ("Path", "NodeSocketString"))
    made.maybe("gn/group_default.ply")
    inner.interface.items_tree["Path"].default_value = "//gn/group_default.ply"
    node = inner.nodes.new("GeometryNodeImportPLY")
    inner.links.new(inner.nodes.new("NodeGroupInput").outputs["Path"], node.inputs["Path"])
    group = tree.nodes.new("GeometryNodeGroup")
    group.node_tree = inner
    group.inputs["Path"].default_value = "//" + os.path.relpath(made.need("gn/group_input.ply"), made.folder)
    user, _ = geometry_tree("UsesDefault")[0], None
    fallback = user.nodes.new("GeometryNodeGroup")
    fallback.node_tree = inner
    geometry_modifier("ByDefault", user)
    made.feature("a file that is not there")
    node = tree.nodes.new("GeometryNodeImportOBJ")
    node.inputs["Path"].default_value = "//gn/gone.obj"
    made.missing("gn/gone.obj")
    made.feature("a string that is a name and no path")
    text = tree.nodes.new("GeometryNodeStringToCurves")
    text.inputs["String"].default_value = "//" + os.path.relpath(made.never("gn/as_text.obj"), made.folder)


def string_giver(name, text):
    """A group that gives out the text of a String node inside."""
    tree, _ = geometry_tree(name)
    tree.interface.new_socket("Path", in_out="OUTPUT", socket_type="NodeSocketString")
    string = tree.nodes.new("FunctionNodeInputString")
    string.string = text
    tree.links.new(string.outputs[0], tree.nodes.new("NodeGroupOutput").inputs["Path"])
    return tree


def give_to_importer(tree, giver):
    group = tree.nodes.new("GeometryNodeGroup")
    group.node_tree = giver
    node = tree.nodes.new("GeometryNodeImportOBJ")
    tree.links.new(group.outputs["Path"], node.inputs["Path"])


@scene("strings_from_groups", since=(4, 5))
def strings_from_groups(made):
    made.feature("a linked group's own String node gives the path; and through a group around it")

    def stored(name):
        # `//` is the folder of the tree that reads, not of the one that gives.
        return "//" + os.path.relpath(made.need(name), made.folder)

    library = made.at("gn/libs/givers.blend")
    os.makedirs(os.path.dirname(library), exist_ok=True)
    linked = string_giver("Linked", stored("gn/from_linked.obj"))
    bpy.data.libraries.write(library, {linked}, fake_user=True)
    made.expect_existing("gn/libs/givers.blend")
    bpy.data.node_groups.remove(linked)
    with bpy.data.libraries.load(library, link=True, relative=True) as (_, into):
        into.node_groups = ["Linked"]
    tree, _ = geometry_tree("Reads")
    give_to_importer(tree, bpy.data.node_groups["Linked"])
    give_to_importer(tree, string_giver("Local", stored("gn/from_local.obj")))
    deep = string_giver("Deep", stored("gn/from_deep.obj"))
    around, _ = geometry_tree("Around")
    around.interface.new_socket("Path", in_out="OUTPUT", socket_type="NodeSocketString")
    inner = around.nodes.new("GeometryNodeGroup")
    inner.node_tree = deep
    around.links.new(inner.outputs["Path"], around.nodes.new("NodeGroupOutput").inputs["Path"])
    give_to_importer(tree, around)
    geometry_modifier("Reads", tree)


@scene("osl_camera", since=(5, 0))
def osl_camera(made):
    made.feature("a camera by an external OSL shader; one by a text in the .blend")
    camera = kit.add_camera().data
    camera.type = "CUSTOM"
    camera.custom_mode = "EXTERNAL"
    camera.custom_filepath = "//" + os.path.relpath(made.need("osl/camera.osl"), made.folder)
    other = bpy.data.cameras.new("Internal")
    other.use_fake_user = True
    other.type = "CUSTOM"
    other.custom_mode = "INTERNAL"
    other.custom_shader = bpy.data.texts.new("camera.osl")
    made.maybe("osl/unused.osl")
    plain = bpy.data.cameras.new("Perspective")
    plain.use_fake_user = True
    plain.custom_filepath = "//osl/unused.osl"


kit.main("nodes")
