// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace shaman::manager {

/// The values of the names in an expression; nothing if a value is unknown.
struct Names {
  using Value = std::optional<nlohmann::json>;
  /// `C.scene.frame_start`, `settings.chunk_size`, `jobname`.
  std::function<Value(std::string_view name)> value;
  /// A call with its arguments: `abspath(…)`, `bpy.path.abspath(…)`.
  std::function<Value(std::string_view name, std::span<const nlohmann::json> arguments)> call;
};

/// Evaluates a Python expression of the kind that job types have: numbers, strings and f-strings,
/// names, calls, `+ - * / // %` and parentheses. Nothing for every other expression, and if a name
/// is unknown. Arithmetic follows Python 3: `/` gives a float, `//` rounds down.
[[nodiscard]] std::optional<nlohmann::json> evaluate_python(std::string_view expression,
                                                            const Names& names);

}  // namespace shaman::manager
