// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shaman/blend/block_index.hpp"
#include "shaman/blend/byte_source.hpp"
#include "shaman/blend/header.hpp"
#include "shaman/blend/record.hpp"
#include "shaman/blend/sdna.hpp"
#include "shaman/error.hpp"

namespace shaman::blend {

/// A .blend opened for reading: the places of its blocks and the description of its structs;
/// content is read on demand. For one thread at a time.
///
/// Reading can fail at any block (I/O, damaged compression). So that code which only names fields
/// stays readable, such a failure reads as "nothing there" and is kept: check failure() when the
/// work is done. Reading more than kMaxReadings times the file's size is such a failure, too.
class BlendFile {
 public:
  /// errc::not_found, errc::damaged_file (names file, offset, what was expected),
  /// errc::limit_exceeded, errc::io_error.
  [[nodiscard]] static result<BlendFile> open(const std::string& path);
  [[nodiscard]] static result<BlendFile> open(std::shared_ptr<ByteSource> source);

  [[nodiscard]] const Header& header() const noexcept { return parts_->header; }
  [[nodiscard]] const BlockIndex& blocks() const noexcept { return parts_->blocks; }
  [[nodiscard]] const Sdna& sdna() const noexcept { return *parts_->sdna; }
  [[nodiscard]] const std::string& name() const noexcept { return source_->name(); }
  [[nodiscard]] const std::shared_ptr<ByteSource>& source() const noexcept { return source_; }

  /// Calls `visit` for each struct in the block, taking the block as an array of `struct_index`;
  /// the records are valid during the call. A remainder that is shorter than a struct is skipped.
  void for_each(std::uint32_t block, std::uint32_t struct_index,
                const std::function<void(const Record&)>& visit);
  /// The block's first struct, of the type that the block states.
  [[nodiscard]] std::optional<Record> load(std::uint32_t block);
  /// The struct that a pointer of a data-block leads to.
  [[nodiscard]] std::optional<Record> follow(std::uint64_t pointer, Scope scope);
  /// All structs in a ListBase (or a struct laid out like one), each once; ends if the chain is
  /// broken or leads back to one of them.
  [[nodiscard]] std::vector<Record> list(const Record& holder, std::string_view field, Scope scope);
  /// The block's bytes as a C string, with its place; at most 64 KiB.
  struct Text {
    std::string bytes;
    Place place;
  };
  [[nodiscard]] std::optional<Text> text(std::uint64_t pointer, Scope scope);
  /// The block's bytes as pointers, null ones included.
  void for_each_pointer(std::uint32_t block, const std::function<void(std::uint64_t)>& visit);

  /// Counts `bytes` of memory or work that this file's content costs its reader, beyond reading.
  /// False if the file's allowance is used up: failure() is errc::limit_exceeded.
  bool spend(std::uint64_t bytes);

  /// Bytes spent so far.
  [[nodiscard]] std::uint64_t spent() const noexcept { return spent_; }

  /// Bytes up to the last block, uncompressed.
  [[nodiscard]] std::uint64_t size() const noexcept;

  /// The first failure of reading content, if there was one.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

 private:
  // Records point at these, so they stay where they are when the object moves.
  struct Parts {
    Header header;
    BlockIndex blocks;
    std::shared_ptr<const Sdna> sdna;
  };
  BlendFile(std::shared_ptr<ByteSource> source, std::unique_ptr<Parts> parts)
      : source_(std::move(source)), parts_(std::move(parts)) {}

  bool read(std::uint64_t offset, std::span<std::byte> into);

  std::shared_ptr<ByteSource> source_;
  std::unique_ptr<Parts> parts_;
  std::uint64_t spent_ = 0;
  std::optional<Error> failure_;
};

}  // namespace shaman::blend
