// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "blend_encode.hpp"
#include "blend_model.hpp"

namespace shaman::test {

/// Small scenes with the structs that matter, laid out like Blender's but shorter.
class SceneBuilder : public BlendBuilder {
 public:
  SceneBuilder() {
    define("Image", {{"ID", "id"},
                     {"char", "name[1024]"},
                     {"short", "source"},
                     {"short", "flag"},
                     {"int", "_pad"},
                     {"PackedFile", "*packedfile"},
                     {"ListBase", "tiles"}});
    define(
        "ImageTile",
        {{"ImageTile", "*next"}, {"ImageTile", "*prev"}, {"int", "tile_number"}, {"int", "_pad"}});
    define("bSound", {{"ID", "id"}, {"char", "name[1024]"}, {"PackedFile", "*packedfile"}});
    define("Text", {{"ID", "id"}, {"char", "*name"}});
    define("Material", {{"ID", "id"}, {"Image", "*ima"}});
    define("ModifierData", {{"ModifierData", "*next"},
                            {"ModifierData", "*prev"},
                            {"int", "type"},
                            {"int", "mode"},
                            {"char", "name[64]"}});
    define("MeshCacheModifierData", {{"ModifierData", "modifier"}, {"char", "filepath[1024]"}});
    define("DisplaceModifierData", {{"ModifierData", "modifier"}, {"Image", "*texture"}});
    define("PointCache", {{"PointCache", "*next"},
                          {"PointCache", "*prev"},
                          {"int", "flag"},
                          {"int", "index"},
                          {"char", "name[64]"},
                          {"char", "path[1024]"}});
    define("ClothModifierData", {{"ModifierData", "modifier"}, {"ListBase", "ptcaches"}});
    define("MVert", {{"float", "co[3]"}});
    define("Mesh", {{"ID", "id"}, {"MVert", "*mvert"}});
    define("Object", {{"ID", "id"},
                      {"Object", "*parent"},
                      {"ID", "*data"},
                      {"Material", "**mat"},
                      {"ListBase", "modifiers"}});
    define("StripElem", {{"char", "name[256]"}});
    define("Strip", {{"StripElem", "*stripdata"}, {"char", "dir[768]"}});
    define("Sequence", {{"Sequence", "*next"},
                        {"Sequence", "*prev"},
                        {"int", "type"},
                        {"int", "flag"},
                        {"char", "name[64]"},
                        {"Strip", "*strip"},
                        {"bSound", "*sound"}});
    define("Editing", {{"ListBase", "seqbase"}});
    define("Scene", {{"ID", "id"}, {"Editing", "*ed"}});
  }

  std::uint64_t image(const std::string& name, const std::string& path, int source = 1) {
    const std::uint64_t image = add_id("IM", "Image", "IM" + name);
    set(image, "name", path);
    set(image, "source", static_cast<std::uint64_t>(source));
    return image;
  }

  std::uint64_t object(const std::string& name) { return add_id("OB", "Object", "OB" + name); }

  /// A material with an image, in the object's only slot. To be called right after object().
  std::uint64_t slot(std::uint64_t object, std::uint64_t material) {
    const std::uint64_t array =
        add_raw(std::string(reinterpret_cast<const char*>(&material), sizeof material));
    set(object, "mat", array);
    return array;
  }

  std::uint64_t material(const std::string& name, std::uint64_t image) {
    const std::uint64_t material = add_id("MA", "Material", "MA" + name);
    set(material, "ima", image);
    return material;
  }

  /// A library; placeholders of what is linked from it follow.
  std::uint64_t library(const std::string& path) {
    const std::uint64_t library = add_id("LI", "Library", "LIlib");
    set(library, "name", path);
    return library;
  }
  std::uint64_t linked(const std::string& id_name) { return add_id("ID", "ID", id_name); }

  std::string bytes(BlendForm form = {}) { return encode(model(), form); }
};

}  // namespace shaman::test
