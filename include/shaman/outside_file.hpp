// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// A regular file outside of the storage, open for reading. Others may change it at any time.
/// Movable; the store that opened it must outlive it. Any thread may read.
class OutsideFile {
 public:
  OutsideFile(fs::FileSystem& file_system, fs::File file, std::uint64_t size)
      : file_system_(&file_system), file_(std::move(file)), size_(size) {}

  /// When it was opened, in bytes.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Fills `into` from there on. Blocks. errc::changed_while_read if the file ends before;
  /// errc::io_error.
  [[nodiscard]] result<void> read(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  friend class Upload;
  fs::FileSystem* file_system_;
  fs::File file_;
  std::uint64_t size_;
};

}  // namespace shaman
