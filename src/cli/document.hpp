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

/// What `PROGRAM man` and `PROGRAM completion bash|zsh|fish` print; they are for packagers and in
/// no
/// --help. Nothing where the arguments, without the program's name, ask for neither.
/// errc::malformed_request: a shell that is not known.
[[nodiscard]] std::optional<result<std::string>> document(
    std::span<const std::string> arguments, int section, std::string_view version,
    const std::function<CommandText()>& describe_program);

}  // namespace shaman::cli
