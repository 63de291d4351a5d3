// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/trace/dependency.hpp"

/// Which files a .blend from a stranger may not carry off.
namespace shaman::pack {

/// Whether a file of this name can be what the reference says: `wall.png` is an image, `id_rsa` is
/// none. A file without an extension fits nothing.
[[nodiscard]] bool fits_kind(trace::Kind kind, std::string_view name);

/// Where programs keep what is nobody else's differs between systems.
enum class System : std::uint8_t { linux_like, macos, windows };

#if defined(_WIN32)
inline constexpr System kThisSystem = System::windows;
#elif defined(__APPLE__)
inline constexpr System kThisSystem = System::macos;
#else
inline constexpr System kThisSystem = System::linux_like;
#endif

/// Why a path must be a secret, whoever named it: `it lies where secrets are kept
/// ("/home/me/.ssh")`. Keys, password stores, browsers' profiles, mail, the system's configuration.
/// Empty when it is none.
[[nodiscard]] std::string why_secret(std::string_view path);

/// The same of a path below the project's folder (`.ssh/config`), which may be all of the user's
/// folder: by its folders and its name. An extension says nothing there: `scan.asc` is a cloud of
/// points.
[[nodiscard]] std::string why_secret_in_project(std::string_view below);

/// Why a path looks like something private: `it lies in a hidden folder ("/home/me/.cache")`; empty
/// when it does not. Not for fonts, which users install in hidden folders, nor for what belongs to
/// Blender. `home` is the user's folder, or empty.
[[nodiscard]] std::string why_private(trace::Kind kind, std::string_view path,
                                      std::string_view home, System system = kThisSystem);

/// Why a file of this name is none that the reference can mean: `it has no extension, unlike any
/// image`; empty when it is one.
[[nodiscard]] std::string why_unfit(trace::Kind kind, std::string_view path);

/// Why the file may never be taken, whatever the user allows: it lies below /proc, /sys or /dev,
/// but not in /dev/shm, nor in a project that lies there itself. Both paths with their links
/// resolved.
[[nodiscard]] std::string why_refused(std::string_view path, std::string_view project);

}  // namespace shaman::pack
