// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "shaman/error.hpp"

namespace shaman::os {

/// A file without a name, for data that are too large for memory; removed with the object, also if
/// the program dies. One thread at a time.
class ScratchFile {
 public:
  /// In $TMPDIR, else /var/tmp (which is on a disk, while /tmp may be in memory); on Windows in the
  /// user's folder for temporary files. errc::io_error.
  [[nodiscard]] static result<ScratchFile> create();
  ScratchFile(ScratchFile&&) noexcept;
  ScratchFile& operator=(ScratchFile&&) noexcept;
  ~ScratchFile();

  /// errc::io_error, also if the disk is full.
  [[nodiscard]] result<void> write_at(std::uint64_t offset, std::span<const std::byte> data);
  /// Fewer than `into.size()` bytes only at the end.
  [[nodiscard]] result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  struct Impl;
  explicit ScratchFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::os
