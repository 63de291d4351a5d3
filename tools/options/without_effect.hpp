// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <string>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"

namespace shaman::tools {

/// A flag that makes other options ineffective.
struct Without {
  const char* flag;
  const char* reason;  ///< a relative clause: `which sends no files`
};

/// Rejects options that were given together with `other`, which would silently ignore them. After
/// parsing. errc::invalid_argument names both.
[[nodiscard]] result<void> refuse_without_effect(const CLI::App& command, const Without& other,
                                                 std::initializer_list<const char*> options);

}  // namespace shaman::tools
