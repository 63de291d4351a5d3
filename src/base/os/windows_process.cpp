// SPDX-License-Identifier: GPL-3.0-or-later
// The program's environment on Windows: arguments, variables, folders, console, clock.
#include <algorithm>
#include <cstdint>
#include <cstdio>

#include <fcntl.h>
#include <io.h>

#include "shaman/os.hpp"

#include "base/os/windows_text.hpp"

// The other headers need it first.
// clang-format off
#include <windows.h>
#include <shellapi.h>
#include <shlobj.h>
// clang-format on

namespace shaman::os {
namespace {

bool is_console(DWORD which) noexcept {
  DWORD mode = 0;
  return GetConsoleMode(GetStdHandle(which), &mode) != 0;
}

std::string known_folder(const KNOWNFOLDERID& id) {
  wchar_t* path = nullptr;
  std::string text;
  if (SHGetKnownFolderPath(id, 0, nullptr, &path) == S_OK) text = windows::from_windows(path);
  CoTaskMemFree(path);
  return text;
}

}  // namespace

std::vector<std::string> program_arguments(int, char**) {
  // The arguments of main() are in the old code page of this machine.
  int count = 0;
  wchar_t** const wide = CommandLineToArgvW(GetCommandLineW(), &count);
  std::vector<std::string> arguments;
  for (int i = 0; i < count; ++i)
    arguments.push_back(windows::to_utf8(wide[i]));
  LocalFree(wide);
  return arguments;
}

void set_up_standard_streams() noexcept {
  // Output for machines must not have its line ends changed.
  _setmode(_fileno(stdout), _O_BINARY);
  _setmode(_fileno(stderr), _O_BINARY);
  SetConsoleOutputCP(CP_UTF8);
  for (const DWORD which : {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) {
    const HANDLE console = GetStdHandle(which);
    DWORD mode = 0;
    if (GetConsoleMode(console, &mode) != 0)
      SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
  }
}

std::optional<std::string> environment(const char* name) {
  const std::wstring wide = windows::to_wide(name);
  std::wstring buffer(256, L'\0');
  while (true) {
    SetLastError(ERROR_SUCCESS);
    const DWORD length =
        GetEnvironmentVariableW(wide.c_str(), buffer.data(), static_cast<DWORD>(buffer.size()));
    if (length == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND) return std::nullopt;
    if (length < buffer.size()) {
      buffer.resize(length);
      return windows::to_utf8(buffer);
    }
    buffer.resize(length);
  }
}

std::string home_folder() {
  std::string home = environment("USERPROFILE").value_or("");
  if (home.empty()) home = known_folder(FOLDERID_Profile);
  std::replace(home.begin(), home.end(), '\\', '/');
  while (home.size() > 1 && home.back() == '/')
    home.pop_back();
  return home;
}

std::string cache_folder() {
  const std::string configured = environment("XDG_CACHE_HOME").value_or("");
  if (is_absolute(configured)) return join(absolute(configured), "shaman");
  const std::string local = known_folder(FOLDERID_LocalAppData);
  return join(local.empty() ? join(home_folder(), "AppData/Local") : local, "shaman");
}

bool stderr_is_terminal() noexcept {
  return is_console(STD_ERROR_HANDLE);
}
bool stdout_is_terminal() noexcept {
  return is_console(STD_OUTPUT_HANDLE);
}

std::size_t terminal_width() noexcept {
  CONSOLE_SCREEN_BUFFER_INFO screen{};
  if (GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &screen) == 0) return 80;
  const int width = screen.srWindow.Right - screen.srWindow.Left + 1;
  return width > 0 ? static_cast<std::size_t>(width) : 80;
}

void name_this_thread(const std::string&) noexcept {}

void lower_thread_priority() noexcept {
  SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
}

void raise_thread_priority() noexcept {
  SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_ABOVE_NORMAL);
}

ThreadUse use_of_this_thread() noexcept {
  return {};
}

std::int64_t now_ns() noexcept {
  FILETIME time{};
  GetSystemTimePreciseAsFileTime(&time);
  const auto since_1601 =
      static_cast<std::int64_t>(std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime);
  return (since_1601 - 116'444'736'000'000'000) * 100;
}

}  // namespace shaman::os
