// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/trace/dependency.hpp"

/// Which files a .blend from a stranger must not be able to take.
namespace shaman::pack {

/// Whether a file of this name can be what the reference says: `wall.png` can be an image, `id_rsa`
/// cannot. A file without an extension fits no kind.
[[nodiscard]] bool fits_kind(trace::Kind kind, std::string_view name);

/// The places of private files differ between systems.
enum class System : std::uint8_t { linux_like, macos, windows };

#if defined(_WIN32)
inline constexpr System kThisSystem = System::windows;
#elif defined(__APPLE__)
inline constexpr System kThisSystem = System::macos;
#else
inline constexpr System kThisSystem = System::linux_like;
#endif

/// Why a path must be a secret, whatever names it: `it is in a folder for secrets
/// (.ssh)`. Keys, password stores, browsers' profiles, mail, the system's configuration.
/// Empty if it is not.
[[nodiscard]] std::string why_secret(std::string_view path);

/// The same for a path below the project's folder (`.ssh/config`), which may be the user's whole
/// folder: by its folders and its name. An extension proves nothing there: `scan.asc` is a cloud of
/// points.
[[nodiscard]] std::string why_secret_in_project(std::string_view below);

/// Why a path looks private: `it is in a hidden folder ("/home/me/.cache")`; empty if it does not.
/// Not for fonts, which users install in hidden folders, nor for Blender's files. `home` is the
/// user's folder, or empty.
[[nodiscard]] std::string why_private(trace::Kind kind, std::string_view path,
                                      std::string_view home, System system = kThisSystem);

/// Why the reference cannot mean a file of this name: `it has no extension, unlike any image`;
/// empty if it can.
[[nodiscard]] std::string why_unfit(trace::Kind kind, std::string_view path);

/// Why the file may never be taken, whatever the user allows: it is below /proc, /sys or /dev, but
/// neither in /dev/shm nor in a project that is there itself. Both paths with their links resolved.
[[nodiscard]] std::string why_refused(std::string_view path, std::string_view project);

}  // namespace shaman::pack
