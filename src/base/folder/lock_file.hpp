// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "shaman/error.hpp"

namespace shaman::os {

/// A table of locks that processes share: each place in the file is a lock. The system frees those
/// of a process that ends, however it ends. The file is empty and stays.
///
/// Two objects exclude each other also within one process; the threads that use one object do not.
/// All members may be called from any thread.
class LockFile {
 public:
  enum class Mode : std::uint8_t { shared, exclusive };
  /// Places are below this.
  static constexpr std::uint64_t kPlaces = std::uint64_t{1} << 62;

  /// Makes the file if it does not exist. errc::io_error.
  [[nodiscard]] static result<LockFile> open(const std::string& path);
  LockFile(LockFile&&) noexcept;
  LockFile& operator=(LockFile&&) noexcept;
  ~LockFile();  ///< frees what it holds

  /// Whether the lock is held now; false if another object holds it. errc::io_error.
  [[nodiscard]] result<bool> try_lock(std::uint64_t place, Mode mode) const;
  /// Waits for it. errc::io_error.
  [[nodiscard]] result<void> lock(std::uint64_t place, Mode mode) const;
  void unlock(std::uint64_t place) const noexcept;

 private:
  struct Impl;
  explicit LockFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Holds one lock while it lives.
class HeldLock {
 public:
  HeldLock(const LockFile& file, std::uint64_t place) : file_(&file), place_(place) {}
  ~HeldLock() { file_->unlock(place_); }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  const LockFile* file_;
  std::uint64_t place_;
};

}  // namespace shaman::os
