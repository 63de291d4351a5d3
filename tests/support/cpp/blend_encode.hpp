// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "blend_model.hpp"

namespace shaman::test {

/// A form in which Blender writes, or once wrote, a file.
struct BlendForm {
  unsigned pointer_size = 8;
  bool big_endian = false;
  bool long_heads = false;  ///< Blender 5
};

/// Writes a model in a form.
class BlendEncoder {
 public:
  BlendEncoder(const BlendModel& model, BlendForm form) : model_(model), form_(form) {
    find_raw_blocks();
  }

  std::string encode() {
    out_ = header();
    for (const BlendModel::Block& block : model_.blocks)
      put_block(block.code, block.struct_index, block.old_pointer, block.count, convert(block));
    put_block("DNA1", 0, 0, 1, dna());
    put_block("ENDB", 0, 0, 0, {});
    return std::move(out_);
  }

 private:
  struct RawUse {
    unsigned pointers = 0;
    std::string type;
  };

  void number(std::string& out, std::uint64_t value, unsigned width) const {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (form_.big_endian ? width - 1 - i : i);
      out += static_cast<char>(value >> shift & 0xFF);
    }
  }

  static std::uint64_t canonical(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
      value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    return value;
  }

  // 64-bit addresses do not fit into 4 bytes: each gets a number instead.
  void pointer(std::string& out, std::uint64_t value) {
    if (form_.pointer_size == 4 && value != 0) {
      const auto [known, is_new] = short_pointers_.try_emplace(
          value, static_cast<std::uint32_t>(0x1000 + 8 * short_pointers_.size()));
      value = known->second;
    }
    number(out, value, form_.pointer_size);
  }

  std::string header() const {
    const char order = form_.big_endian ? 'V' : 'v';
    std::string digits = std::to_string(model_.version);
    if (form_.long_heads)
      return std::string("BLENDER17-01") + order + std::string(4 - digits.size(), '0') + digits;
    return std::string("BLENDER") + (form_.pointer_size == 4 ? '_' : '-') + order + digits;
  }

  void put_block(const std::string& code, std::uint32_t struct_index, std::uint64_t old_pointer,
                 std::uint32_t count, const std::string& bytes) {
    out_ += code + std::string(4 - code.size(), '\0');
    if (form_.long_heads) {
      number(out_, struct_index, 4);
      number(out_, old_pointer, 8);
      number(out_, bytes.size(), 8);
      number(out_, count, 8);
    } else {
      number(out_, bytes.size(), 4);
      pointer(out_, old_pointer);
      number(out_, struct_index, 4);
      number(out_, count, 4);
    }
    out_ += bytes;
  }

  // Which fields point to raw blocks tells what is in those.
  void find_raw_blocks() {
    for (const BlendModel::Block& block : model_.blocks) {
      if (block.struct_index == 0) continue;
      const BlendModel::Struct& type = model_.structs[block.struct_index];
      const std::uint32_t size = model_.type_sizes.at(type.name);
      for (std::size_t at = 0; size > 0 && at + size <= block.bytes.size(); at += size)
        note_pointers(type, std::string_view(block.bytes).substr(at, size));
    }
  }

  void note_pointers(const BlendModel::Struct& type, std::string_view bytes) {
    for (const BlendModel::Field& field : type.fields) {
      const FieldShape shape(field.name);
      const std::uint32_t one = shape.is_pointer ? 8 : model_.type_sizes.at(field.type);
      for (std::uint32_t i = 0; i < shape.elements; ++i) {
        const std::string_view part = bytes.substr(std::size_t{i} * one, one);
        if (shape.is_pointer) {
          raw_uses_.try_emplace(canonical(part), RawUse{shape.pointers, field.type});
        } else if (model_.is_struct(field.type)) {
          note_pointers(model_.structs[model_.find(field.type)], part);
        }
      }
      bytes.remove_prefix(std::size_t{one} * shape.elements);
    }
  }

  std::string convert(const BlendModel::Block& block) {
    const std::string& type = model_.structs[block.struct_index].name;
    if (block.struct_index != 0) return convert_array(type, block.bytes);
    const auto use = raw_uses_.find(block.old_pointer);
    if (use == raw_uses_.end()) return block.bytes;
    if (use->second.pointers > 1) {
      std::string out;
      for (std::size_t at = 0; at + 8 <= block.bytes.size(); at += 8)
        pointer(out, canonical(std::string_view(block.bytes).substr(at, 8)));
      return out;
    }
    return model_.is_struct(use->second.type) ? convert_array(use->second.type, block.bytes)
                                              : block.bytes;
  }

  std::string convert_array(const std::string& type, std::string_view bytes) {
    std::string out;
    const std::uint32_t size = model_.type_sizes.at(type);
    for (; size > 0 && bytes.size() >= size; bytes.remove_prefix(size))
      convert_struct(out, model_.structs[model_.find(type)], bytes.substr(0, size));
    return out;
  }

  void convert_struct(std::string& out, const BlendModel::Struct& type, std::string_view bytes) {
    for (const BlendModel::Field& field : type.fields) {
      const FieldShape shape(field.name);
      const std::uint32_t one = shape.is_pointer ? 8 : model_.type_sizes.at(field.type);
      for (std::uint32_t i = 0; i < shape.elements; ++i) {
        const std::string_view part = bytes.substr(std::size_t{i} * one, one);
        if (shape.is_pointer) {
          pointer(out, canonical(part));
        } else if (model_.is_struct(field.type)) {
          convert_struct(out, model_.structs[model_.find(field.type)], part);
        } else if (one <= 8) {
          number(out, canonical(part), one);
        } else {
          out += part;
        }
      }
      bytes.remove_prefix(std::size_t{one} * shape.elements);
    }
  }

  std::uint32_t new_size(const std::string& type) {
    if (!model_.is_struct(type)) return model_.type_sizes.at(type);
    std::uint32_t size = 0;
    for (const BlendModel::Field& field : model_.structs[model_.find(type)].fields) {
      const FieldShape shape(field.name);
      size += (shape.is_pointer ? form_.pointer_size : new_size(field.type)) * shape.elements;
    }
    return size;
  }

  std::string dna() {
    std::vector<std::string> names;
    std::map<std::string, std::uint32_t> name_numbers;
    std::vector<std::string> types;
    std::map<std::string, std::uint32_t> type_numbers;
    const auto number_of = [](const std::string& text, auto& list, auto& numbers) {
      const auto [at, is_new] = numbers.try_emplace(text, static_cast<std::uint32_t>(list.size()));
      if (is_new) list.push_back(text);
      return at->second;
    };
    std::string structs;
    number(structs, model_.structs.size(), 4);
    for (const BlendModel::Struct& type : model_.structs) {
      number(structs, number_of(type.name, types, type_numbers), 2);
      number(structs, type.fields.size(), 2);
      for (const BlendModel::Field& field : type.fields) {
        number(structs, number_of(field.type, types, type_numbers), 2);
        number(structs, number_of(field.name, names, name_numbers), 2);
      }
    }
    std::string out = "SDNANAME";
    put_texts(out, names);
    out += "TYPE";
    put_texts(out, types);
    out += "TLEN";
    for (const std::string& type : types)
      number(out, model_.type_sizes.contains(type) ? new_size(type) : 0, 2);
    align(out);
    return out + "STRC" + structs;
  }

  void put_texts(std::string& out, const std::vector<std::string>& texts) const {
    number(out, texts.size(), 4);
    for (const std::string& text : texts)
      out += text + '\0';
    align(out);
  }
  static void align(std::string& out) { out.resize((out.size() + 3) / 4 * 4, '\0'); }

  const BlendModel& model_;
  BlendForm form_;
  std::string out_;
  std::unordered_map<std::uint64_t, RawUse> raw_uses_;
  std::unordered_map<std::uint64_t, std::uint32_t> short_pointers_;
};

inline std::string encode(const BlendModel& model, BlendForm form = {}) {
  return BlendEncoder(model, form).encode();
}

inline std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Frames of `frame_bytes` each, as Blender writes them, with or without its seek table.
inline std::string zstd(std::string_view bytes, std::size_t frame_bytes, bool seek_table) {
  std::string out;
  std::string entries;
  const auto put = [](std::string& to, std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i)
      to += static_cast<char>(value >> 8 * i & 0xFF);
  };
  std::uint32_t count = 0;
  for (; !bytes.empty(); ++count) {
    const std::string_view part = bytes.substr(0, frame_bytes);
    std::string frame(ZSTD_compressBound(part.size()), '\0');
    frame.resize(ZSTD_compress(frame.data(), frame.size(), part.data(), part.size(), 3));
    put(entries, frame.size(), 4);
    put(entries, part.size(), 4);
    out += frame;
    bytes.remove_prefix(part.size());
  }
  if (!seek_table) return out;
  put(out, 0x184D2A5E, 4);
  put(out, entries.size() + 9, 4);
  out += entries;
  put(out, count, 4);
  put(out, 0, 1);
  put(out, 0x8F92EAB1, 4);
  return out;
}

}  // namespace shaman::test
