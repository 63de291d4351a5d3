// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include <windows.h>

#include "shaman/text.hpp"

#include "base/folder/folder.hpp"
#include "base/os/windows_text.hpp"

namespace shaman::os {
namespace {

constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

Error taken(const std::string& path, const char* expected) {
  return {errc::conflicting_paths, text::in_quotes(path) + " is not " + expected +
                                       " of this program: move it away, then try again"};
}

// Where a name may not be one component: `a:b` is a stream of `a`.
bool is_component(std::string_view name) {
  return !name.empty() && name.find_first_of("/\\:") == std::string_view::npos && name != "." &&
         name != "..";
}

DWORD attributes_of(const std::string& path) {
  return GetFileAttributesW(windows::full_path(path).c_str());
}

}  // namespace

struct Folder::Impl {
  Impl(std::string name, std::vector<std::string> below)
      : path(std::move(name)), below_root(std::move(below)) {}

  // None of the folders below the root has become a link.
  [[nodiscard]] result<std::string> path_of(const std::string& name) const {
    if (!is_component(name)) return taken(join(path, name), "a name");
    for (const std::string& folder : below_root)
      if ((attributes_of(folder) & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
        return taken(folder, "a folder");
    return join(path, name);
  }

  std::string path;
  std::vector<std::string> below_root;
};

Folder::Folder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Folder::Folder(Folder&&) noexcept = default;
Folder& Folder::operator=(Folder&&) noexcept = default;
Folder::~Folder() = default;

result<Folder> Folder::open(const std::string& path) {
  const auto found = os::info(path);
  if (!found) return found.error();
  if (found->type != FileType::folder) return taken(path, "a folder");
  return Folder(std::make_unique<Impl>(path, std::vector<std::string>()));
}

result<Folder> Folder::folder(const std::string& name, bool make) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  if (make && CreateDirectoryW(windows::full_path(*path).c_str(), nullptr) == 0 &&
      GetLastError() != ERROR_ALREADY_EXISTS)
    return windows::failure("create folder", *path);
  const DWORD attributes = attributes_of(*path);
  if (attributes == INVALID_FILE_ATTRIBUTES) return windows::failure("open folder", *path);
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
      (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0)
    return taken(*path, "a folder");
  std::vector<std::string> below = impl_->below_root;
  below.push_back(*path);
  return Folder(std::make_unique<Impl>(*path, std::move(below)));
}

result<Folder::Entry> Folder::look(const std::string& name) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  const HANDLE handle = CreateFileW(
      windows::full_path(*path).c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr, OPEN_EXISTING,
      FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) {
    const DWORD code = GetLastError();
    if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND) return Entry{};
    return windows::failure("look at", *path, code);
  }
  BY_HANDLE_FILE_INFORMATION status{};
  const bool is_known = GetFileInformationByHandle(handle, &status) != 0;
  const DWORD code = GetLastError();
  CloseHandle(handle);
  if (!is_known) return windows::failure("look at", *path, code);
  const auto joined = [](DWORD high, DWORD low) { return std::uint64_t{high} << 32U | low; };
  Entry entry;
  entry.kind = (status.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 ? Kind::link
               : (status.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0   ? Kind::folder
                                                                             : Kind::file;
  entry.size = joined(status.nFileSizeHigh, status.nFileSizeLow);
  // FILETIME: 100 ns since 1601.
  constexpr std::int64_t kUntil1970 = 116'444'736'000'000'000;
  entry.mtime_ns = (static_cast<std::int64_t>(joined(status.ftLastWriteTime.dwHighDateTime,
                                                     status.ftLastWriteTime.dwLowDateTime)) -
                    kUntil1970) *
                   100;
  entry.is_read_only = (status.dwFileAttributes & FILE_ATTRIBUTE_READONLY) != 0;
  entry.identity = {status.dwVolumeSerialNumber,
                    joined(status.nFileIndexHigh, status.nFileIndexLow)};
  return entry;
}

// The names of the place that it leads to: Windows has no shorter call for the text itself.
result<std::string> Folder::link_text(const std::string& name) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  return real_path(*path);
}

result<std::vector<std::string>> Folder::names() const {
  const auto listed = list_folder(impl_->path);
  if (!listed) return listed.error();
  std::vector<std::string> names;
  for (const FolderEntry& entry : *listed)
    names.push_back(entry.name);
  return names;
}

result<std::string> Folder::read(const std::string& name, std::size_t most) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  const auto entry = look(name);
  if (!entry) return entry.error();
  if (entry->kind == Kind::none) return Error{errc::not_found, {}};
  if (entry->kind != Kind::file) return taken(*path, "a file");
  const auto file = InputFile::open(*path);
  if (!file) return file.error();
  std::string text(std::min<std::size_t>(most, static_cast<std::size_t>(entry->size)), '\0');
  const auto count = file->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!count) return count.error();
  text.resize(*count);
  return text;
}

result<void> Folder::make_folder(const std::string& name) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  if (CreateDirectoryW(windows::full_path(*path).c_str(), nullptr) == 0)
    return windows::failure("create folder", *path);
  return {};
}

result<void> Folder::make_link(const std::string& name, const std::string& text) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  // Without it only administrators may.
  constexpr DWORD kUnprivileged = 0x2;
  if (CreateSymbolicLinkW(windows::full_path(*path).c_str(), windows::full_path(text).c_str(),
                          kUnprivileged) == 0)
    return windows::failure("make the link", *path);
  // Wine reports links that it did not make.
  if (GetFileAttributesW(windows::full_path(*path).c_str()) == INVALID_FILE_ATTRIBUTES)
    return Error{errc::io_error, "cannot make the link " + text::in_quotes(*path) +
                                     ": this system has no symbolic links; use another mode"};
  return {};
}

result<void> Folder::make_hard_link(const std::string& name, const std::string& source) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  if (CreateHardLinkW(windows::full_path(*path).c_str(), windows::full_path(source).c_str(),
                      nullptr) == 0)
    return windows::failure("make the hard link", *path);
  return {};
}

result<void> Folder::make_copy(const std::string& name, const std::string& source,
                               bool by_reflink) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  if (by_reflink)
    return Error{errc::io_error, text::in_quotes(*path) +
                                     " cannot share its blocks with the cache: this program cannot "
                                     "do that on Windows; use --mode hardlink or copy"};
  const std::wstring target = windows::full_path(*path);
  if (CopyFileW(windows::full_path(source).c_str(), target.c_str(), TRUE) == 0)
    return windows::failure("copy", *path);
  // The copy has the attributes and the time of its source.
  if (SetFileAttributesW(target.c_str(), FILE_ATTRIBUTE_NORMAL) == 0)
    return windows::failure("make writable", *path);
  return {};
}

result<void> Folder::write(const std::string& name, std::string_view data) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  const HANDLE handle = CreateFileW(windows::full_path(*path).c_str(), GENERIC_WRITE, 0, nullptr,
                                    CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return windows::failure("create", *path);
  DWORD count = 0;
  while (!data.empty() &&
         WriteFile(handle, data.data(),
                   static_cast<DWORD>(std::min<std::size_t>(data.size(), 1U << 20)), &count,
                   nullptr) != 0)
    data.remove_prefix(count);
  const DWORD code = GetLastError();
  CloseHandle(handle);
  if (!data.empty()) return windows::failure("write", *path, code);
  return {};
}

result<void> Folder::rename(const std::string& from, const std::string& to) const {
  const auto source = impl_->path_of(from);
  const auto target = impl_->path_of(to);
  if (!source) return source.error();
  if (!target) return target.error();
  // Windows does not replace what is read-only.
  const DWORD attributes = attributes_of(*target);
  const bool is_read_only =
      attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) != 0;
  if (is_read_only)
    if (auto removed = remove(to); !removed) return removed;
  return rename_file(*source, *target);
}

// The read-only attribute belongs to the file, not to its name: other hard links get it back.
result<void> Folder::remove(const std::string& name) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  const std::wstring wide = windows::full_path(*path);
  if (DeleteFileW(wide.c_str()) != 0) return {};
  const DWORD attributes = attributes_of(*path);
  const bool is_read_only =
      attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) != 0;
  if (!is_read_only) return windows::failure("remove", *path);
  const HANDLE handle = CreateFileW(wide.c_str(), FILE_WRITE_ATTRIBUTES, kShareAll, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return windows::failure("remove", *path);
  const auto set = [handle](DWORD value) {
    FILE_BASIC_INFO basic{};
    basic.FileAttributes = value;
    SetFileInformationByHandle(handle, FileBasicInfo, &basic, sizeof basic);
  };
  set(FILE_ATTRIBUTE_NORMAL);
  const bool is_gone = DeleteFileW(wide.c_str()) != 0;
  const DWORD code = GetLastError();
  set(FILE_ATTRIBUTE_READONLY);
  CloseHandle(handle);
  if (!is_gone) return windows::failure("remove", *path, code);
  return {};
}

result<void> Folder::remove_folder(const std::string& name) const {
  const auto path = impl_->path_of(name);
  if (!path) return path.error();
  if (RemoveDirectoryW(windows::full_path(*path).c_str()) == 0)
    return windows::failure("remove folder", *path);
  return {};
}

}  // namespace shaman::os
