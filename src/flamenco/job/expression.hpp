// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace shaman::manager {

/// What the names of an expression stand for; nothing where that is not known here.
struct Names {
  using Value = std::optional<nlohmann::json>;
  /// `C.scene.frame_start`, `settings.chunk_size`, `jobname`.
  std::function<Value(std::string_view name)> value;
  /// `abspath(…)`, `bpy.path.abspath(…)`, with its arguments.
  std::function<Value(std::string_view name, std::span<const nlohmann::json> arguments)> call;
};

/// The value of a Python expression of the kind that job types hold: numbers, strings and
/// f-strings, names, calls, `+ - * / // %` and parentheses. Nothing for everything else, and where
/// a name is not known. Arithmetic is Python 3's: `/` gives a float, `//` rounds down.
[[nodiscard]] std::optional<nlohmann::json> evaluate_python(std::string_view expression,
                                                            const Names& names);

}  // namespace shaman::manager
