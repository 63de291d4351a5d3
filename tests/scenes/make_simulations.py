# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender bakes to disk: point caches, oceans, fluids, geometry nodes."""

import os
import shutil
import sys
import time

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scene_kit as kit  # noqa: E402
from scene_kit import scene  # noqa: E402
from struct_field import poke  # noqa: E402


def short_range(owner, last=3):
    owner.frame_start, owner.frame_end = 1, last


def bake_all():
    """Bakes every point cache of the scene; those on disk are files afterwards."""
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 3
    with bpy.context.temp_override(point_cache=None):
        bpy.ops.ptcache.bake_all(bake=True)


def files_of(made, folder, prefix=""):
    there = made.at(folder)
    return sorted(os.path.join(folder, n) for n in os.listdir(there) if n.startswith(prefix))


def on_disk(cache, name=""):
    cache.use_disk_cache = True
    if name:
        cache.name = name
    short_range(cache)
    return cache


def wait_for(made, names, seconds=60):
    """Until a job of Blender's has written the files whole (an EXR grows while it is written)."""
    end = time.monotonic() + seconds
    sizes = None
    while time.monotonic() < end:
        before = sizes
        sizes = [os.path.getsize(made.at(n)) if os.path.exists(made.at(n)) else 0 for n in names]
        if all(sizes) and sizes == before:
            return
        time.sleep(0.2)
    raise RuntimeError(f"Blender has not written all of {names}")


@scene("point_caches")
def point_caches(made):
    made.feature("cloth, soft body, particles and hair on disk, named and by the object's name")
    shutil.rmtree(made.at("blendcache_point_caches"), ignore_errors=True)
    on_disk(kit.add_mesh("Cloth").modifiers.new("Cloth", "CLOTH").point_cache)
    on_disk(kit.add_mesh("Nämed").modifiers.new("Cloth", "CLOTH").point_cache)
    soft = kit.add_mesh("Soft")
    on_disk(soft.modifiers.new("Softbody", "SOFT_BODY").point_cache, "soft_name")
    emitter = kit.add_mesh("Emitter")
    emitter.modifiers.new("Particles", "PARTICLE_SYSTEM")
    system = emitter.particle_systems[0]
    system.settings.count = 4
    system.settings.frame_end = 2
    on_disk(system.point_cache, "sparks")
    made.feature("in memory: nothing on disk")
    short_range(kit.add_mesh("Memory").modifiers.new("Cloth", "CLOTH").point_cache)
    bpy.ops.wm.save_mainfile()
    bake_all()
    found = made.expect_folder("blendcache_point_caches")
    if not any("soft_name" in name for name in found) or not any("sparks" in name for name in found):
        raise RuntimeError(f"not everything was baked: {found}")
    made.feature("files beside them that belong to no cache of this .blend")
    made.never("blendcache_point_caches/6F74686572_000001_00.bphys", "blendcache_point_caches/notes.txt",
               "blendcache_other/436C6F7468_000001_00.bphys")


@scene("external_caches")
def external_caches(made):
    made.feature("external particle caches, one with an index")
    shutil.rmtree(made.at("baked"), ignore_errors=True)
    for index, stored in ((0, "ext"), (-1, "plain")):
        emitter = kit.add_mesh(stored)
        emitter.modifiers.new("Particles", "PARTICLE_SYSTEM")
        cache = emitter.particle_systems[0].point_cache
        cache.use_external = True
        cache.filepath = "//baked"
        cache.index = index
        cache.name = stored
    made.need("baked/ext_000001_00.bphys", "baked/ext_000002_00.bphys", "baked/plain_000001.bphys")
    made.never("baked/ext_000001_01.bphys", "baked/other_000001_00.bphys", "baked/notes.txt")


@scene("dynamic_paint")
def dynamic_paint(made):
    made.feature("a dynamic paint canvas whose cache is on disk; its image output is none of it")
    shutil.rmtree(made.at("blendcache_dynamic_paint"), ignore_errors=True)
    canvas = kit.add_mesh("Canvas")
    kit.select_only(canvas)
    modifier = canvas.modifiers.new("Dynamic Paint", "DYNAMIC_PAINT")
    bpy.ops.dpaint.type_toggle(type="CANVAS")
    surface = modifier.canvas_settings.canvas_surfaces[0]
    short_range(surface)
    on_disk(surface.point_cache)
    surface.image_output_path = "//dpaint_out"
    made.never("dpaint_out/paint0001.png")
    brush = kit.add_mesh("Brush")
    kit.select_only(brush)
    brush.modifiers.new("Dynamic Paint", "DYNAMIC_PAINT")
    bpy.ops.dpaint.type_toggle(type="BRUSH")
    bpy.ops.wm.save_mainfile()
    bake_all()
    made.expect_folder("blendcache_dynamic_paint")


@scene("ocean")
def ocean(made):
    if not made.can("ocean", bpy.app.build_options.mod_oceansim, "built without"):
        return
    made.feature("a baked ocean, and one that is not baked yet")
    shutil.rmtree(made.at("ocean"), ignore_errors=True)
    sea = kit.add_mesh("Sea")
    kit.select_only(sea)
    modifier = sea.modifiers.new("Ocean", "OCEAN")
    modifier.resolution = 2
    modifier.use_foam = True
    modifier.foam_layer_name = "foam"
    modifier.frame_start, modifier.frame_end = 1, 2
    modifier.filepath = "//ocean/"
    os.makedirs(made.at("ocean"), exist_ok=True)
    bpy.ops.object.ocean_bake(modifier="Ocean")
    wait_for(made, [f"ocean/{kind}_{frame:04}.exr" for kind in ("disp", "foam") for frame in (1, 2)])
    # In background mode the job bakes, but nobody looks when it has ended.
    poke(modifier, "OceanModifierData", "cached", 1)
    if not modifier.is_cached:
        raise RuntimeError("the ocean does not know that it is baked")
    made.expect_folder("ocean")
    made.never("ocean/notes.txt")
    later = kit.add_mesh("Later").modifiers.new("Ocean", "OCEAN")
    later.filepath = "//ocean_later/"
    made.never("ocean_later/disp_0001.exr")


@scene("fluid")
def fluid(made):
    made.feature("a fluid domain with a cache; one whose cache was never made")
    def add(name, fluid_type):
        modifier = kit.add_mesh(name).modifiers.new("Fluid", "FLUID")
        # Debian's 4.3 ends when it is to evaluate a domain.
        modifier.show_viewport = False
        modifier.fluid_type = fluid_type
        return modifier

    domain = add("Domain", "DOMAIN")
    settings = domain.domain_settings
    settings.cache_type = "REPLAY"
    settings.cache_directory = "//fluid/"
    settings.cache_frame_start, settings.cache_frame_end = 1, 2
    # Its contents stand in: baking needs a simulation that not every build has.
    made.need(*[f"fluid/{name}_{frame:04}{ending}" for frame in (1, 2) for name, ending in (
        ("config/config", ".uni"), ("data/fluid_data", ".vdb"))])
    made.never("fluid/script/smoke_script.py", "fluid/notes.txt")
    add("Never", "DOMAIN").domain_settings.cache_directory = "//fluid_never/"
    add("Flow", "FLOW")


def simulation_tree(name):
    tree = bpy.data.node_groups.new(name, "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    into, out = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    first = tree.nodes.new("GeometryNodeSimulationInput")
    last = tree.nodes.new("GeometryNodeSimulationOutput")
    first.pair_with_output(last)
    tree.links.new(into.outputs["Geometry"], first.inputs["Geometry"])
    tree.links.new(first.outputs["Geometry"], last.inputs["Geometry"])
    tree.links.new(last.outputs["Geometry"], out.inputs["Geometry"])
    return tree


@scene("node_bakes", since=(4, 2))
def node_bakes(made):
    made.feature("a simulation baked to disk under its default name; one in a folder of its own")
    for folder in ("blendcache_node_bakes", "own_bake"):
        shutil.rmtree(made.at(folder), ignore_errors=True)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 3
    tree = simulation_tree("Simulation")
    for name in ("Ob ject.1", "Own"):
        thing = kit.add_mesh(name)
        modifier = thing.modifiers.new("Geo Nodes", "NODES")
        modifier.node_group = tree
        if hasattr(modifier, "bake_target"):
            modifier.bake_target = "DISK"
        kit.select_only(thing)
        if name == "Own":
            bake = modifier.bakes[0]
            bake.use_custom_path = True
            bake.directory = "//own_bake"
        else:
            # What Blender's window fills in, and background mode does not.
            modifier.bake_directory = "//blendcache_node_bakes/Ob32ject4649_Geo32Nodes"
        bpy.ops.wm.save_mainfile()
        bpy.ops.object.simulation_nodes_cache_bake(selected=True)
    made.expect_folder("blendcache_node_bakes")
    made.expect_folder("own_bake")
    made.maybe("own_bake/notes.txt")
    if hasattr(modifier, "bake_target"):
        made.feature("a bake that is packed into the .blend")
        thing = kit.add_mesh("Packed")
        modifier = thing.modifiers.new("Geo Nodes", "NODES")
        modifier.node_group = tree
        modifier.bake_target = "PACKED"
        kit.select_only(thing)
        bpy.ops.object.simulation_nodes_cache_bake(selected=True)


kit.main("simulations")
