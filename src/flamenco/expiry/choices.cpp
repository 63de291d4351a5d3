// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/choices.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "flamenco/expiry/readings.hpp"

namespace shaman::jobs {
namespace {

constexpr std::size_t kLongestChoice = 1024;
constexpr std::size_t kMostTexts = 64;
constexpr std::string_view kBeforeParenthesis = "@+!?*";

struct Choice {
  std::size_t begin = 0;  ///< of the bracket's content
  std::size_t end = 0;    ///< index of the closing bracket
  std::size_t at = 0;     ///< of the choice, with the mark before a parenthesis
  [[nodiscard]] bool is_brace() const { return begin == at + 1; }
};

// The index of the closing bracket for the one at `at`; npos if it is too far away.
std::size_t closing_bracket(std::string_view text, std::size_t at) {
  const char open = text[at];
  const char close = open == '{' ? '}' : ')';
  text = text.substr(0, std::min(text.size(), at + kLongestChoice));
  int depth = 0;
  for (std::size_t end = at; end < text.size(); ++end) {
    depth += int{text[end] == open} - int{text[end] == close};
    if (depth == 0) return end;
  }
  return text.npos;
}

// The choice or placeholder that begins at this index.
std::optional<Choice> bracket_at(std::string_view text, std::size_t at, Effort& effort) {
  const bool is_marked =
      at + 1 < text.size() && text[at + 1] == '(' && kBeforeParenthesis.find(text[at]) != text.npos;
  if (!is_marked && text[at] != '{') return std::nullopt;
  const std::size_t bracket = at + std::size_t{is_marked};
  const std::size_t end = closing_bracket(text, bracket);
  // Without this, a text of unclosed brackets would take quadratic time.
  if (!effort.spend(std::min(end - bracket, kLongestChoice)) || end == text.npos)
    return std::nullopt;
  return Choice{bracket + 1, end, at};
}

// Separated by commas or bars that are in no inner bracket.
std::vector<std::string_view> alternatives_of(std::string_view content, bool is_brace) {
  std::vector<std::string_view> alternatives;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const char c = content[at];
    depth += int{c == '{' || c == '('} - int{c == '}' || c == ')'};
    if (depth > 0 || c != (is_brace ? ',' : '|')) continue;
    alternatives.push_back(content.substr(begin, at - begin));
    begin = at + 1;
  }
  alternatives.push_back(content.substr(begin));
  return alternatives;
}

// Appends a text for each combination; false if there are too many.
class Combinations {
 public:
  explicit Combinations(Effort& effort) : effort_(effort) {}

  // NOLINTNEXTLINE(misc-no-recursion): one level for each choice, and kMostTexts of them.
  [[nodiscard]] bool add(const std::string& text, std::size_t from) {
    if (!effort_.spend(text.size()) || ++looks_ > 4 * kMostTexts) return false;
    for (std::size_t at = from; at < text.size(); ++at) {
      const auto choice = bracket_at(text, at, effort_);
      if (!choice || (!choice->is_brace() && text[at] != '@')) continue;
      const std::string_view content =
          std::string_view(text).substr(choice->begin, choice->end - choice->begin);
      const std::vector<std::string_view> each = alternatives_of(content, choice->is_brace());
      if (each.size() == 1) continue;
      const std::string_view rest = std::string_view(text).substr(choice->end + 1);
      return std::ranges::all_of(each, [&](std::string_view alternative) {
        return add(text.substr(0, at).append(alternative).append(rest), at);
      });
    }
    if (texts.size() == kMostTexts) return false;
    texts.push_back(text);
    return true;
  }

  std::vector<std::string> texts;

 private:
  Effort& effort_;
  std::size_t looks_ = 0;
};

// The pattern that stands for a choice that may contain folders, or other choices; empty if the
// text is no such choice.
std::string_view pattern_for(std::string_view content, bool is_brace) {
  const bool has_folders = content.find_first_of("/\\") != content.npos;
  if (!is_brace) return has_folders ? "**" : "";
  if (content.find(',') == content.npos) return "";
  return has_folders ? "**" : content.find('{') != content.npos ? "*" : "";
}

std::string with_patterns(std::string_view text, Effort& effort) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto choice = bracket_at(text, at, effort);
    if (effort.is_used_up()) return out;
    const std::string_view pattern =
        choice ? pattern_for(text.substr(choice->begin, choice->end - choice->begin),
                             choice->is_brace())
               : "";
    out.append(pattern.empty() ? text.substr(at, 1) : pattern);
    at = pattern.empty() ? at + 1 : choice->end + 1;
  }
  return out;
}

}  // namespace

std::vector<std::string> choices_of(std::string_view text, Effort& effort) {
  Combinations combinations(effort);
  if (text.size() > kLongestPath || !combinations.add(std::string(text), 0))
    return {with_patterns(text, effort)};
  for (std::string& each : combinations.texts)
    each = with_patterns(each, effort);
  return std::move(combinations.texts);
}

}  // namespace shaman::jobs
