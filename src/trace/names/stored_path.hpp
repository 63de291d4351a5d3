// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Paths as .blend files store them: bytes with their own rules.
namespace shaman::trace {

enum class Platform : std::uint8_t { posix, windows };

#ifdef _WIN32
inline constexpr Platform kThisPlatform = Platform::windows;
#else
inline constexpr Platform kThisPlatform = Platform::posix;
#endif

/// The absolute path that a stored one means on a platform, `/` separated, without `.` and `..`:
///  - `//x` starts at `folder` (absolute), with any number of further slashes;
///  - backslashes are slashes, except in the prefix of a UNC path `\\server\share\x`, which becomes
///    `//server/share/x`: no place that POSIX could open;
///  - `C:\x` is itself on Windows and, as for Blender, `/c/x` elsewhere;
///  - a path without a root, which Blender takes from wherever it was started, starts at `folder`,
///    too: the one place where an artist can have meant it.
/// Source: BLI_path_abs and BLI_path_normalize of Blender's path_util.
[[nodiscard]] std::string resolve(std::string_view stored, std::string_view folder,
                                  Platform platform = kThisPlatform);

/// Whether a stored path is absolute on some system: `/x`, `C:\x`, `\\server\x`; not `//x`.
[[nodiscard]] bool is_absolute_path(std::string_view stored) noexcept;

/// A path from resolve(), in the .blend's spelling if it is not a path of this platform:
/// `C:\tex\wall.png` for `/c/tex/wall.png`; else unchanged.
[[nodiscard]] std::string as_stored(const std::string& resolved, std::string_view stored,
                                    Platform platform = kThisPlatform);

[[nodiscard]] bool is_unc(std::string_view resolved) noexcept;

}  // namespace shaman::trace
