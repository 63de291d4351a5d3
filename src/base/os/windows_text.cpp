// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/os/windows_text.hpp"

#include <algorithm>

#include <windows.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::os {
namespace {

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_drive(std::string_view path) noexcept {
  return path.size() >= 2 && is_letter(path[0]) && path[1] == ':';
}

std::string current_folder(const wchar_t* of) {
  // The drive's current folder for "X:", else the process's.
  std::wstring buffer(512, L'\0');
  while (true) {
    const DWORD length =
        GetFullPathNameW(of, static_cast<DWORD>(buffer.size()), buffer.data(), nullptr);
    if (length == 0) return "C:/";
    if (length < buffer.size()) {
      buffer.resize(length);
      return windows::from_windows(buffer);
    }
    buffer.resize(length + 1);
  }
}

// Absolute, with `/`, perhaps with `.` and `..` in it.
std::string whole_path(std::string_view path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  if (text.starts_with("//?/UNC/")) return "//" + text.substr(8);
  if (text.starts_with("//?/") || text.starts_with("//./")) text.erase(0, 4);
  if (text.starts_with("//")) return text;
  if (has_drive(text)) {
    if (text.size() == 2 || text[2] == '/') return text;
    const wchar_t drive[] = {static_cast<wchar_t>(text[0]), L':', L'\0'};
    return join(current_folder(drive), std::string_view(text).substr(2));
  }
  const std::string current = current_folder(L".");
  if (text.starts_with('/')) return current.substr(0, windows::root_length(current)) + text;
  return join(current, text);
}

}  // namespace

bool is_absolute(std::string_view path) noexcept {
  return windows::root_length(path) > 0;
}

bool is_same_name(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::wstring left = windows::to_wide(a);
  const std::wstring right = windows::to_wide(b);
  return CompareStringOrdinal(left.data(), static_cast<int>(left.size()), right.data(),
                              static_cast<int>(right.size()), TRUE) == CSTR_EQUAL;
}

std::string absolute(std::string_view path) {
  const std::string whole = whole_path(path);
  const std::size_t root = windows::root_length(whole);
  std::string clean = whole.substr(0, root);
  if (has_drive(clean) && clean.size() == 2) clean += '/';
  const std::size_t shortest = clean.size();
  std::string_view rest = std::string_view(whole).substr(root);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      clean.resize(std::max(shortest, clean.rfind('/')));
      continue;
    }
    if (clean.back() != '/') clean += '/';
    clean += component;
  }
  return clean;
}

namespace windows {

std::wstring to_wide(std::string_view text) {
  const int size = static_cast<int>(text.size());
  const int length = MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0);
  std::wstring wide(static_cast<std::size_t>(length), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), length);
  return wide;
}

std::string to_utf8(std::wstring_view text) {
  const int size = static_cast<int>(text.size());
  const int length =
      WideCharToMultiByte(CP_UTF8, 0, text.data(), size, nullptr, 0, nullptr, nullptr);
  std::string narrow(static_cast<std::size_t>(length), '\0');
  WideCharToMultiByte(CP_UTF8, 0, text.data(), size, narrow.data(), length, nullptr, nullptr);
  return narrow;
}

std::size_t root_length(std::string_view path) noexcept {
  if (has_drive(path)) {
    if (path.size() == 2) return 2;
    return path[2] == '/' || path[2] == '\\' ? 3 : 0;
  }
  if (!path.starts_with("//") && !path.starts_with("\\\\")) return 0;
  const std::size_t server = path.find_first_of("/\\", 2);
  if (server == std::string_view::npos) return path.size();
  const std::size_t share = path.find_first_of("/\\", server + 1);
  return share == std::string_view::npos ? path.size() : share;
}

std::wstring full_path(std::string_view path) {
  std::wstring wide = to_wide(absolute(path));
  std::replace(wide.begin(), wide.end(), L'/', L'\\');
  if (wide.starts_with(L"\\\\")) return L"\\\\?\\UNC" + wide.substr(1);
  return L"\\\\?\\" + wide;
}

std::string from_windows(std::wstring_view path) {
  std::string text = to_utf8(path);
  std::replace(text.begin(), text.end(), '\\', '/');
  if (text.starts_with("//?/UNC/")) return "//" + text.substr(8);
  if (text.starts_with("//?/")) text.erase(0, 4);
  return text;
}

Error failure(std::string_view doing, const std::string& path, unsigned long code) {
  const bool absent = code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ||
                      code == ERROR_INVALID_NAME || code == ERROR_BAD_NETPATH ||
                      code == ERROR_BAD_NET_NAME || code == ERROR_INVALID_DRIVE ||
                      code == ERROR_DIRECTORY || code == ERROR_BAD_PATHNAME;
  wchar_t* text = nullptr;
  const DWORD length = FormatMessageW(
      FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
      nullptr, code, 0, reinterpret_cast<wchar_t*>(&text), 0, nullptr);
  std::string reason = length == 0 ? "" : to_utf8({text, length});
  LocalFree(text);
  while (!reason.empty() &&
         (static_cast<unsigned char>(reason.back()) <= ' ' || reason.back() == '.'))
    reason.pop_back();
  if (reason.empty()) reason = "Windows error " + std::to_string(code);
  const bool is_full = code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL;
  const errc kind = absent ? errc::not_found : is_full ? errc::storage_full : errc::io_error;
  return {kind, std::string("cannot ") + std::string(doing) + " \"" + text::printable(path) +
                    "\": " + reason};
}

Error failure(std::string_view doing, const std::string& path) {
  return failure(doing, path, GetLastError());
}

}  // namespace windows
}  // namespace shaman::os
