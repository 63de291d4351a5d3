// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shaman/blend/header.hpp"
#include "shaman/error.hpp"

namespace shaman::blend {

/// One field of a struct, as the file lays it out.
struct Field {
  std::string_view name;           ///< without `*`, `[n]` and `(*…)()`
  std::string_view type_name;      ///< `int`, `Image`, `void`
  std::uint32_t type_size = 0;     ///< bytes of one element of that type; 0 for `void`
  std::uint32_t offset = 0;        ///< in the struct
  std::uint32_t size = 0;          ///< bytes, of all array elements
  std::uint32_t elements = 1;      ///< product of the array's dimensions
  std::uint32_t pointers = 0;      ///< number of `*`; 0: the thing itself
  std::uint32_t struct_index = 0;  ///< of the type; Sdna::kNone if it is not a struct
  bool is_function = false;
};

struct Struct {
  std::string_view name;
  std::uint32_t size = 0;
  std::span<const Field> fields;
  /// Indices into `fields`, sorted by name; fields of one name in the struct's order.
  std::span<const std::uint32_t> by_name;

  /// The first field of this name, in logarithmic time; null if there is none.
  [[nodiscard]] const Field* find(std::string_view field) const noexcept;
};

/// The description that each .blend carries of its structs (block DNA1). Immutable; names are valid
/// as long as the object. Source: Blender's makesdna and dna_genfile.
class Sdna {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// `bytes` is the content of the DNA1 block, `offset` its place in the file (for messages).
  /// errc::damaged_file, errc::limit_exceeded.
  [[nodiscard]] static result<Sdna> parse(std::vector<std::byte> bytes, const Header& header,
                                          const std::string& name, std::uint64_t offset);

  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(structs_.size());
  }
  [[nodiscard]] const Struct& operator[](std::uint32_t index) const noexcept {
    return structs_[index];
  }
  /// The content of the DNA1 block.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// kNone if the file has no such struct.
  [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

 private:
  std::vector<std::byte> bytes_;  // the names point into it
  std::vector<Field> fields_;
  std::vector<std::uint32_t> order_;  // of each struct's fields by name
  std::vector<Struct> structs_;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;

  friend class SdnaParser;
};

}  // namespace shaman::blend
