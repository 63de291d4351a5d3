// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "shaman/pack/plan.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// Problems of a scene that the artist may not expect, reported in the same way by every
/// subcommand.
struct SceneWarnings {
  std::vector<std::string> warnings;
  std::vector<trace::Problem> problems;
  std::vector<pack::Suspicious> left_out;   ///< sorted by file
  std::vector<trace::MissingFile> missing;  ///< sorted by path
};

inline constexpr std::size_t kAllLines = static_cast<std::size_t>(-1);

/// Whether the command does it, or only would without --dry-run.
enum class Mood : std::uint8_t { is, would_be };

/// Why --strict ends a command: `2 files are missing and 1 library is damaged (--strict)`. Of
/// scene_warnings without any of these, that paths are absolute.
[[nodiscard]] std::string strict_reason(const SceneWarnings& scene_warnings);
/// The same behind an outcome: `nothing was sent, because …`.
[[nodiscard]] std::string strict_sentence(std::string_view outcome,
                                          const SceneWarnings& scene_warnings);

/// How to send a file that was left out as private.
inline constexpr const char* kHowToInclude =
    "to include: --allow-outside GLOB; a secret needs its full path";

/// For a person: each file with its users. At most `most_lines` lines of each list, and the number
/// of the others.
[[nodiscard]] std::string warnings_text(const SceneWarnings& scene_warnings, std::size_t most_lines,
                                        Mood mood = Mood::is);

/// The error of a library, for a line that already names it.
[[nodiscard]] std::string damage_of(const trace::Problem& library);

/// Adds `missing`, `missingWantedBy`, `leftOut`, `problems` and `warnings` (docs/schemas/).
void add_warnings(nlohmann::json& object, const SceneWarnings& scene_warnings);

/// `leftOut`.
[[nodiscard]] nlohmann::json left_out_json(const std::vector<pack::Suspicious>& files);

/// JSON is UTF-8; other bytes in a name on Linux, or in a data-block's, are escaped.
[[nodiscard]] std::string json_text(const std::string& text);
[[nodiscard]] nlohmann::json json_texts(const std::vector<std::string>& texts);

}  // namespace shaman::tools
