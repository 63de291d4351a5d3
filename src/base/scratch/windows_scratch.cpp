// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include <windows.h>

#include "shaman/os.hpp"

#include "base/os/windows_text.hpp"
#include "base/scratch/scratch_file.hpp"

namespace shaman::os {
namespace {

using windows::failure;

constexpr std::size_t kMost = std::size_t{1} << 30;

OVERLAPPED at(std::uint64_t offset) {
  OVERLAPPED where{};
  where.Offset = static_cast<DWORD>(offset);
  where.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return where;
}

}  // namespace

struct ScratchFile::Impl {
  HANDLE handle;
  std::string path;

  Impl(HANDLE file, std::string where) : handle(file), path(std::move(where)) {}
  ~Impl() { CloseHandle(handle); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
};

ScratchFile::ScratchFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ScratchFile::ScratchFile(ScratchFile&&) noexcept = default;
ScratchFile& ScratchFile::operator=(ScratchFile&&) noexcept = default;
ScratchFile::~ScratchFile() = default;

result<ScratchFile> ScratchFile::create() {
  static std::atomic<unsigned> counter = 0;
  std::wstring folder(MAX_PATH + 2, L'\0');
  folder.resize(GetTempPathW(static_cast<DWORD>(folder.size()), folder.data()));
  const std::string path =
      join(windows::from_windows(folder), "shaman-" + std::to_string(GetCurrentProcessId()) + "-" +
                                              std::to_string(++counter) + ".tmp");
  const HANDLE handle = CreateFileW(windows::full_path(path).c_str(), GENERIC_READ | GENERIC_WRITE,
                                    FILE_SHARE_DELETE, nullptr, CREATE_ALWAYS,
                                    FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return failure("create", path);
  return ScratchFile(std::make_unique<Impl>(handle, path));
}

result<void> ScratchFile::write_at(std::uint64_t offset, std::span<const std::byte> data) {
  while (!data.empty()) {
    OVERLAPPED where = at(offset);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(kMost, data.size()));
    if (WriteFile(impl_->handle, data.data(), wanted, &count, &where) == 0)
      return failure("write", impl_->path);
    data = data.subspan(count);
    offset += count;
  }
  return {};
}

result<std::size_t> ScratchFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    OVERLAPPED where = at(offset + done);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(kMost, into.size() - done));
    if (ReadFile(impl_->handle, into.data() + done, wanted, &count, &where) == 0) {
      if (GetLastError() == ERROR_HANDLE_EOF) break;
      return failure("read", impl_->path);
    }
    if (count == 0) break;
    done += count;
  }
  return done;
}

}  // namespace shaman::os
