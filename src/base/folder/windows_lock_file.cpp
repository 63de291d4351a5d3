// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include <windows.h>

#include "base/folder/lock_file.hpp"
#include "base/os/windows_text.hpp"

namespace shaman::os {
namespace {

OVERLAPPED at(std::uint64_t place) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(place);
  where.OffsetHigh = static_cast<DWORD>(place >> 32U);
  return where;
}

DWORD flags_of(LockFile::Mode mode) {
  return mode == LockFile::Mode::exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0;
}

}  // namespace

struct LockFile::Impl {
  Impl(HANDLE opened, std::string name) : handle(opened), path(std::move(name)) {}
  ~Impl() { CloseHandle(handle); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  HANDLE handle;
  std::string path;
};

LockFile::LockFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LockFile::LockFile(LockFile&&) noexcept = default;
LockFile& LockFile::operator=(LockFile&&) noexcept = default;
LockFile::~LockFile() = default;

result<LockFile> LockFile::open(const std::string& path) {
  const HANDLE handle = CreateFileW(windows::full_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return windows::failure("open", path);
  return LockFile(std::make_unique<Impl>(handle, path));
}

result<bool> LockFile::try_lock(std::uint64_t place, Mode mode) const {
  OVERLAPPED where = at(place);
  if (LockFileEx(impl_->handle, flags_of(mode) | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where) != 0)
    return true;
  const DWORD code = GetLastError();
  if (code == ERROR_LOCK_VIOLATION || code == ERROR_IO_PENDING) return false;
  return windows::failure("lock", impl_->path, code);
}

result<void> LockFile::lock(std::uint64_t place, Mode mode) const {
  OVERLAPPED where = at(place);
  if (LockFileEx(impl_->handle, flags_of(mode), 0, 1, 0, &where) != 0) return {};
  return windows::failure("lock", impl_->path);
}

void LockFile::unlock(std::uint64_t place) const noexcept {
  OVERLAPPED where = at(place);
  UnlockFileEx(impl_->handle, 0, 1, 0, &where);
}

}  // namespace shaman::os
