// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/checkout_path.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "shaman/text.hpp"

#include "base/name_fold.hpp"

namespace shaman::protocol {
namespace {

std::string in_short(std::string_view path) {
  constexpr std::size_t kShown = 200;
  return text::in_quotes(text::shortened(path, kShown));
}

result<void> check_component(std::string_view kind, std::string_view path,
                             std::string_view component) {
  if (component.empty()) {
    if (path.empty()) return unsafe_path(kind, path, "is empty");
    if (path.front() == '/') return unsafe_path(kind, path, "is absolute; it must be relative");
    return unsafe_path(kind, path, "has nothing between two slashes, or after the last");
  }
  if (component == "." || component == "..")
    return unsafe_path(kind, path, "has a part " + in_short(component));
  if (component.size() > kMaxComponent) {
    return unsafe_path(kind, path,
                       "has a part of " + std::to_string(component.size()) + " bytes, " +
                           in_short(component) + "; at most " + std::to_string(kMaxComponent) +
                           " are allowed");
  }
  return {};
}

// As the storage that distinguishes the fewest names sees it; the part after a `:` is a stream of
// NTFS.
std::u32string folded(std::string_view name) {
  return text::folded_key(name.substr(0, name.find(':')));
}

bool is_same(std::u32string_view folded, std::string_view ascii) {
  return std::ranges::equal(folded, ascii, {}, {}, [](char c) { return static_cast<char32_t>(c); });
}

bool has_reserved_component(std::string_view path) {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (is_reserved_name(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

bool has_control(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_ascii_control(text[i]) || is_c1_control(text.substr(i))) return true;
  return false;
}

std::string with_replacements(std::string_view asked) {
  static constexpr std::string_view kReplaced = "?*:;{}\\";
  std::string path;
  path.reserve(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (is_c1_control(asked.substr(i))) {
      path += '_';
      ++i;
    } else {
      const bool replaced =
          is_ascii_control(asked[i]) || kReplaced.find(asked[i]) != std::string_view::npos;
      path += replaced ? '_' : asked[i];
    }
  }
  return path;
}

}  // namespace

bool is_ascii_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// C2 80 to C2 9F.
bool is_c1_control(std::string_view at) noexcept {
  return at.size() >= 2 && at[0] == '\xc2' && static_cast<unsigned char>(at[1]) < 0xa0;
}

Error unsafe_path(std::string_view kind, std::string_view path, const std::string& why) {
  return {errc::unsafe_path, "the " + std::string(kind) + " " + in_short(path) + " " + why};
}

bool is_reserved_name(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames{kManifestName, kMakerName, kReusableName,
                                                          kOutputsName};
  static constexpr std::array<std::string_view, 3> kPrefixes{kIdentityPrefix, kNewPrefix,
                                                             kProbePrefix};
  const std::u32string text = folded(name);
  return std::ranges::any_of(kNames, [&](std::string_view each) { return is_same(text, each); }) ||
         std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
           return is_same(std::u32string_view(text).substr(0, prefix.size()), prefix);
         });
}

result<void> check_components(std::string_view kind, std::string_view path) {
  if (path.size() > kMaxPath)
    return unsafe_path(kind, path, "is longer than " + std::to_string(kMaxPath) + " bytes");
  if (std::ranges::count(path, '/') >= std::ptrdiff_t{kMaxDepth})
    return unsafe_path(kind, path, "is deeper than " + std::to_string(kMaxDepth) + " folders");
  for (std::string_view rest = path;;) {
    const std::size_t slash = rest.find('/');
    if (auto checked = check_component(kind, path, rest.substr(0, slash)); !checked) return checked;
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

result<void> check_file_path(std::string_view path) {
  static constexpr std::string_view kKind = "file path";
  if (!text::is_utf8(path)) return unsafe_path(kKind, path, "is not UTF-8");
  if (has_control(path)) return unsafe_path(kKind, path, "has a control character in it");
  if (auto checked = check_components(kKind, path); !checked) return checked;
  if (is_reserved_name(path.substr(0, path.find('/'))))
    return unsafe_path(kKind, path, "is reserved for the server");
  return {};
}

result<std::string> checkout_path(std::string_view asked) {
  static constexpr std::string_view kKind = "checkout path";
  if (!text::is_utf8(asked)) return unsafe_path(kKind, asked, "is not UTF-8");
  if (asked == ".") return std::string("unnamed");
  std::string path = with_replacements(asked);
  if (const auto checked = check_components(kKind, path); !checked) return checked.error();
  if (has_reserved_component(path) || is_same(folded(path.substr(0, path.find('/'))), kKeptName))
    return unsafe_path(kKind, asked, "has a part that is reserved for the server");
  return path;
}

std::string_view without_last_slashes(std::string_view path) noexcept {
  return path.substr(0, path.find_last_not_of('/') + 1);
}

}  // namespace shaman::protocol
