// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

#include "cli/command_text.hpp"

namespace shaman::cli {

/// The output of `PROGRAM man` and `PROGRAM completion bash|zsh|fish`, which are for packagers and
/// not listed in
/// --help. Nothing if the arguments, without the program's name, request neither.
/// errc::invalid_argument: an unknown shell.
[[nodiscard]] std::optional<result<std::string>> document(
    std::span<const std::string> arguments, int section, std::string_view version,
    const std::function<CommandText()>& describe_program);

}  // namespace shaman::cli
