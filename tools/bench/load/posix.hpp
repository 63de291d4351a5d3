// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace shaman::bench {

/// Throws std::system_error with errno and "<what> <name>" if `returned` is negative; otherwise
/// returns it.
long check(long returned, std::string_view what, std::string_view name = {});

/// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(long descriptor) : value_(static_cast<int>(descriptor)) {}
  FileDescriptor(FileDescriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }
  void close() noexcept;

 private:
  int value_ = -1;
};

/// Opens a folder for the *at() calls; created with its mode less the umask if it is missing.
[[nodiscard]] FileDescriptor open_folder(int parent, const std::string& name);

/// A new file with that content; fails if it exists. `flush`: fsync before closing.
void write_new_file(int folder, const std::string& name, std::string_view content, bool flush);

/// A folder for the run's own files, removed with its content when the object is destroyed.
class ScratchFolder {
 public:
  /// Makes `<parent>/shaman-bench-<pid>`; the parent must exist.
  explicit ScratchFolder(const std::string& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace shaman::bench
