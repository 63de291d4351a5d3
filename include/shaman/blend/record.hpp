// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blend/header.hpp"
#include "shaman/blend/sdna.hpp"

namespace shaman::blend {

/// The place of a field in the uncompressed file.
struct Place {
  std::uint64_t offset = 0;
  std::uint64_t capacity = 0;  ///< bytes
};

/// One struct in the file: its bytes, read by the names of its fields. Names may lead into embedded
/// structs: `id.name`. A field that this file does not have reads as the fallback: versions differ.
/// A record must not outlive its BlendFile.
class Record {
 public:
  Record(const Header& header, const Sdna& sdna, std::uint32_t struct_index, std::uint64_t offset,
         std::span<const std::byte> bytes, std::shared_ptr<const std::vector<std::byte>> owner = {})
      : header_(&header),
        sdna_(&sdna),
        struct_index_(struct_index),
        offset_(offset),
        bytes_(bytes),
        owner_(std::move(owner)) {}

  [[nodiscard]] std::uint32_t struct_index() const noexcept { return struct_index_; }
  [[nodiscard]] const Struct& type() const noexcept { return (*sdna_)[struct_index_]; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }  ///< in the file

  [[nodiscard]] bool has(std::string_view field) const { return find(field).has_value(); }
  /// Of an integer field of any width (of an array: the first element).
  [[nodiscard]] std::int64_t integer(std::string_view field, std::int64_t fallback = 0) const;
  [[nodiscard]] double real(std::string_view field, double fallback = 0) const;
  /// Of a `char[n]`: the bytes before the first NUL. Empty for other types.
  [[nodiscard]] std::string text(std::string_view field) const;
  /// Of a pointer field (of an array: the element); 0 is null.
  [[nodiscard]] std::uint64_t pointer(std::string_view field, std::size_t element = 0) const;
  /// An embedded struct; nothing if the field does not exist or is a pointer.
  [[nodiscard]] std::optional<Record> embedded(std::string_view field) const;
  /// The field's place; nothing if this file does not have the field.
  [[nodiscard]] std::optional<Place> place(std::string_view field) const;

  /// A pointer at a byte of this struct.
  [[nodiscard]] std::uint64_t pointer_at(std::size_t byte) const;

 private:
  struct Found {
    const Field* field;
    std::size_t offset;  // in bytes_
  };
  [[nodiscard]] std::optional<Found> find(std::string_view path) const;

  const Header* header_;
  const Sdna* sdna_;
  std::uint32_t struct_index_;
  std::uint64_t offset_;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const std::vector<std::byte>> owner_;
};

}  // namespace shaman::blend
