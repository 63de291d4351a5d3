// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "shaman/error.hpp"

namespace shaman::os {

/// A file that is written over several runs of a program, and then gets its final name, read-only.
/// One thread at a time; another object for the same path must be kept out by a lock.
class PartialFile {
 public:
  /// Opens what an earlier run left, or makes an empty file. errc::storage_full, errc::io_error.
  [[nodiscard]] static result<PartialFile> open(const std::string& path);
  PartialFile(PartialFile&&) noexcept;
  PartialFile& operator=(PartialFile&&) noexcept;
  ~PartialFile();  ///< leaves the file

  [[nodiscard]] result<std::uint64_t> size() const;
  [[nodiscard]] result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;
  /// errc::storage_full, errc::io_error.
  [[nodiscard]] result<void> write_at(std::uint64_t offset, std::span<const std::byte> data) const;
  [[nodiscard]] result<void> truncate() const;
  /// Makes the file read-only and renames it; a file of that name is replaced. Not flushed.
  [[nodiscard]] result<void> seal(const std::string& as);

 private:
  struct Impl;
  explicit PartialFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Sets the time of the last change, in os::now_ns()'s time. Works on read-only files.
[[nodiscard]] result<void> set_mtime(const std::string& path, std::int64_t ns);

}  // namespace shaman::os
