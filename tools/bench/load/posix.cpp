// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/posix.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace shaman::bench {

long check(long returned, std::string_view what, std::string_view name) {
  if (returned < 0) {
    const int error = errno;
    std::string message(what);
    if (!name.empty()) message.append(" ").append(name);
    throw std::system_error(error, std::generic_category(), message);
  }
  return returned;
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    value_ = std::exchange(other.value_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  close();
}

void FileDescriptor::close() noexcept {
  if (value_ >= 0) ::close(std::exchange(value_, -1));
}

FileDescriptor open_folder(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0777) != 0 && errno != EEXIST) check(-1, "mkdir", name);
  return FileDescriptor(check(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                              "open folder", name));
}

void write_new_file(int folder, const std::string& name, std::string_view content, bool flush) {
  const FileDescriptor file(
      check(::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "create",
            name));
  while (!content.empty()) {
    const long written = check(::write(file.get(), content.data(), content.size()), "write", name);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (flush) check(::fsync(file.get()), "fsync", name);
}

ScratchFolder::ScratchFolder(const std::string& parent)
    : path_(parent + "/shaman-bench-" + std::to_string(::getpid())) {
  check(::mkdir(path_.c_str(), 0777), "mkdir", path_);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace shaman::bench
