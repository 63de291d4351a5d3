// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/path_rules.hpp"

#include <algorithm>

#include "store/layout.hpp"

namespace shaman::path_rules {
namespace {

static_assert(protocol::kManifestName == layout::kManifestName);
static_assert(protocol::kOutputsName == layout::kOutputs);
static_assert(protocol::kKeptName == layout::kKept);
static_assert(protocol::kNewPrefix == layout::kNewInJobs);
static_assert(protocol::kProbePrefix == layout::kProbe);

}  // namespace

bool has_backslash(std::string_view path) noexcept {
  return path.find('\\') != std::string_view::npos;
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

std::string_view name_of(std::string_view path) noexcept {
  return path.substr(path.rfind('/') + 1);
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
