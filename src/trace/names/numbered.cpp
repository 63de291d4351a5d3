// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/numbered.hpp"

#include <algorithm>
#include <regex>

namespace shaman::trace {
namespace {

std::size_t start_of_digits(std::string_view name, std::size_t end) {
  std::size_t start = end;
  while (start > 0 && is_digit(name[start - 1]))
    --start;
  return start;
}

std::optional<Numbered> split(std::string_view name, std::size_t end) {
  constexpr std::size_t kMostDigits =
      10;  // more do not fit into 32 bits: not a sequence for Blender
  const std::size_t start = start_of_digits(name, end);
  if (start == end || end - start > kMostDigits) return std::nullopt;
  return Numbered{std::string(name.substr(0, start)), std::string(name.substr(end)), end - start};
}

void replace_all(std::string& text, std::string_view token, std::string_view by) {
  for (std::size_t at = text.find(token); at != std::string::npos;
       at = text.find(token, at + by.size()))
    text.replace(at, token.size(), by);
}

constexpr std::string_view kUdim = "<UDIM>";
constexpr std::string_view kUvTile = "<UVTILE>";

}  // namespace

std::optional<Numbered> Numbered::last_digits(std::string_view name) {
  std::size_t end = std::min(name.rfind('.'), name.size());
  while (end > 0 && !is_digit(name[end - 1]))
    --end;
  return split(name, end);
}

std::optional<Numbered> Numbered::before_extension(std::string_view name) {
  return split(name, std::min(name.rfind('.'), name.size()));
}

bool Numbered::matches(std::string_view name) const {
  if (name.size() < head.size() + tail.size() + width || !name.starts_with(head) ||
      !name.ends_with(tail))
    return false;
  const std::string_view number = name.substr(head.size(), name.size() - head.size() - tail.size());
  return std::all_of(number.begin(), number.end(), is_digit) &&
         (number.size() == width || number.front() != '0');
}

std::string tile_name(std::string_view pattern, std::uint32_t tile) {
  std::string name(pattern);
  if (name.find(kUdim) != std::string::npos) {
    replace_all(name, kUdim, std::to_string(tile));
  } else {
    const std::uint32_t index = tile - 1001;
    replace_all(name, kUvTile,
                "u" + std::to_string(index % 10 + 1) + "_v" + std::to_string(index / 10 + 1));
  }
  return name;
}

// BKE_image_ensure_tile_token.
std::string old_tile_pattern(std::string_view name) {
  std::string text(name);
  std::smatch match;
  static const std::regex udim(R"((.*[._-])([12]\d{3})([._-].*))");
  if (std::regex_match(text, match, udim))
    return match[1].str() + std::string(kUdim) + match[3].str();
  static const std::regex uv_tile(R"((.*)(u\d+_v\d+)(.*))");
  if (std::regex_match(text, match, uv_tile))
    return match[1].str() + std::string(kUvTile) + match[3].str();
  if (const std::optional<Numbered> numbered = Numbered::last_digits(name);
      numbered && numbered->width == 4)
    return numbered->head + std::string(kUdim) + numbered->tail;
  return text;
}

}  // namespace shaman::trace
