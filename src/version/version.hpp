// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

/// What this build was made from. All functions may be called from any thread.
namespace shaman {

/// `0.1.0`
[[nodiscard]] std::string_view version() noexcept;

/// The abbreviated commit, with `-dirty` where the tree had changes; empty if it is not known.
[[nodiscard]] std::string_view commit() noexcept;

/// The line of --version: `shaman 0.1.0 (commit abc1234, release build, GCC 12.2.0)`.
[[nodiscard]] std::string version_line(std::string_view program);

}  // namespace shaman
