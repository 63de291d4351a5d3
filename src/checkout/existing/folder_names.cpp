// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/folder_names.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/name_fold.hpp"
#include "checkout/existing/name_match.hpp"

namespace shaman {
namespace {

// No name is longer.
constexpr std::size_t kLongest = 256;

}  // namespace

FolderNames::FolderNames(std::vector<std::string> names) : names_(std::move(names)) {
  std::ranges::sort(names_);
}

std::vector<std::string> FolderNames::chosen(std::string_view written) const {
  const bool is_pattern = name_match::is_pattern(written);
  const bool is_there = std::ranges::binary_search(names_, written);
  if (is_there && !is_pattern) return {std::string(written)};
  if (!is_pattern) return same_to_some(written);
  std::vector<std::string> chosen;
  std::ranges::copy_if(names_, std::back_inserter(chosen), [&](const std::string& name) {
    return name == written || name_match::fits_beginning(written, name);
  });
  return chosen;
}

std::vector<std::string> FolderNames::same_to_some(std::string_view written) const {
  if (written.find('~') != written.npos) return short_for(written);
  if (by_key_.empty())
    for (std::size_t i = 0; i < names_.size(); ++i)
      by_key_.emplace(text::folded_key(names_[i]), i);
  std::set<std::size_t> places;
  const auto add = [&](const std::u32string& key) {
    const auto [begin, end] = by_key_.equal_range(key);
    for (auto place = begin; place != end; ++place)
      places.insert(place->second);
  };
  const std::u32string whole = text::folded_key(written);
  add(whole);
  for (std::size_t at = 1; at < std::min(whole.size(), kLongest); ++at) {
    if (!name_match::is_end_of_path(whole[at])) continue;
    add(text::without_dropped_end(std::u32string_view(whole).substr(0, at)));
  }
  std::vector<std::string> names;
  for (const std::size_t place : places)
    names.push_back(names_[place]);
  return names;
}

std::vector<std::string> FolderNames::short_for(std::string_view written) const {
  std::vector<std::string> names;
  std::ranges::copy_if(names_, std::back_inserter(names), [&](const std::string& name) {
    return name_match::is_same_to_some(written, name) || name_match::is_short_for(written, name);
  });
  return names;
}

std::vector<std::string> FolderNames::chosen_up_to_any_depth(std::string_view written) const {
  std::vector<std::string> chosen;
  std::ranges::copy_if(names_, std::back_inserter(chosen), [&](const std::string& name) {
    return name_match::fits_up_to_any_depth(written, name);
  });
  return chosen;
}

}  // namespace shaman
