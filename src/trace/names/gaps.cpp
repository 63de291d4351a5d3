// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/gaps.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "trace/names/numbered.hpp"

namespace shaman::trace {
namespace {

constexpr std::size_t kMostNamed = 3;

std::set<std::uint64_t> numbers_of(const std::vector<std::string>& files, const Numbered& pattern) {
  std::set<std::uint64_t> numbers;
  for (const std::string& file : files) {
    const std::string_view name = os::file_name(file);
    if (!pattern.matches(name)) continue;
    const std::string_view digits =
        name.substr(pattern.head.size(), name.size() - pattern.head.size() - pattern.tail.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc()) numbers.insert(number);
  }
  return numbers;
}

std::string name_of(const Numbered& pattern, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  const std::size_t zeros = pattern.width > digits.size() ? pattern.width - digits.size() : 0;
  return pattern.head + std::string(zeros, '0') + digits + pattern.tail;
}

// The first few, with a comma between.
std::string named_gaps(const std::set<std::uint64_t>& numbers, std::uint64_t first,
                       const Numbered& pattern) {
  std::string out;
  std::size_t named = 0;
  std::uint64_t next = first;
  for (const std::uint64_t number : numbers) {
    for (; next < number && named < kMostNamed; ++next, ++named)
      out += (named == 0 ? "" : ", ") + text::in_quotes(name_of(pattern, next));
    next = number + 1;
  }
  return out;
}

}  // namespace

std::string gap_warning(const std::vector<std::string>& files,
                        const std::vector<std::string>& wanted) {
  if (wanted.size() < 2) return {};
  const auto pattern = Numbered::last_digits(os::file_name(wanted.front()));
  if (!pattern) return {};
  const std::set<std::uint64_t> ends = numbers_of(wanted, *pattern);
  if (ends.empty()) return {};
  std::set<std::uint64_t> numbers = numbers_of(files, *pattern);
  std::erase_if(numbers, [&](std::uint64_t number) {
    return number < *ends.begin() || number > *ends.rbegin();
  });
  const std::uint64_t gaps = *ends.rbegin() - *ends.begin() + 1 - numbers.size();
  if (gaps == 0) return {};
  const std::string more =
      gaps > kMostNamed ? " and " + std::to_string(gaps - kMostNamed) + " more" : "";
  return "the image sequence of " + text::in_quotes(wanted.front()) +
         " has gaps: " + named_gaps(numbers, *ends.begin(), *pattern) + more +
         (gaps == 1 ? " does" : " do") + " not exist; check that the scene does not show " +
         (gaps == 1 ? "it" : "them");
}

}  // namespace shaman::trace
