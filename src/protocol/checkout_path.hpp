// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// Which paths a checkout can have, for both sides: the server refuses others, and the client
/// reports them before it uploads anything. docs/protocol.md has the rules for users.
namespace shaman::protocol {

inline constexpr std::size_t kMaxComponent = 250;  ///< bytes; leaves room for a suffix
inline constexpr std::size_t kMaxPath = 1024;      ///< bytes
inline constexpr std::size_t kMaxDepth = 128;      ///< components

/// The server's own links in a checkout's folder; src/checkout/path_rules.hpp explains them.
inline constexpr std::string_view kManifestName = ".shaman-checkout";
inline constexpr std::string_view kMakerName = ".shaman-maker";
inline constexpr std::string_view kReusableName = ".shaman-reusable";
inline constexpr std::string_view kOutputsName = ".shaman-outputs";
inline constexpr std::string_view kIdentityPrefix = ".shaman-id-";
/// The server's own folders at the top of the jobs folder.
inline constexpr std::string_view kKeptName = ".kept";
inline constexpr std::string_view kNewPrefix = ".shaman-new-";
inline constexpr std::string_view kProbePrefix = ".shaman-probe-";

/// Whether some storage takes `name` for one of the server's own: in another case, followed by
/// dots, blanks or a stream's name, or with invisible characters.
[[nodiscard]] bool is_reserved_name(std::string_view name);

/// Not empty, not absolute, no part that is empty, `.` or `..`, not too long, not too deep.
/// errc::unsafe_path names the `kind` of path and what is wrong with it.
[[nodiscard]] result<void> check_components(std::string_view kind, std::string_view path);
[[nodiscard]] Error unsafe_path(std::string_view kind, std::string_view path,
                                const std::string& why);

/// U+0080 to U+009F at the beginning of UTF-8 text.
[[nodiscard]] bool is_c1_control(std::string_view at) noexcept;
[[nodiscard]] bool is_ascii_control(char c) noexcept;

/// Checks the path of a file in a checkout; separators are `/` only. errc::unsafe_path says what is
/// wrong.
[[nodiscard]] result<void> check_file_path(std::string_view path);

/// The path that a checkout gets for the requested one: each of `? * : ; { } \` and each control
/// character becomes `_`; `.` becomes `unnamed`. errc::unsafe_path if it is not relative, has a
/// component that is empty, `.`, `..` or reserved for the server, is not UTF-8, or is too long or
/// too deep.
[[nodiscard]] result<std::string> checkout_path(std::string_view asked);

/// Removes the slash in `film/shot/`, which a shell adds when it completes the name of a folder.
[[nodiscard]] std::string_view without_last_slashes(std::string_view path) noexcept;

}  // namespace shaman::protocol
