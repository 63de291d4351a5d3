// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/name_fold.hpp"

#include <algorithm>
#include <array>

#include <utf8proc.h>

#include "shaman/text.hpp"

#include "base/code_points.hpp"

namespace shaman::text {
namespace {

using Points = std::vector<char32_t>;

constexpr char32_t kLastCharacter = 0x10FFFF;

void add_decomposed(std::vector<utf8proc_int32_t>& points, char32_t point, int options) {
  // The longest expansion of one character (UAX 15, 8.1, times three by folding).
  std::array<utf8proc_int32_t, 64> parts{};
  int boundary = 0;
  const utf8proc_ssize_t length = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(point), parts.data(), parts.size(),
      static_cast<utf8proc_option_t>(options | UTF8PROC_DECOMPOSE | UTF8PROC_STABLE), &boundary);
  const bool fits = length >= 0 && static_cast<std::size_t>(length) <= parts.size();
  if (fits)
    points.insert(points.end(), parts.begin(), parts.begin() + length);
  else
    points.push_back(static_cast<utf8proc_int32_t>(point));
}

int mark_class(utf8proc_int32_t point) {
  return utf8proc_get_property(point)->combining_class;
}

// Marks in their canonical order, then joined with their letters.
void compose_onto(Points& out, std::vector<utf8proc_int32_t>& points) {
  for (auto begin = points.begin(); begin != points.end();) {
    begin = std::find_if(begin, points.end(), [](auto point) { return mark_class(point) != 0; });
    const auto end =
        std::find_if(begin, points.end(), [](auto each) { return mark_class(each) == 0; });
    std::stable_sort(begin, end, [](auto a, auto b) { return mark_class(a) < mark_class(b); });
    begin = end;
  }
  const utf8proc_ssize_t length =
      utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  points.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0)));
  out.insert(out.end(), points.begin(), points.end());
  points.clear();
}

template <class Fold>
Points folded(std::string_view name, int options, const Fold& fold) {
  Points out;
  std::vector<utf8proc_int32_t> points;
  for (const char32_t point : code_points(name)) {
    if (point <= kLastCharacter) {
      add_decomposed(points, fold(point), options);
      continue;
    }
    compose_onto(out, points);
    out.push_back(point);
  }
  compose_onto(out, points);
  return out;
}

Points lower_cased(std::string_view ascii) {
  const std::string text = in_lower_case(ascii);
  return {text.begin(), text.end()};
}

}  // namespace

char32_t folded_to_one(char32_t point) noexcept {
  if (point > kLastCharacter) return point;
  utf8proc_int32_t one = 0;
  int boundary = 0;
  const utf8proc_ssize_t length = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point),
                                                          &one, 1, UTF8PROC_CASEFOLD, &boundary);
  return length == 1 ? static_cast<char32_t>(one) : point;
}

std::optional<char> ascii_like(char32_t point) noexcept {
  if (point > kLastCharacter) return std::nullopt;
  utf8proc_int32_t one = 0;
  int boundary = 0;
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE);
  const utf8proc_ssize_t length =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), &one, 1, kOptions, &boundary);
  if (length != 1 || one >= 0x80) return std::nullopt;
  return static_cast<char>(one);
}

std::vector<char32_t> simply_folded(std::string_view name) {
  if (is_ascii(name)) return lower_cased(name);
  return folded(name, 0, [](char32_t point) { return folded_to_one(point); });
}

std::u32string without_dropped_end(std::u32string_view folded) {
  while (!folded.empty() && is_dropped_at_end(folded.back()))
    folded.remove_suffix(1);
  return std::u32string(folded);
}

std::u32string folded_key(std::string_view name) {
  const Points points = fully_folded(name);
  return without_dropped_end({points.data(), points.size()});
}

std::vector<char32_t> fully_folded(std::string_view name) {
  if (is_ascii(name)) return lower_cased(name);
  return folded(name, UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, [](char32_t point) { return point; });
}

}  // namespace shaman::text
