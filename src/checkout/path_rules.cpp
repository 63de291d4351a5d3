// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/path_rules.hpp"

#include <algorithm>

#include "shaman/text.hpp"

#include "store/layout.hpp"

namespace shaman::path_rules {
namespace {

bool has_control(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (protocol::is_ascii_control(text[i]) || protocol::is_c1_control(text.substr(i))) return true;
  return false;
}

std::string_view first_component(std::string_view path) noexcept {
  return path.substr(0, path.find('/'));
}

static_assert(protocol::kManifestName == layout::kManifestName);
static_assert(protocol::kKeptName == layout::kKept);
static_assert(protocol::kNewPrefix == layout::kNewInJobs);
static_assert(protocol::kProbePrefix == layout::kProbe);

}  // namespace

bool has_backslash(std::string_view path) noexcept {
  return path.find('\\') != std::string_view::npos;
}

result<void> check_file_path(std::string_view path) {
  static constexpr std::string_view kKind = "file path";
  if (!text::is_utf8(path)) return protocol::unsafe_path(kKind, path, "is not UTF-8");
  if (has_control(path)) return protocol::unsafe_path(kKind, path, "has a control character in it");
  if (auto checked = protocol::check_components(kKind, path); !checked) return checked;
  if (protocol::is_reserved_name(first_component(path)))
    return protocol::unsafe_path(kKind, path, "is reserved for the server");
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
