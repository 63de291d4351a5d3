// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

/// What name_key() needs of Unicode; made by make_unicode_tables.py.
namespace shaman::trace::unicode {

/// A code point and what becomes of it by canonical decomposition and simple case folding; ends
/// with the first 0.
struct Mapping {
  char32_t from;
  std::array<char32_t, 4> to;
};

/// Code points `first` to `last` have this combining class.
struct ClassRun {
  char32_t first;
  char32_t last;
  std::uint8_t combining_class;
};

extern const std::array<Mapping, 3133> kMappings;   // sorted
extern const std::array<ClassRun, 382> kClassRuns;  // sorted

}  // namespace shaman::trace::unicode
