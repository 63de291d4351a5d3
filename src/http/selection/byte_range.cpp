// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/selection/byte_range.hpp"

#include <algorithm>
#include <charconv>

#include "shaman/text.hpp"

namespace shaman::http {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A number that is too large to be written is as good as the largest one.
std::uint64_t number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return read.ec == std::errc() ? value : UINT64_MAX;
}

ByteRange last_bytes(std::uint64_t count, std::uint64_t size) {
  if (count == 0) return {ByteRange::Kind::unsatisfiable, 0, 0};
  // Of an empty file: no Content-Range can say that.
  if (size == 0) return {ByteRange::Kind::whole, 0, 0};
  const std::uint64_t length = std::min(count, size);
  return {ByteRange::Kind::part, size - length, length};
}

bool is_tag_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x21 && byte != '"' && byte != 0x7F;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

}  // namespace

ByteRange parse_range(std::string_view value, std::uint64_t size) {
  const ByteRange whole{ByteRange::Kind::whole, 0, size};
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) return whole;
  if (!text::is_same_but_for_case(text::trimmed(value.substr(0, equals)), "bytes")) return whole;
  const std::string_view range = text::trimmed(value.substr(equals + 1));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view from = range.substr(0, dash);
  const std::string_view to = range.substr(dash + 1);
  if (from.empty()) return is_digits(to) ? last_bytes(number_of(to), size) : whole;
  if (!is_digits(from) || !(to.empty() || is_digits(to))) return whole;
  const std::uint64_t first = number_of(from);
  const std::uint64_t last = to.empty() ? UINT64_MAX : number_of(to);
  if (last < first) return whole;
  if (first >= size) return {ByteRange::Kind::unsatisfiable, 0, 0};
  return {ByteRange::Kind::part, first, std::min(last, size - 1) - first + 1};
}

bool lists_tag(std::string_view list, std::string_view tag, TagComparison comparison) {
  list = text::trimmed(list);
  if (list == "*") return true;
  bool is_listed = false;
  while (!list.empty()) {
    const bool is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    if (list.empty() || list.front() != '"') return false;
    const auto end = std::find_if_not(list.begin() + 1, list.end(), is_tag_byte);
    if (end == list.end() || *end != '"') return false;
    const auto length = static_cast<std::size_t>(end - list.begin()) + 1;
    if (list.substr(0, length) == tag && (!is_weak || comparison == TagComparison::weak))
      is_listed = true;
    list.remove_prefix(length);
    skip_blanks(list);
    if (list.empty()) break;
    if (list.front() != ',') return false;
    // Empty elements are allowed (RFC 9110, 5.6.1).
    while (!list.empty() && list.front() == ',') {
      list.remove_prefix(1);
      skip_blanks(list);
    }
  }
  return is_listed;
}

}  // namespace shaman::http
