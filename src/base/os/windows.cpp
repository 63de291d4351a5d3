// SPDX-License-Identifier: GPL-3.0-or-later
// Files and folders on Windows.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include <windows.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/os/windows_text.hpp"

namespace shaman::os {
namespace {

using windows::failure;
using windows::full_path;

// Blender must be able to save, rename and delete the file meanwhile.
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
// A virus scanner may keep a new file open for a moment.
constexpr int kRetries = 20;
constexpr DWORD kRetryAfterMs = 50;

class Handle {
 public:
  explicit Handle(HANDLE handle) : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, INVALID_HANDLE_VALUE)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() { close(); }

  bool close() {
    const HANDLE handle = std::exchange(handle_, INVALID_HANDLE_VALUE);
    return handle == INVALID_HANDLE_VALUE || CloseHandle(handle) != 0;
  }
  [[nodiscard]] HANDLE get() const { return handle_; }
  [[nodiscard]] explicit operator bool() const { return handle_ != INVALID_HANDLE_VALUE; }

 private:
  HANDLE handle_;
};

// FILETIME counts 100 ns since 1601.
constexpr std::int64_t kEpochIn100ns = 116'444'736'000'000'000;

std::int64_t nanoseconds(std::int64_t since_1601) {
  return since_1601 == 0 ? 0 : (since_1601 - kEpochIn100ns) * 100;
}

std::uint64_t joined(DWORD high, DWORD low) {
  return std::uint64_t{high} << 32 | low;
}

result<FileInfo> info_of(HANDLE handle, const std::string& path) {
  BY_HANDLE_FILE_INFORMATION status{};
  if (GetFileInformationByHandle(handle, &status) == 0) return failure("look at", path);
  FileInfo info;
  info.type = (status.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? FileType::folder
              : GetFileType(handle) == FILE_TYPE_DISK                   ? FileType::regular
                                                                        : FileType::other;
  info.size = joined(status.nFileSizeHigh, status.nFileSizeLow);
  info.mtime_ns = nanoseconds(static_cast<std::int64_t>(
      joined(status.ftLastWriteTime.dwHighDateTime, status.ftLastWriteTime.dwLowDateTime)));
  FILE_BASIC_INFO basic{};
  if (GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) != 0)
    info.ctime_ns = nanoseconds(basic.ChangeTime.QuadPart);
  info.identity = {status.dwVolumeSerialNumber,
                   joined(status.nFileIndexHigh, status.nFileIndexLow)};
  return info;
}

// The kind of an entry that is not a regular file.
const char* kind_of(HANDLE handle, const FileInfo& info) {
  if (info.type == FileType::folder) return "a folder";
  return GetFileType(handle) == FILE_TYPE_PIPE ? "a pipe" : "a device";
}

// Windows does not report size and times of a pipe or device.
result<void> must_be_regular(HANDLE handle, const std::string& path) {
  const bool is_on_disk = GetFileType(handle) == FILE_TYPE_DISK;
  const result<FileInfo> info = is_on_disk ? info_of(handle, path) : FileInfo{};
  if (!info) return info.error();
  if (info->type == FileType::regular) return {};
  return Error{errc::invalid_argument, "\"" + text::printable(path) + "\" is " +
                                           kind_of(handle, *info) + ", but must be a regular file"};
}

// Folders can be opened only with "backup semantics".
Handle open_existing(const std::string& path, DWORD access) {
  return Handle(CreateFileW(full_path(path).c_str(), access, kShareAll, nullptr, OPEN_EXISTING,
                            FILE_FLAG_BACKUP_SEMANTICS, nullptr));
}

bool is_held(DWORD code) {
  return code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED ||
         code == ERROR_LOCK_VIOLATION;
}

// Moves and replaces; returns 0 or Windows' last error.
DWORD move_file(const std::string& from, const std::string& to, DWORD more) {
  const std::wstring source = full_path(from);
  const std::wstring target = full_path(to);
  for (int attempt = 0;; ++attempt) {
    if (MoveFileExW(source.c_str(), target.c_str(), MOVEFILE_REPLACE_EXISTING | more) != 0)
      return 0;
    const DWORD code = GetLastError();
    if (!is_held(code) || attempt == kRetries) return code;
    Sleep(kRetryAfterMs);
  }
}

}  // namespace

result<FileInfo> info(const std::string& path) {
  const Handle handle = open_existing(path, FILE_READ_ATTRIBUTES);
  if (!handle) return failure("look at", path);
  return info_of(handle.get(), path);
}

result<std::vector<FolderEntry>> list_folder(const std::string& path) {
  std::wstring pattern = full_path(path);
  if (pattern.back() != L'\\') pattern += L'\\';
  WIN32_FIND_DATAW found{};
  const HANDLE search = FindFirstFileExW((pattern + L'*').c_str(), FindExInfoBasic, &found,
                                         FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
  std::vector<FolderEntry> entries;
  if (search == INVALID_HANDLE_VALUE) {
    // The root of an empty drive has not even `.` and `..`.
    const DWORD code = GetLastError();
    const result<FileInfo> folder = info(path);
    if (code == ERROR_FILE_NOT_FOUND && folder && folder->type == FileType::folder) return entries;
    return failure("list", path, code);
  }
  do {
    const std::wstring_view name = found.cFileName;
    if (name == L"." || name == L"..") continue;
    entries.push_back(
        {windows::to_utf8(name), (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0});
  } while (FindNextFileW(search, &found) != 0);
  const DWORD code = GetLastError();
  FindClose(search);
  if (code != ERROR_NO_MORE_FILES) return failure("list", path, code);
  return entries;
}

struct InputFile::Impl {
  Handle handle;
  std::string path;
};

InputFile::InputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;
InputFile::~InputFile() = default;

result<InputFile> InputFile::open(const std::string& path) {
  Handle handle = open_existing(path, GENERIC_READ);
  if (!handle) return failure("open", path);
  if (const auto regular = must_be_regular(handle.get(), path); !regular) return regular.error();
  return InputFile(std::unique_ptr<Impl>(new Impl{std::move(handle), path}));
}

result<std::size_t> InputFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  std::size_t done = 0;
  while (done < into.size()) {
    const std::uint64_t at = offset + done;
    OVERLAPPED where{};
    where.Offset = static_cast<DWORD>(at);
    where.OffsetHigh = static_cast<DWORD>(at >> 32);
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(kMost, into.size() - done));
    if (ReadFile(impl_->handle.get(), into.data() + done, wanted, &count, &where) == 0) {
      if (GetLastError() == ERROR_HANDLE_EOF) break;
      return failure("read", impl_->path);
    }
    if (count == 0) break;
    done += count;
  }
  return done;
}

result<FileInfo> InputFile::info() const {
  return info_of(impl_->handle.get(), impl_->path);
}

// Windows takes that hint only when a file is opened, and reads ahead by itself.
void InputFile::will_read_in_order() const noexcept {}

const std::string& InputFile::path() const noexcept {
  return impl_->path;
}

namespace {
constexpr int kMostTemporaries = 1000;
}  // namespace

struct OutputFile::Impl {
  Handle handle;
  std::string temporary;
  std::string path;
};

OutputFile::OutputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

OutputFile::~OutputFile() {
  if (!impl_) return;
  impl_->handle.close();
  if (!impl_->temporary.empty()) DeleteFileW(full_path(impl_->temporary).c_str());
}

result<OutputFile> OutputFile::create(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  const std::string whole = absolute(path);
  if (const Handle there = open_existing(whole, FILE_READ_ATTRIBUTES); there)
    if (const auto regular = must_be_regular(there.get(), path); !regular) return regular.error();
  if (const result<void> made = create_folders(std::string(parent(whole))); !made)
    return made.error();
  // A program on another machine may have the same number.
  for (int attempt = 0;; ++attempt) {
    const std::string temporary =
        join(parent(whole), ".shaman-" + std::to_string(GetCurrentProcessId()) + "-" +
                                std::to_string(++counter) + ".tmp");
    Handle handle(CreateFileW(full_path(temporary).c_str(), GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, CREATE_NEW,
                              FILE_ATTRIBUTE_NORMAL, nullptr));
    if (handle)
      return OutputFile(std::unique_ptr<Impl>(new Impl{std::move(handle), temporary, whole}));
    if (GetLastError() != ERROR_FILE_EXISTS || attempt == kMostTemporaries)
      return failure("create", path);
  }
}

result<void> OutputFile::write(std::span<const std::byte> data) {
  constexpr std::size_t kMost = std::size_t{1} << 30;
  while (!data.empty()) {
    DWORD count = 0;
    const auto wanted = static_cast<DWORD>(std::min(kMost, data.size()));
    if (WriteFile(impl_->handle.get(), data.data(), wanted, &count, nullptr) == 0)
      return failure("write", impl_->path);
    data = data.subspan(count);
  }
  return {};
}

result<void> OutputFile::commit(bool flush) {
  if (flush && FlushFileBuffers(impl_->handle.get()) == 0) return failure("flush", impl_->path);
  if (!impl_->handle.close()) return failure("close", impl_->path);
  const DWORD more = flush ? MOVEFILE_WRITE_THROUGH : 0;
  if (const DWORD code = move_file(impl_->temporary, impl_->path, more); code != 0)
    return failure("put in place", impl_->path, code);
  impl_->temporary.clear();
  return {};
}

result<void> remove_empty_folder(const std::string& path) {
  if (RemoveDirectoryW(full_path(absolute(path)).c_str()) == 0)
    return failure("remove folder", path);
  return {};
}

result<void> create_folders(const std::string& path) {
  if (path.empty()) return {};
  const std::string whole = absolute(path);
  const auto make = [&] {
    return CreateDirectoryW(full_path(whole).c_str(), nullptr) != 0 ? DWORD{0} : GetLastError();
  };
  if (windows::root_length(whole) == whole.size()) return {};
  DWORD code = make();
  if (code == ERROR_PATH_NOT_FOUND) {
    if (const result<void> made = create_folders(std::string(parent(whole))); !made)
      return made.error();
    code = make();
  }
  if (code == 0) return {};
  if (code != ERROR_ALREADY_EXISTS) return failure("create folder", path, code);
  const DWORD attributes = GetFileAttributesW(full_path(whole).c_str());
  if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
    return {};
  return Error{errc::conflicting_paths,
               text::in_quotes(path) + " is a file, but must be a folder; name another folder"};
}

result<void> remove_file(const std::string& path) {
  const std::wstring name = full_path(path);
  if (DeleteFileW(name.c_str()) != 0) return {};
  DWORD code = GetLastError();
  // Other systems can remove a read-only file; Windows only after making it writable.
  const DWORD attributes = GetFileAttributesW(name.c_str());
  if (code == ERROR_ACCESS_DENIED && attributes != INVALID_FILE_ATTRIBUTES &&
      (attributes & FILE_ATTRIBUTE_READONLY) != 0) {
    SetFileAttributesW(name.c_str(), attributes & ~DWORD{FILE_ATTRIBUTE_READONLY});
    if (DeleteFileW(name.c_str()) != 0) return {};
    code = GetLastError();
  }
  return failure("remove", path, code);
}

result<void> rename_file(const std::string& from, const std::string& to) {
  if (const DWORD code = move_file(from, to, 0); code != 0)
    return failure("put in place", to, code);
  return {};
}

bool is_on_network(const std::string& folder) noexcept {
  const std::string whole = absolute(folder);
  if (whole.starts_with("//")) return true;
  const std::wstring drive = windows::to_wide(whole.substr(0, 2)) + L"\\";
  return GetDriveTypeW(drive.c_str()) == DRIVE_REMOTE;
}

result<std::string> real_path(const std::string& path) {
  const Handle handle = open_existing(path, FILE_READ_ATTRIBUTES);
  if (!handle) return failure("resolve", path);
  std::wstring buffer(512, L'\0');
  while (true) {
    const DWORD length = GetFinalPathNameByHandleW(handle.get(), buffer.data(),
                                                   static_cast<DWORD>(buffer.size()), 0);
    if (length == 0) return failure("resolve", path);
    if (length < buffer.size()) {
      buffer.resize(length);
      return windows::from_windows(buffer);
    }
    buffer.resize(length + 1);
  }
}

// A name may be a short one (`PROGRA~1`) without being a link.
result<std::string> real_path_in(const std::string& real_folder, std::string_view name) {
  return real_path(join(real_folder, name));
}

}  // namespace shaman::os
