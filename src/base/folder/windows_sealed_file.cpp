// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include <windows.h>

#include "shaman/os.hpp"

#include "base/folder/sealed_file.hpp"
#include "base/os/windows_text.hpp"

namespace shaman::os {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

OVERLAPPED at(std::uint64_t offset) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(offset);
  where.OffsetHigh = static_cast<DWORD>(offset >> 32U);
  return where;
}

}  // namespace

struct PartialFile::Impl {
  Impl(HANDLE opened, std::string name) : handle(opened), path(std::move(name)) {}
  ~Impl() { close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  void close() {
    if (handle != INVALID_HANDLE_VALUE) CloseHandle(std::exchange(handle, INVALID_HANDLE_VALUE));
  }

  HANDLE handle;
  std::string path;
};

PartialFile::PartialFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PartialFile::PartialFile(PartialFile&&) noexcept = default;
PartialFile& PartialFile::operator=(PartialFile&&) noexcept = default;
PartialFile::~PartialFile() = default;

result<PartialFile> PartialFile::open(const std::string& path) {
  const auto try_open = [&] {
    return CreateFileW(windows::full_path(path).c_str(), GENERIC_READ | GENERIC_WRITE, kShareAll,
                       nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  };
  HANDLE handle = try_open();
  // The end of the program came between the last two steps of seal().
  if (handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED &&
      SetFileAttributesW(windows::full_path(path).c_str(), FILE_ATTRIBUTE_NORMAL) != 0)
    handle = try_open();
  if (handle == INVALID_HANDLE_VALUE) return windows::failure("create", path);
  return PartialFile(std::make_unique<Impl>(handle, path));
}

result<std::uint64_t> PartialFile::size() const {
  LARGE_INTEGER size{};
  if (GetFileSizeEx(impl_->handle, &size) == 0) return windows::failure("look at", impl_->path);
  return static_cast<std::uint64_t>(size.QuadPart);
}

result<std::size_t> PartialFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  OVERLAPPED where = at(offset);
  DWORD count = 0;
  const auto wanted = static_cast<DWORD>(std::min(kMostAtOnce, into.size()));
  if (ReadFile(impl_->handle, into.data(), wanted, &count, &where) == 0 &&
      GetLastError() != ERROR_HANDLE_EOF)
    return windows::failure("read", impl_->path);
  return std::size_t{count};
}

result<void> PartialFile::write_at(std::uint64_t offset, std::span<const std::byte> data) const {
  while (!data.empty()) {
    OVERLAPPED where = at(offset);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(kMostAtOnce, data.size()));
    if (WriteFile(impl_->handle, data.data(), wanted, &count, &where) == 0)
      return windows::failure("write", impl_->path);
    data = data.subspan(count);
    offset += count;
  }
  return {};
}

result<void> PartialFile::truncate() const {
  LARGE_INTEGER start{};
  if (SetFilePointerEx(impl_->handle, start, nullptr, FILE_BEGIN) == 0 ||
      SetEndOfFile(impl_->handle) == 0)
    return windows::failure("empty", impl_->path);
  return {};
}

result<void> PartialFile::seal(const std::string& as) {
  impl_->close();
  const std::wstring path = windows::full_path(impl_->path);
  if (SetFileAttributesW(path.c_str(), FILE_ATTRIBUTE_READONLY) == 0)
    return windows::failure("make read-only", impl_->path);
  return rename_file(impl_->path, as);
}

result<void> set_mtime(const std::string& path, std::int64_t ns) {
  // FILETIME: 100 ns since 1601.
  constexpr std::int64_t kUntil1970 = 116'444'736'000'000'000;
  const std::int64_t ticks = ns / 100 + kUntil1970;
  const FILETIME time{static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32)};
  const HANDLE handle =
      CreateFileW(windows::full_path(path).c_str(), FILE_WRITE_ATTRIBUTES, kShareAll, nullptr,
                  OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return windows::failure("set the time of", path);
  const bool is_set = SetFileTime(handle, nullptr, nullptr, &time) != 0;
  const DWORD code = GetLastError();
  CloseHandle(handle);
  if (!is_set) return windows::failure("set the time of", path, code);
  return {};
}

}  // namespace shaman::os
