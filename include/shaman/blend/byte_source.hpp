// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "shaman/error.hpp"

namespace shaman::blend {

enum class Compression : std::uint8_t { none, gzip, zstd };

/// The uncompressed bytes of a .blend, at any offset, in bounded memory: a plain file is read in
/// place; a zstd file is decompressed only in the frames that are read (Blender writes a frame per
/// mebibyte and a seek table); a gzip file gets checkpoints on the first pass, so that no later
/// read starts from the beginning; a large zstd file in one frame (made by `zstd`, not by Blender)
/// is unpacked into a temporary file when it is read out of order. For one thread at a time.
class ByteSource {
 public:
  /// errc::not_found, errc::io_error; errc::invalid_argument when the file is not readable or not
  /// a regular file; errc::damaged_file when compressed data are broken.
  [[nodiscard]] static result<std::unique_ptr<ByteSource>> open(const std::string& path);

  /// A .blend inside a .blend: `size` bytes at `offset` of `outer`, which may be compressed again.
  /// Messages call it `name`.
  [[nodiscard]] static result<std::unique_ptr<ByteSource>> open_within(
      std::shared_ptr<ByteSource> outer, std::uint64_t offset, std::uint64_t size,
      std::string name);

  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end. errc::io_error,
  /// errc::damaged_file (names file and offset), errc::limit_exceeded.
  [[nodiscard]] virtual result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<std::byte> into) = 0;
  /// Nothing if only reading to the end shows it (gzip; zstd without a seek table).
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
  [[nodiscard]] virtual Compression compression() const noexcept = 0;

  /// The file's path, for messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 protected:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

 private:
  std::string name_;
};

}  // namespace shaman::blend
