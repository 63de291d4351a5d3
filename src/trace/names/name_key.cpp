// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/name_key.hpp"

#include <algorithm>
#include <vector>

#include "shaman/text.hpp"

#include "trace/names/unicode_tables.hpp"

namespace shaman::trace {
namespace {

// The text is known to be well-formed UTF-8.
char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return point;
}

void append_utf8(std::string& out, char32_t point) {
  const auto continuation = [&](unsigned shift) {
    out += static_cast<char>(0x80U | (point >> shift & 0x3FU));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | point >> 6);
    continuation(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | point >> 12);
    continuation(6);
    continuation(0);
  } else {
    out += static_cast<char>(0xF0U | point >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

// Unicode standard, 3.12: Hangul syllables decompose by arithmetic.
bool append_hangul(std::vector<char32_t>& out, char32_t point) {
  constexpr char32_t kFirst = 0xAC00;
  constexpr char32_t kLast = 0xD7A3;
  constexpr char32_t kTrailing = 28;
  constexpr char32_t kVowels = 21;
  if (point < kFirst || point > kLast) return false;
  const char32_t index = point - kFirst;
  out.push_back(0x1100 + index / (kVowels * kTrailing));
  out.push_back(0x1161 + index % (kVowels * kTrailing) / kTrailing);
  if (index % kTrailing != 0) out.push_back(0x11A7 + index % kTrailing);
  return true;
}

void append_folded(std::vector<char32_t>& out, char32_t point) {
  if (append_hangul(out, point)) return;
  const auto found = std::lower_bound(
      unicode::kMappings.begin(), unicode::kMappings.end(), point,
      [](const unicode::Mapping& mapping, char32_t wanted) { return mapping.from < wanted; });
  if (found == unicode::kMappings.end() || found->from != point) {
    out.push_back(point);
    return;
  }
  for (const char32_t part : found->to) {
    if (part == 0) break;
    out.push_back(part);
  }
}

std::uint8_t combining_class(char32_t point) {
  const auto found = std::lower_bound(
      unicode::kClassRuns.begin(), unicode::kClassRuns.end(), point,
      [](const unicode::ClassRun& run, char32_t wanted) { return run.last < wanted; });
  if (found == unicode::kClassRuns.end() || found->first > point) return 0;
  return found->combining_class;
}

// Several marks on one letter come in the order of their classes.
void order_marks(std::vector<char32_t>& points) {
  auto start = points.begin();
  while (start != points.end()) {
    const auto marks = std::find_if(start, points.end(),
                                    [](char32_t point) { return combining_class(point) != 0; });
    const auto next = std::find_if(marks, points.end(),
                                   [](char32_t point) { return combining_class(point) == 0; });
    std::stable_sort(marks, next, [](char32_t a, char32_t b) {
      return combining_class(a) < combining_class(b);
    });
    start = next;
  }
}

}  // namespace

std::string name_key(std::string_view name) {
  std::vector<char32_t> points;
  points.reserve(name.size());
  if (text::is_utf8(name)) {
    while (!name.empty())
      append_folded(points, take_code_point(name));
  } else {
    for (const char byte : name)
      append_folded(points, static_cast<unsigned char>(byte));
  }
  order_marks(points);
  std::string key;
  key.reserve(points.size());
  for (const char32_t point : points)
    append_utf8(key, point);
  return key;
}

}  // namespace shaman::trace
