// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "shaman/fs.hpp"

namespace shaman::fs {

namespace errors = boost::system::errc;

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    reset();
    owner_ = std::exchange(other.owner_, nullptr);
    id_ = std::exchange(other.id_, -1);
  }
  return *this;
}

void Handle::reset() noexcept {
  if (FileSystem* const owner = std::exchange(owner_, nullptr))
    static_cast<void>(owner->close_handle(std::exchange(id_, -1)));
}

result<void> FileSystem::flush_content(const File& file) {
  return flush(file);
}

result<void> FileSystem::close(Handle handle) {
  if (std::exchange(handle.owner_, nullptr) == nullptr) return {};
  if (const auto error = close_handle(std::exchange(handle.id_, -1))) return error;
  return {};
}

result<std::size_t> FileSystem::send_some(const File&, std::uint64_t, std::size_t, int) {
  return errors::make_error_code(errors::not_supported);
}

result<void> FileSystem::clone_content(const File&, const File&) {
  return errors::make_error_code(errors::not_supported);
}

result<void> FileSystem::lead_to(const Handle&, const Handle&) {
  return errors::make_error_code(errors::not_supported);
}

result<bool> FileSystem::passes_on_access(const Folder&) {
  return false;
}

result<bool> FileSystem::may_write(const Folder&, std::string_view) {
  return true;
}

bool is_unsupported(const boost::system::error_code& error) noexcept {
  return error == errors::invalid_argument || error == errors::not_supported ||
         error == errors::operation_not_supported || error == errors::function_not_supported ||
         error == errors::bad_file_descriptor || error == errors::no_lock_available ||
         error == errors::inappropriate_io_control_operation;
}

result<void> write_all(FileSystem& file_system, const File& file, std::uint64_t offset,
                       std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto written = file_system.write_some(file, offset, data);
    if (!written) return written.error();
    if (*written == 0) return errors::make_error_code(errors::io_error);
    offset += *written;
    data = data.subspan(*written);
  }
  return {};
}

result<std::size_t> read_full(FileSystem& file_system, const File& file, std::uint64_t offset,
                              std::span<std::byte> into) {
  std::size_t length = 0;
  while (length < into.size()) {
    const auto got = file_system.read_some(file, offset + length, into.subspan(length));
    if (!got) return got.error();
    if (*got == 0) break;
    length += *got;
  }
  return length;
}

result<std::string> read_all(FileSystem& file_system, const File& file, std::size_t limit) {
  std::string content;
  for (;;) {
    const std::size_t have = content.size();
    if (have > limit) return errors::make_error_code(errors::file_too_large);
    content.resize(have + std::min<std::size_t>(65536, limit + 1 - have));
    const auto got =
        file_system.read_some(file, have, std::as_writable_bytes(std::span(content).subspan(have)));
    if (!got) return got.error();
    content.resize(have + *got);
    if (*got == 0) return content;
  }
}

result<Folder> open_or_make_folder(FileSystem& file_system, const Folder& at,
                                   std::string_view path) {
  auto folder = file_system.open_folder(at, path);
  if (folder || folder.error() != errors::no_such_file_or_directory) return folder;
  const auto made = file_system.make_folder(at, path);
  if (!made && made.error() != errors::file_exists) return made.error();
  return file_system.open_folder(at, path);
}

}  // namespace shaman::fs
