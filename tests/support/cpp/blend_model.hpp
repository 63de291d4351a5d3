// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shaman::test {

/// A .blend taken apart: what its SDNA says, and its blocks, in the form of a 64-bit little-endian
/// machine. blend_encode.hpp writes one in any form that Blender ever had; blend_decode.hpp reads
/// one from a file.
struct BlendModel {
  struct Field {
    std::string type;
    std::string name;  ///< as in the SDNA: `*next`, `name[66]`
  };
  struct Struct {
    std::string name;
    std::vector<Field> fields;
  };
  struct Block {
    std::string code;
    std::uint32_t struct_index = 0;
    std::uint64_t old_pointer = 0;
    std::uint32_t count = 1;
    std::string bytes;
  };

  int version = 304;
  std::map<std::string, std::uint32_t> type_sizes{
      {"char", 1},    {"uchar", 1},    {"short", 2},   {"ushort", 2},  {"int", 4},
      {"float", 4},   {"double", 8},   {"int8_t", 1},  {"int64_t", 8}, {"uint64_t", 8},
      {"int32_t", 4}, {"uint32_t", 4}, {"uint8_t", 1}, {"uint", 4},    {"void", 0}};
  std::vector<Struct> structs;
  std::vector<Block> blocks;  ///< without DNA1 and ENDB

  [[nodiscard]] std::uint32_t find(const std::string& name) const {
    index();
    return numbers_.at(name);
  }
  [[nodiscard]] bool is_struct(const std::string& type) const {
    index();
    return numbers_.contains(type);
  }

 private:
  void index() const {
    for (std::size_t i = numbers_.size(); i < structs.size(); ++i)
      numbers_.emplace(structs[i].name, static_cast<std::uint32_t>(i));
  }
  mutable std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// What a field's name in the SDNA says.
struct FieldShape {
  std::string name;  ///< bare
  std::uint32_t elements = 1;
  unsigned pointers = 0;
  bool is_pointer = false;  ///< also pointers to functions

  explicit FieldShape(std::string_view text) {
    if (text.starts_with('(')) {
      is_pointer = true;
      text.remove_prefix(1);
    }
    for (; text.starts_with('*'); text.remove_prefix(1))
      ++pointers;
    is_pointer = is_pointer || pointers > 0;
    name = text.substr(0, text.find_first_of("[)"));
    for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1))
      elements *= static_cast<std::uint32_t>(std::stoul(std::string(text.substr(at + 1))));
  }
};

/// Builds a model by hand: structs, then blocks whose fields are set by name.
class BlendBuilder {
 public:
  BlendBuilder() {
    // Struct 0 also stands for raw bytes.
    define("Link", {{"Link", "*next"}, {"Link", "*prev"}});
    define("ListBase", {{"void", "*first"}, {"void", "*last"}});
    define("ID", {{"void", "*next"},
                  {"void", "*prev"},
                  {"ID", "*newid"},
                  {"Library", "*lib"},
                  {"char", "name[66]"},
                  {"short", "flag"},
                  {"int", "us"}});
    define("PackedFile", {{"int", "size"}, {"int", "seek"}, {"void", "*data"}});
    define("Library", {{"ID", "id"},
                       {"char", "name[1024]"},
                       {"PackedFile", "*packedfile"},
                       {"short", "flag"},
                       {"char", "_pad[6]"},
                       {"Library", "*archive_parent_library"}});
  }

  BlendModel& model() { return model_; }

  void define(const std::string& name, std::vector<BlendModel::Field> fields) {
    std::uint32_t size = 0;
    for (const BlendModel::Field& field : fields)
      size += size_of(field);
    model_.type_sizes[name] = size;
    model_.structs.push_back({name, std::move(fields)});
  }

  /// A block with `count` zeroed structs; returns its old pointer.
  std::uint64_t add(const std::string& code, const std::string& type, std::uint32_t count = 1) {
    const std::uint32_t index = model_.find(type);
    next_pointer_ += 0x1000;
    model_.blocks.push_back({code, index, next_pointer_, count,
                             std::string(std::size_t{count} * model_.type_sizes[type], '\0')});
    return next_pointer_;
  }
  std::uint64_t add_raw(std::string bytes) {
    next_pointer_ += 0x1000;
    model_.blocks.push_back({"DATA", 0, next_pointer_, 1, std::move(bytes)});
    return next_pointer_;
  }
  /// A data-block: its code is also the start of its name.
  std::uint64_t add_id(const std::string& code, const std::string& type, const std::string& name) {
    const std::uint64_t pointer = add(code, type);
    set(pointer, type == "ID" ? "name" : "id.name", name);
    return pointer;
  }

  void set(std::uint64_t block, std::string_view field, std::string_view text,
           std::uint32_t element = 0) {
    const auto [bytes, size] = find(block, field, element);
    if (text.size() > size) throw std::length_error("the text does not fit");
    std::memcpy(bytes, text.data(), text.size());
  }
  void set(std::uint64_t block, std::string_view field, std::uint64_t value,
           std::uint32_t element = 0) {
    const auto [bytes, size] = find(block, field, element);
    std::memcpy(bytes, &value, std::min<std::size_t>(size, sizeof value));
  }
  /// Makes the list in `field` of `holder` consist of these blocks; their links are their first two
  /// fields.
  void set_list(std::uint64_t holder, const std::string& field,
                const std::vector<std::uint64_t>& blocks) {
    set(holder, field + ".first", blocks.front());
    set(holder, field + ".last", blocks.back());
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
      BlendModel::Block& block = at(blocks[i]);
      std::memcpy(block.bytes.data(), &blocks[i + 1], sizeof blocks[i + 1]);
    }
  }

 private:
  std::uint32_t size_of(const BlendModel::Field& field) const {
    const FieldShape shape(field.name);
    return (shape.is_pointer ? 8 : model_.type_sizes.at(field.type)) * shape.elements;
  }

  BlendModel::Block& at(std::uint64_t pointer) {
    // Where add() put it, unless somebody changed the model by hand.
    const std::uint64_t index = pointer / 0x1000 - 0x11;
    if (index < model_.blocks.size() && model_.blocks[index].old_pointer == pointer)
      return model_.blocks[index];
    for (BlendModel::Block& block : model_.blocks) {
      if (block.old_pointer == pointer) return block;
    }
    throw std::out_of_range("no such block");
  }

  std::pair<char*, std::size_t> find(std::uint64_t pointer, std::string_view path,
                                     std::uint32_t element) {
    BlendModel::Block& block = at(pointer);
    const BlendModel::Struct* type = &model_.structs[block.struct_index];
    std::size_t offset = std::size_t{element} * model_.type_sizes[type->name];
    while (true) {
      const std::string_view name = path.substr(0, path.find('.'));
      const BlendModel::Field* found = nullptr;
      for (const BlendModel::Field& field : type->fields) {
        if (FieldShape(field.name).name == name) {
          found = &field;
          break;
        }
        offset += size_of(field);
      }
      if (found == nullptr) throw std::out_of_range("no field " + std::string(path));
      if (name.size() == path.size()) return {block.bytes.data() + offset, size_of(*found)};
      type = &model_.structs[model_.find(found->type)];
      path.remove_prefix(name.size() + 1);
    }
  }

  BlendModel model_;
  std::uint64_t next_pointer_ = 0x10000;
};

}  // namespace shaman::test
