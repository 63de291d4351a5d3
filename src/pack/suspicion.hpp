// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/trace/dependency.hpp"

/// Which files a .blend from a stranger may not carry off.
namespace shaman::pack {

/// Whether a file of this name can be what the reference says: `wall.png` is an image, `id_rsa` is
/// none. A file without an extension fits nothing.
[[nodiscard]] bool fits_kind(trace::Kind kind, std::string_view name);

/// Why a path looks like something private: `it lies in a hidden folder ("/home/me/.ssh")`; empty
/// when it does not. `home` is the user's folder, or empty.
[[nodiscard]] std::string why_private(std::string_view path, std::string_view home);

/// Why a file of this name is none that the reference can mean: `it has no extension, unlike any
/// image`; empty when it is one.
[[nodiscard]] std::string why_unfit(trace::Kind kind, std::string_view path);

/// Why the file may never be taken, whatever the user allows: it lies below /proc, /sys or /dev,
/// but not in /dev/shm, nor in a project that lies there itself. Both paths with their links
/// resolved.
[[nodiscard]] std::string why_refused(std::string_view path, std::string_view project);

}  // namespace shaman::pack
