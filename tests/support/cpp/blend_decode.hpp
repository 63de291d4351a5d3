// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blend/byte_source.hpp"

#include "blend_model.hpp"

namespace shaman::test {

/// The uncompressed bytes of a file.
inline std::string uncompressed(const std::string& path) {
  auto source = blend::ByteSource::open(path);
  if (!source) throw std::runtime_error(source.error().message());
  std::string bytes;
  std::vector<std::byte> piece(1 << 20);
  while (true) {
    const auto count = (*source)->read_at(bytes.size(), piece);
    if (!count) throw std::runtime_error(count.error().message());
    if (*count == 0) return bytes;
    bytes.append(reinterpret_cast<const char*>(piece.data()), *count);
  }
}

/// Takes a file of a 64-bit little-endian Blender apart: knows nothing of the reader that is being
/// tested. Trusts the file.
class BlendDecoder {
 public:
  explicit BlendDecoder(std::string bytes) : bytes_(std::move(bytes)) {}

  BlendModel decode() {
    const bool is_long = bytes_[7] >= '0' && bytes_[7] <= '9';
    if (bytes_[is_long ? 9 : 7] != '-' || bytes_[is_long ? 12 : 8] != 'v')
      throw std::runtime_error("not a 64-bit little-endian file");
    model_.version = std::stoi(bytes_.substr(is_long ? 13 : 9, is_long ? 4 : 3));
    std::size_t at = is_long ? 17 : 12;
    while (true) {
      BlendModel::Block block;
      block.code = bytes_.substr(at, 4).c_str();
      if (block.code == "ENDB") return std::move(model_);
      block.struct_index = static_cast<std::uint32_t>(get(at + (is_long ? 4 : 16), 4));
      block.old_pointer = get(at + 8, 8);
      const std::size_t length = get(at + (is_long ? 16 : 4), is_long ? 8 : 4);
      block.count = static_cast<std::uint32_t>(get(at + (is_long ? 24 : 20), 4));
      at += is_long ? 32 : 24;
      block.bytes = bytes_.substr(at, length);
      at += length;
      if (block.code == "DNA1") {
        read_dna(block.bytes);
      } else {
        model_.blocks.push_back(std::move(block));
      }
    }
  }

 private:
  std::uint64_t get(std::size_t at, unsigned width) const { return get(bytes_, at, width); }
  static std::uint64_t get(std::string_view bytes, std::size_t at, unsigned width) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.substr(at, width).data(), width);
    return value;
  }

  static std::vector<std::string> texts(std::string_view dna, std::size_t& at) {
    std::vector<std::string> all(get(dna, at + 4, 4));
    at += 8;
    for (std::string& text : all) {
      text = dna.data() + at;
      at += text.size() + 1;
    }
    at = (at + 3) / 4 * 4;
    return all;
  }

  void read_dna(const std::string& dna) {
    std::size_t at = 4;
    const std::vector<std::string> names = texts(dna, at);
    const std::vector<std::string> types = texts(dna, at);
    at += 4;
    for (const std::string& type : types) {
      model_.type_sizes[type] = static_cast<std::uint32_t>(get(dna, at, 2));
      at += 2;
    }
    at = (at + 3) / 4 * 4 + 4;
    model_.structs.resize(get(dna, at, 4));
    at += 4;
    for (BlendModel::Struct& type : model_.structs) {
      type.name = types[get(dna, at, 2)];
      type.fields.resize(get(dna, at + 2, 2));
      at += 4;
      for (BlendModel::Field& field : type.fields) {
        field = {types[get(dna, at, 2)], names[get(dna, at + 2, 2)]};
        at += 4;
      }
    }
  }

  std::string bytes_;
  BlendModel model_;
};

inline BlendModel decode(const std::string& path) {
  return BlendDecoder(uncompressed(path)).decode();
}

}  // namespace shaman::test
