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

/// What of a scene will not be as the artist may think; told alike by every subcommand.
struct Complaints {
  std::vector<std::string> warnings;
  std::vector<trace::Problem> problems;
  std::vector<pack::Suspicious> left_out;   ///< sorted by file
  std::vector<trace::MissingFile> missing;  ///< sorted by path
};

inline constexpr std::size_t kAllLines = static_cast<std::size_t>(-1);

/// Whether something is done, or would be without --dry-run.
enum class Mood : std::uint8_t { is, would_be };

/// For a person: each file with who wants it. Of a list of files at most `most_lines` lines, and
/// how many more there are.
[[nodiscard]] std::string complaints_text(const Complaints& complaints, std::size_t most_lines,
                                          Mood mood = Mood::is);

/// What is wrong with a library, for a line that names it already.
[[nodiscard]] std::string damage_of(const trace::Problem& library);

/// Adds `missing`, `missingWantedBy`, `leftOut`, `problems` and `warnings` (docs/schemas/).
void add_complaints(nlohmann::json& object, const Complaints& complaints);

/// `leftOut`.
[[nodiscard]] nlohmann::json left_out_json(const std::vector<pack::Suspicious>& files);

/// JSON is UTF-8; what is not, in a name on Linux or a data-block's, is shown in escapes.
[[nodiscard]] std::string json_text(const std::string& text);
[[nodiscard]] nlohmann::json json_texts(const std::vector<std::string>& texts);

}  // namespace shaman::tools
