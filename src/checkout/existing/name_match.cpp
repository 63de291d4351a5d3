// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/name_match.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "base/name_fold.hpp"
#include "checkout/existing/name_pattern.hpp"
#include "checkout/existing/pattern_match.hpp"

namespace shaman::name_match {
namespace {

using Kind = Element::Kind;

constexpr std::size_t kLongestShort = 8;

struct ShortName {
  std::string_view beginning;
  std::string_view number;  // empty if this is not a short name
};

// Samba also numbers short names with letters.
ShortName parts_of_short(std::string_view written) {
  const auto ends = [](char c) { return is_end_of_path(static_cast<unsigned char>(c)); };
  const auto rest = std::ranges::find_if(written, ends);
  written = written.substr(0, static_cast<std::size_t>(rest - written.begin()));
  const std::string_view base = written.substr(0, written.find('.'));
  const std::size_t end = written.size() - base.size();
  const std::size_t tilde = base.rfind('~');
  const bool is_short = tilde != base.npos && tilde > 0 && tilde + 1 < base.size() &&
                        base.size() <= kLongestShort && end <= 4;
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (!is_short || !std::ranges::all_of(base.substr(tilde + 1), is_digit)) return {};
  return {base.substr(0, tilde), base.substr(tilde + 1)};
}

}  // namespace

bool is_end_of_path(char32_t point) {
  constexpr std::u32string_view kEnds = U" \"'`,;|&<>():=\u00a0";
  return point < 0x20 || point == 0x7f || kEnds.find(point) != kEnds.npos;
}

bool is_of_word(char c) {
  constexpr std::string_view kOthers = "_-.";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80 || kOthers.find(c) != kOthers.npos;
}

bool has_marks(std::string_view written) {
  return written.find_first_of("*?[{#%<$!") != written.npos || written.find("@(") != written.npos ||
         written.find("+(") != written.npos;
}

Kinds kinds_of(std::string_view written) {
  if (!has_marks(written)) return {};
  const std::vector<Element> elements = elements_of(text::code_points(written));
  const auto is_depth = [](const Element& element) { return element.kind == Kind::any_depth; };
  return {std::ranges::any_of(elements, [](const auto& each) { return each.kind != Kind::one; }),
          std::ranges::any_of(elements, is_depth), is_depth(elements.front())};
}

bool is_pattern(std::string_view written) {
  return kinds_of(written).is_pattern;
}

bool names_something(std::string_view written) {
  const std::vector<Element> elements = elements_of(text::code_points(written));
  return std::ranges::any_of(elements, [](const Element& element) {
    return element.kind == Kind::one && !text::is_dropped_at_end(element.point);
  });
}

bool fits(std::string_view pattern, std::string_view name) {
  return Pattern(pattern).fits(FoldedName(name));
}

bool fits_beginning(std::string_view pattern, std::string_view name) {
  return Pattern(pattern).fits_beginning(FoldedName(name));
}

bool fits_up_to_any_depth(std::string_view pattern, std::string_view name) {
  return Pattern(pattern).fits_up_to_any_depth(FoldedName(name));
}

bool fits_some_word(std::string_view written, std::string_view name) {
  return Pattern(written).fits_beginning(FoldedName(name), Pattern::Start::any_word);
}

bool may_lead_up(std::string_view written) {
  const bool begins_with_any =
      written.find_first_of("*?") == 0 && !written.substr(1).starts_with('(');
  return !begins_with_any && written.find('.') != written.npos && is_pattern(written) &&
         fits(written, "..");
}

bool is_short(std::string_view written) {
  return !parts_of_short(written).number.empty();
}

// Windows takes the first six characters, without dots and blanks, or the first two and four hex
// digits. With a longer number, it takes fewer.
bool is_short_for(std::string_view written, std::string_view name) {
  const ShortName parts = parts_of_short(written);
  if (parts.number.empty()) return false;
  const std::string beginning = text::in_lower_case(parts.beginning);
  std::string full = text::in_lower_case(name);
  std::erase_if(full, [](char c) { return text::is_dropped_at_end(static_cast<char32_t>(c)); });
  const std::size_t kept = kLongestShort - 1 - parts.number.size();
  const bool is_checksum = beginning.size() == 6 && beginning.starts_with(full.substr(0, 2)) &&
                           beginning.find_first_not_of("0123456789abcdef", 2) == beginning.npos;
  return is_checksum || beginning == full.substr(0, kept);
}

bool is_same_to_some(std::string_view written, std::string_view name) {
  return text::folded_key(written) == text::folded_key(name);
}

}  // namespace shaman::name_match
