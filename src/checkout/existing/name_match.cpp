// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/name_match.hpp"

#include <algorithm>
#include <cstddef>
#include <cwctype>
#include <string>
#include <utility>
#include <vector>

#include <locale.h>

#include "shaman/text.hpp"

namespace shaman::name_match {
namespace {

using Points = std::vector<char32_t>;

// Of every alphabet, whatever the server's own locale is.
char32_t folded(char32_t point) {
  static const ::locale_t kUnicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (kUnicode != nullptr)
    return static_cast<char32_t>(::towlower_l(static_cast<std::wint_t>(point), kUnicode));
  return point >= U'A' && point <= U'Z' ? point + (U'a' - U'A') : point;
}

Points folded(std::string_view text) {
  Points points = text::code_points(text);
  std::ranges::transform(points, points.begin(), [](char32_t point) { return folded(point); });
  return points;
}

Points without_end(Points points) {
  while (!points.empty() && (points.back() == U'.' || points.back() == U' '))
    points.pop_back();
  return points;
}

bool is_end_of_path(char32_t point) {
  constexpr std::u32string_view kEnds = U" \"'`,;|&<>():=\u00a0";
  return point < 0x20 || point == 0x7f || kEnds.find(point) != kEnds.npos;
}

// One element of a pattern.
struct Element {
  enum class Kind { one, any_one, set, digits, any } kind = Kind::one;
  char32_t point = 0;
  std::vector<std::pair<char32_t, char32_t>> ranges{};  // of a set
  bool is_negated = false;
};

// `[…]`, whose first item may be `]`; nothing is taken where it has no end.
bool take_set(const Points& text, std::size_t& at, Element& element) {
  std::size_t i = at + 1;
  element = {Element::Kind::set};
  if (i < text.size() && (text[i] == U'!' || text[i] == U'^')) {
    element.is_negated = true;
    ++i;
  }
  for (const std::size_t first = i; i < text.size(); ++i) {
    if (text[i] == U']' && i > first) {
      at = i + 1;
      return true;
    }
    const bool is_range = i + 2 < text.size() && text[i + 1] == U'-' && text[i + 2] != U']';
    element.ranges.emplace_back(text[i], text[is_range ? i + 2 : i]);
    if (is_range) i += 2;
  }
  return false;
}

// `{a,b}`, `{1..9}`: other braces are a Manager's variables, which are replaced before.
bool take_braces(const Points& text, std::size_t& at) {
  const auto end = std::find(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), U'}');
  if (end == text.end()) return false;
  const std::u32string inner(text.begin() + static_cast<std::ptrdiff_t>(at), end);
  if (inner.find(U',') == inner.npos && inner.find(U"..") == inner.npos) return false;
  at = static_cast<std::size_t>(end - text.begin()) + 1;
  return true;
}

// `%d`, `%04d`.
bool take_printed_number(const Points& text, std::size_t& at) {
  std::size_t i = at + 1;
  while (i < text.size() && text[i] >= U'0' && text[i] <= U'9')
    ++i;
  if (i >= text.size() || text[i] != U'd') return false;
  at = i + 1;
  return true;
}

Element take_element(const Points& text, std::size_t& at) {
  Element element;
  switch (text[at]) {
    case U'*':
      ++at;
      return {Element::Kind::any};
    case U'?':
      ++at;
      return {Element::Kind::any_one};
    case U'#':
      while (at < text.size() && text[at] == U'#')
        ++at;
      return {Element::Kind::digits};
    case U'[':
      if (take_set(text, at, element)) return element;
      break;
    case U'{':
      if (take_braces(text, at)) return {Element::Kind::any};
      break;
    case U'%':
      if (take_printed_number(text, at)) return {Element::Kind::digits};
      break;
    default:
      break;
  }
  return {Element::Kind::one, text[at++]};
}

std::vector<Element> elements_of(const Points& text) {
  std::vector<Element> elements;
  for (std::size_t at = 0; at < text.size();)
    elements.push_back(take_element(text, at));
  return elements;
}

bool is_one(const Element& element, char32_t point) {
  using Kind = Element::Kind;
  if (element.kind == Kind::one) return element.point == point;
  if (element.kind == Kind::any_one) return true;
  const auto is_in = [point](const auto& range) {
    return point >= range.first && point <= range.second;
  };
  return std::ranges::any_of(element.ranges, is_in) != element.is_negated;
}

bool may_repeat(const Element& element, char32_t point) {
  return element.kind == Element::Kind::any || (point >= U'0' && point <= U'9');
}

}  // namespace

bool is_pattern(std::string_view written) {
  return std::ranges::any_of(elements_of(text::code_points(written)), [](const Element& element) {
    return element.kind != Element::Kind::one;
  });
}

bool is_any_depth(std::string_view written) noexcept {
  return written.find("**") != written.npos;
}

// By the places in the name at which what was looked at of the pattern can end.
bool fits(std::string_view pattern, std::string_view name) {
  const Points points = folded(name);
  std::vector<char> ends(points.size() + 1, 0);
  ends[0] = 1;
  for (const Element& element : elements_of(folded(pattern))) {
    const bool repeats =
        element.kind == Element::Kind::any || element.kind == Element::Kind::digits;
    std::vector<char> next(ends.size(), 0);
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (repeats &&
          (ends[i] != 0 || (i > 0 && next[i - 1] != 0 && may_repeat(element, points[i - 1]))))
        next[i] = 1;
      if (!repeats && i > 0 && ends[i - 1] != 0 && is_one(element, points[i - 1])) next[i] = 1;
    }
    ends = std::move(next);
  }
  return ends.back() != 0;
}

bool is_same_to_some(std::string_view written, std::string_view name) {
  return without_end(folded(written)) == without_end(folded(name));
}

bool ends_with_more(std::string_view written, std::string_view name) {
  const Points longer = folded(written);
  const Points shorter = folded(name);
  return longer.size() > shorter.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin()) &&
         is_end_of_path(longer[shorter.size()]);
}

}  // namespace shaman::name_match
