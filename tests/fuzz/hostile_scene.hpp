// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blend_encode.hpp"
#include "scene_builder.hpp"

namespace shaman::fuzz {

/// A .blend whose every list, array and pointer is chosen by bytes. Almost all of them are valid as
/// files, so that what is tried is the walk and not the reading.
///
/// First byte: the form. Then for each block: its kind (a struct, raw pointers, a packed .blend,
/// nothing), how many it holds as a power of two, and how many bytes of choices follow. A choice
/// stands for one field: a pointer leads to the block of that number (of data-blocks and of the
/// owner's own alike), an integer has that value, a text is one of those that mean something.
class HostileScene : public test::SceneBuilder {
 public:
  HostileScene() {
    define("bNodeSocketValueString", {{"int", "subtype"}, {"int", "_pad"}, {"char", "value[32]"}});
    define("NodeInputString", {{"char", "*string"}});
    define("bNodeSocket", {{"bNodeSocket", "*next"},
                           {"bNodeSocket", "*prev"},
                           {"short", "type"},
                           {"char", "identifier[30]"},
                           {"void", "*default_value"}});
    define("bNode", {{"bNode", "*next"},
                     {"bNode", "*prev"},
                     {"char", "idname[32]"},
                     {"ListBase", "inputs"},
                     {"ListBase", "outputs"},
                     {"ID", "*id"},
                     {"void", "*storage"}});
    define("bNodeLink", {{"bNodeLink", "*next"},
                         {"bNodeLink", "*prev"},
                         {"bNode", "*fromnode"},
                         {"bNode", "*tonode"},
                         {"bNodeSocket", "*fromsock"},
                         {"bNodeSocket", "*tosock"}});
    define("bNodeTree",
           {{"ID", "id"}, {"char", "idname[32]"}, {"ListBase", "nodes"}, {"ListBase", "links"}});
    define("IDPropertyData", {{"void", "*pointer"}, {"ListBase", "group"}});
    define("IDProperty", {{"IDProperty", "*next"},
                          {"IDProperty", "*prev"},
                          {"char", "type"},
                          {"char", "name[31]"},
                          {"IDPropertyData", "data"}});
    define("NodesModifierSettings", {{"IDProperty", "*properties"}});
    define("NodesModifierBake", {{"int", "id"}, {"int", "flag"}, {"char", "*directory"}});
    define("NodesModifierData", {{"ModifierData", "modifier"},
                                 {"bNodeTree", "*node_group"},
                                 {"NodesModifierSettings", "settings"},
                                 {"char", "*simulation_bake_directory"},
                                 {"NodesModifierBake", "*bakes"}});
    define("ParticleSystem", {{"ParticleSystem", "*next"},
                              {"ParticleSystem", "*prev"},
                              {"ListBase", "ptcaches"},
                              {"Object", "**dupli"}});
    define("CacheFileLayer", {{"CacheFileLayer", "*next"},
                              {"CacheFileLayer", "*prev"},
                              {"char", "filepath[32]"},
                              {"int", "flag"},
                              {"int", "_pad"}});
    define("CacheFile", {{"ID", "id"},
                         {"ListBase", "layers"},
                         {"char", "filepath[32]"},
                         {"char", "is_sequence"},
                         {"char", "_pad[7]"}});
    // Cheap ones, of which a file can have very many.
    define("VFont", {{"char", "*name"}});
    define("Volume", {{"char", "filepath[7]"}, {"char", "is_sequence"}});
  }

  std::string build(std::span<const std::uint8_t> choices) {
    rest_ = choices;
    const std::uint8_t form = next();
    while (!rest_.empty() && model().blocks.size() < kMostBlocks)
      add_block();
    for (std::size_t i = 0; i < model().blocks.size(); ++i)
      fill_block(i);
    const std::string plain =
        bytes({(form & 1U) != 0 ? 4U : 8U, (form & 2U) != 0, (form & 4U) != 0});
    if ((form & 8U) != 0) return test::zstd(plain, 1000, true);
    if ((form & 16U) != 0) return test::gzip(plain);
    return plain;
  }

 private:
  static constexpr std::size_t kMostBlocks = 2000;
  static constexpr std::size_t kMostBytes = std::size_t{1} << 22;

  std::uint8_t next() {
    if (rest_.empty()) return 0;
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }

  void add_block() {
    const std::uint8_t kind = next();
    const std::uint8_t power = next();
    const std::size_t count = std::size_t{1} << power % 14U;
    const std::size_t wanted = next();
    const std::span<const std::uint8_t> choices = rest_.first(std::min(wanted, rest_.size()));
    rest_ = rest_.subspan(choices.size());
    const std::size_t structs = model().structs.size();
    const std::size_t which = kind % (structs + 3);
    if (which == structs) {
      add_raw(std::string(bounded(count, 8) * 8, '\0'));
    } else if (which == structs + 1) {
      test::SceneBuilder inner;
      inner.image("wall", "//wall.png");
      add_raw(inner.bytes());
    } else if (which == structs + 2) {
      add_raw({});
    } else {
      const std::string& name = model().structs[which].name;
      const auto size = std::max<std::size_t>(1, model().type_sizes[name]);
      add(code_of(model().structs[which]), name,
          static_cast<std::uint32_t>(std::max<std::size_t>(1, bounded(count, size))));
    }
    if (power >= 128) model().blocks.back().code = "XX";  // owned by nobody: all can reach it
    choices_.emplace_back(choices);
  }

  std::size_t bounded(std::size_t count, std::size_t size) {
    count = std::min(count, (kMostBytes - bytes_) / size);
    bytes_ += count * size;
    return count;
  }

  static std::string code_of(const test::BlendModel::Struct& type) {
    static constexpr std::array<std::pair<const char*, const char*>, 10> kCodes{
        {{"Image", "IM"},
         {"Object", "OB"},
         {"Material", "MA"},
         {"Scene", "SC"},
         {"Text", "TX"},
         {"bNodeTree", "NT"},
         {"Library", "LI"},
         {"CacheFile", "CF"},
         {"Mesh", "ME"},
         {"ID", "ID"}}};
    for (const auto& [name, code] : kCodes) {
      if (type.name == name) return code;
    }
    return "DATA";
  }

  // All structs of a block are like its first.
  void fill_block(std::size_t index) {
    test::BlendModel::Block& block = model().blocks[index];
    rest_ = choices_[index];
    if (block.struct_index == 0) {
      for (std::size_t at = 0; !rest_.empty() && at + 8 <= block.bytes.size(); at += 8)
        put_pointer(block.bytes.data() + at);
      return;
    }
    const test::BlendModel::Struct& type = model().structs[block.struct_index];
    const std::size_t size = model().type_sizes[type.name];
    if (size == 0 || block.bytes.size() < size) return;
    fill(block.bytes.data(), type, block.code);
    for (std::size_t at = size; at + size <= block.bytes.size(); at += size)
      std::memcpy(block.bytes.data() + at, block.bytes.data(), size);
  }

  char* fill(char* at, const test::BlendModel::Struct& type, const std::string& code) {
    for (const test::BlendModel::Field& field : type.fields) {
      const test::FieldShape shape(field.name);
      const std::size_t one = shape.is_pointer ? 8 : model().type_sizes[field.type];
      if (field.type == "char" && !shape.is_pointer && shape.elements > 4) {
        put_text(at, shape.elements, shape.name == "name" && type.name == "ID" ? code : "");
        at += shape.elements;
        continue;
      }
      for (std::uint32_t i = 0; i < shape.elements; ++i, at += one) {
        if (shape.is_pointer) {
          put_pointer(at);
        } else if (model().is_struct(field.type)) {
          fill(at, model().structs[model().find(field.type)], code);
        } else if (one > 0) {
          *at = static_cast<char>(next());
        }
      }
    }
    return at;
  }

  void put_pointer(char* at) {
    const std::uint8_t choice = next();
    if (choice == 0) return;
    const std::uint64_t pointer = model().blocks[(choice - 1U) % model().blocks.size()].old_pointer;
    std::memcpy(at, &pointer, sizeof pointer);
  }

  void put_text(char* at, std::size_t room, const std::string& code) {
    static constexpr std::array<const char*, 12> kTexts{
        "",       "//a.png",    "//s_0001.png",   "//t.<UDIM>.png",  "GeometryNodeTree",
        "inputs", "value",      "NodeGroupInput", "NodeGroupOutput", "FunctionNodeInputString",
        "/a/b/c", "NodeReroute"};
    const std::string text = code + kTexts.at(next() % kTexts.size()) + (code.empty() ? "" : "x");
    std::memcpy(at, text.data(), std::min(room - 1, text.size()));
  }

  std::span<const std::uint8_t> rest_;
  std::vector<std::span<const std::uint8_t>> choices_;  // by block
  std::size_t bytes_ = 0;
};

}  // namespace shaman::fuzz
