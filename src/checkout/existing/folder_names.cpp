// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/folder_names.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/name_fold.hpp"
#include "checkout/existing/name_match.hpp"

namespace shaman {
namespace {

using name_match::Points;

// The longest file name of any file system.
constexpr std::size_t kLongest = 256;
// Effort for folding one name, once.
constexpr std::size_t kFoldingWork = 256;
// Effort for each pair of a name and a written name, in addition to the comparison.
constexpr std::size_t kNameWork = 16;

constexpr std::string_view kQuotes = "\"'^";

std::string without_quotes(std::string_view name) {
  std::string bare(name);
  std::erase_if(bare, [](char c) { return kQuotes.find(c) != kQuotes.npos; });
  return bare;
}

}  // namespace

FolderNames::FolderNames(std::vector<std::string> names) : names_(std::move(names)) {
  std::ranges::sort(names_);
}

std::vector<std::string> FolderNames::chosen(std::string_view written, Effort& effort) const {
  const bool is_pattern = name_match::is_pattern(written);
  if (name_match::is_short(written)) return names_;
  if (!is_pattern) return same_to_some(written, effort);
  std::vector<std::string> chosen = fitting(
      written,
      [](const name_match::Pattern& pattern, const name_match::FoldedName& name) {
        return pattern.fits_beginning(name);
      },
      effort);
  const bool is_there = std::ranges::binary_search(names_, written);
  if (is_there && std::ranges::find(chosen, written) == chosen.end()) chosen.emplace_back(written);
  return chosen;
}

std::vector<std::string> FolderNames::chosen_up_to_any_depth(std::string_view written,
                                                             Effort& effort) const {
  return fitting(
      written,
      [](const name_match::Pattern& pattern, const name_match::FoldedName& name) {
        return pattern.fits_up_to_any_depth(name);
      },
      effort);
}

const std::vector<FolderNames::Spelling>& FolderNames::spellings(Effort& effort) const {
  if (!spellings_.empty() || !effort.spend(names_.size() * kFoldingWork)) return spellings_;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    spellings_.push_back({name_match::FoldedName(names_[i]), i});
    if (names_[i].find_first_of(kQuotes) != std::string::npos)
      spellings_.push_back({name_match::FoldedName(without_quotes(names_[i])), i});
  }
  return spellings_;
}

std::vector<std::string> FolderNames::fitting(std::string_view written, Fits fits,
                                              Effort& effort) const {
  const name_match::Pattern pattern(written);
  std::vector<std::string> chosen;
  for (const Spelling& each : spellings(effort)) {
    if (!effort.spend(kNameWork + pattern.work(each.folded))) return chosen;
    const std::string& name = names_[each.name];
    const bool is_known = !chosen.empty() && chosen.back() == name;
    if (!is_known && fits(pattern, each.folded)) chosen.push_back(name);
  }
  return chosen;
}

std::vector<std::string> FolderNames::same_to_some(std::string_view written, Effort& effort) const {
  if (by_key_.empty())
    for (const Spelling& each : spellings(effort)) {
      const Points& points = each.folded.fully;
      by_key_.emplace(text::without_dropped_end({points.data(), points.size()}), each.name);
    }
  std::set<std::size_t> places;
  const auto add = [&](const std::u32string& key) {
    const auto [begin, end] = by_key_.equal_range(key);
    for (auto place = begin; place != end && effort.spend(kNameWork); ++place)
      places.insert(place->second);
  };
  const std::u32string whole = text::folded_key(written.substr(0, 4 * kLongest));
  add(whole);
  for (std::size_t at = 1; at < std::min(whole.size(), kLongest); ++at) {
    if (!name_match::is_end_of_path(whole[at])) continue;
    if (!effort.spend(at + kNameWork)) break;
    add(text::without_dropped_end(std::u32string_view(whole).substr(0, at)));
  }
  std::vector<std::string> names;
  for (const std::size_t place : places)
    names.push_back(names_[place]);
  return names;
}

}  // namespace shaman
