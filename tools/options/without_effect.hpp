// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"

namespace shaman::tools {

/// A flag that leaves others without effect.
struct Without {
  const char* flag;
  const char* reason;  ///< a relative clause: `which sends no files`
};

/// Refuses those of the options that were given together with `other`: what they ask for would be
/// missing without a word. After parsing. errc::malformed_request names both.
[[nodiscard]] result<void> refuse_without_effect(const CLI::App& command, const Without& other,
                                                 std::initializer_list<const char*> options);

}  // namespace shaman::tools
