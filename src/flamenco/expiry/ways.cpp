// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/ways.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "checkout/existing/name_match.hpp"

namespace shaman::jobs {
namespace {

bool is_any_depth(const Ways::Way& way) {
  return !way.empty() && name_match::kinds_of(way.back()).is_any_depth;
}

}  // namespace

std::string_view take_part(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return part;
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty())
    if (const std::string_view part = take_part(path); !part.empty()) parts.push_back(part);
  return parts;
}

void Ways::down(std::string_view name) {
  const std::size_t count = all_.size();
  if (name_match::may_lead_up(name)) {
    Ways above = *this;
    static_cast<void>(above.up(true));
    all_.insert(all_.end(), above.all_.begin(), above.all_.end());
  }
  for (std::size_t i = 0; i < count; ++i)
    all_[i].push_back(name);
  tidy();
}

bool Ways::up(bool stays_at_top) {
  bool all_stay = true;
  std::vector<Way> before = std::move(all_);
  all_.clear();
  for (Way& way : before) {
    const bool is_any = is_any_depth(way);
    if (is_any) all_.push_back(way);
    while (is_any_depth(way))
      way.pop_back();
    if (is_any) all_.push_back(way);
    if (!way.empty()) {
      way.pop_back();
      all_.push_back(std::move(way));
    } else if (stays_at_top) {
      all_.push_back(std::move(way));
    } else {
      all_stay = false;
    }
  }
  tidy();
  return all_stay;
}

// Replaces too many ways by one that stands for all.
void Ways::tidy() {
  constexpr std::size_t kMost = 16;
  if (all_.size() < 2) return;
  std::ranges::sort(all_);
  all_.erase(std::unique(all_.begin(), all_.end()), all_.end());
  if (all_.size() > kMost) all_ = {Way{kAny}};
}

}  // namespace shaman::jobs
