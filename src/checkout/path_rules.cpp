// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/path_rules.hpp"

#include <algorithm>

#include "shaman/text.hpp"

namespace shaman::path_rules {
namespace {

bool is_ascii_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// U+0080 to U+009F in UTF-8: C2 80 to C2 9F.
bool is_c1_control(std::string_view at) noexcept {
  return at.size() >= 2 && at[0] == '\xc2' && static_cast<unsigned char>(at[1]) < 0xa0;
}

bool has_control(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_ascii_control(text[i]) || is_c1_control(text.substr(i))) return true;
  return false;
}

std::string in_short(std::string_view path) {
  constexpr std::size_t kShown = 200;
  std::string text = "\"" + text::printable(path.substr(0, kShown));
  text += path.size() > kShown ? "…\"" : "\"";
  return text;
}

Error unsafe(std::string_view kind, std::string_view path, const std::string& why) {
  return {errc::unsafe_path, "the " + std::string(kind) + " " + in_short(path) + " " + why};
}

result<void> check_component(std::string_view kind, std::string_view path,
                             std::string_view component) {
  if (component.empty()) {
    if (path.empty()) return unsafe(kind, path, "is empty");
    if (path.front() == '/') return unsafe(kind, path, "is absolute; it must be relative");
    return unsafe(kind, path, "has an empty component");
  }
  if (component == "." || component == "..")
    return unsafe(kind, path, "has a component " + in_short(component));
  if (component.size() > kMaxComponent) {
    return unsafe(kind, path,
                  "has a component of more than " + std::to_string(kMaxComponent) + " bytes");
  }
  return {};
}

result<void> check_components(std::string_view kind, std::string_view path) {
  if (path.size() > kMaxPath)
    return unsafe(kind, path, "is longer than " + std::to_string(kMaxPath) + " bytes");
  if (std::ranges::count(path, '/') >= std::ptrdiff_t{kMaxDepth})
    return unsafe(kind, path, "is deeper than " + std::to_string(kMaxDepth) + " folders");
  for (std::string_view rest = path;;) {
    const std::size_t slash = rest.find('/');
    if (auto checked = check_component(kind, path, rest.substr(0, slash)); !checked) return checked;
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

std::string_view first_component(std::string_view path) noexcept {
  return path.substr(0, path.find('/'));
}

bool is_reserved(std::string_view name) noexcept {
  return name == kManifestName || name == kMakerName || name == kReusableName ||
         name.starts_with(kIdentityPrefix);
}

bool has_reserved_component(std::string_view path) noexcept {
  for (;;) {
    const std::size_t slash = path.find('/');
    if (is_reserved(path.substr(0, slash))) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

result<std::string> checkout_path(std::string_view asked) {
  static constexpr std::string_view kKind = "checkout path";
  static constexpr std::string_view kReplaced = "?*:;{}\\";
  if (!text::is_utf8(asked)) return unsafe(kKind, asked, "is not UTF-8");
  if (asked == ".") return std::string("unnamed");
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
  if (const auto checked = check_components(kKind, path); !checked) return checked.error();
  if (has_reserved_component(path) || first_component(path) == layout::kKept)
    return unsafe(kKind, asked, "has a component that is reserved for the server");
  return path;
}

bool has_backslash(std::string_view path) noexcept {
  return path.find('\\') != std::string_view::npos;
}

result<void> check_file_path(std::string_view path) {
  static constexpr std::string_view kKind = "file path";
  if (!text::is_utf8(path)) return unsafe(kKind, path, "is not UTF-8");
  if (has_control(path)) return unsafe(kKind, path, "has a control character in it");
  if (auto checked = check_components(kKind, path); !checked) return checked;
  if (is_reserved(first_component(path))) return unsafe(kKind, path, "is reserved for the server");
  return {};
}

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> names;
  for (;;) {
    const std::size_t slash = path.find('/');
    names.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return names;
    path.remove_prefix(slash + 1);
  }
}

std::string_view folder_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool folder_order(std::string_view left, std::string_view right) noexcept {
  const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (l == left.end() || r == right.end()) return left.size() < right.size();
  if (*l == '/' || *r == '/') return *l == '/';
  return static_cast<unsigned char>(*l) < static_cast<unsigned char>(*r);
}

bool is_inside(std::string_view path, std::string_view folder) noexcept {
  return path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder);
}

}  // namespace shaman::path_rules
