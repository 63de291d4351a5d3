// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/pin_names.hpp"

#include <array>
#include <optional>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/path_rules.hpp"

namespace shaman::pin_names {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 3> kEscapes{
    {{'%', "%25"}, {'/', "%2F"}, {'.', "%2E"}}};

std::string_view escape_of(char c, bool is_first) {
  for (const auto& [plain, escape] : kEscapes)
    if (c == plain && (c != '.' || is_first)) return escape;
  return {};
}

std::string encoded(std::string_view name) {
  std::string folder;
  for (const char c : name) {
    const std::string_view escape = escape_of(c, folder.empty());
    if (escape.empty())
      folder += c;
    else
      folder += escape;
  }
  return folder;
}

std::optional<std::string> decoded(std::string_view folder) {
  std::string name;
  while (!folder.empty()) {
    std::size_t length = 1;
    char c = folder.front();
    for (const auto& [plain, escape] : kEscapes) {
      if (!folder.starts_with(escape)) continue;
      c = plain;
      length = escape.size();
    }
    if (c == '%' && length == 1) return std::nullopt;
    name += c;
    folder.remove_prefix(length);
  }
  return name;
}

Error refused(std::string_view name, const std::string& why) {
  return {errc::unsafe_path, "a pin cannot be called " + text::in_quotes(name) + ": " + why};
}

}  // namespace

result<std::string> folder_of(std::string_view name) {
  if (name.empty()) return refused(name, "the name is empty");
  if (!text::is_utf8(name) || text::printable(name) != name)
    return refused(name, "it must be printable text in UTF-8");
  std::string folder = encoded(name);
  if (folder.size() > path_rules::kMaxComponent)
    return refused(name, "it is too long for a file name; give a shorter one with --name");
  return folder;
}

std::string name_of(std::string_view folder) {
  const auto name = decoded(folder);
  return name && encoded(*name) == folder ? *name : std::string(folder);
}

}  // namespace shaman::pin_names
