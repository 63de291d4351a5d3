// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/led_into.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/erasure.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// Far more than any job has paths; each is a look at the disk.
constexpr std::size_t kMostLooks = 20'000;

}  // namespace

result<CheckoutPlace> place_in(const StoreInterior& store, const std::string& path,
                               const Requester& requester) {
  Erasure erasure(store, path);
  auto place = erasure.look(requester);
  if (!place || !place->has_checkout()) return place;
  auto identity = erasure.identity();
  if (!identity) return identity.error();
  auto maker = erasure.maker();
  if (!maker) return maker.error();
  place->identity = *std::move(identity);
  place->maker = *std::move(maker);
  return place;
}

result<std::vector<CheckoutPlace>> LedInto::find(const std::vector<WrittenPath>& paths) {
  for (const WrittenPath& path : paths)
    if (auto looked = find(path); !looked) return looked.error();
  std::vector<CheckoutPlace> places;
  for (auto& [path, place] : found_)
    places.push_back(place);
  return places;
}

result<void> LedInto::find(const WrittenPath& path) {
  if (has_ended_) return {};
  if (leads_to_kept(path.path)) found_.emplace(layout::kKept, kept());
  auto looked = follow(
      *this, path, [this](const std::string& found) { found_.emplace(found, looks_.at(found)); });
  // It is told what it leads into only for the record.
  if (!looked && looked.error().code == errc::limit_exceeded && requester_.knows_all) {
    has_ended_ = true;
    return {};
  }
  return looked;
}

// Whether it is there already or not: it comes when the first checkout with renders is erased. What
// stands for every name is not meant for this one, as with globs, which leave out names with a dot.
bool LedInto::leads_to_kept(const std::string& path) {
  for (const std::string& part : path_rules::components(path)) {
    if (name_match::names_something(part) || part.starts_with('.'))
      return name_match::is_pattern(part) ? name_match::fits_beginning(part, layout::kKept)
                                          : name_match::is_same_to_some(part, layout::kKept);
    if (!name_match::is_any_or_none(part)) return false;
  }
  return false;
}

// What others have put into erased checkouts, whoever had made those.
CheckoutPlace LedInto::kept() const {
  return {CheckoutPlace::Kind::checkout, std::string(layout::kKept), requester_.knows_all};
}

result<bool> LedInto::is_checkout(const std::string& path) {
  const auto [known, is_new] = looks_.try_emplace(path);
  if (!is_new) return known->second.has_checkout();
  if (looks_.size() > kMostLooks)
    return Error{errc::limit_exceeded, "the job's paths could lead to more than " +
                                           std::to_string(kMostLooks) +
                                           " folders; write them without patterns"};
  auto place = place_in(store_, path, requester_);
  if (!place) return place.error();
  known->second = *std::move(place);
  return known->second.has_checkout();
}

// A folder with all checkouts of a farm is not listed for one whose name is known.
result<bool> LedInto::has_name(const std::string& folder, const std::string& name) {
  const std::string path = folder.empty() ? name : folder + "/" + name;
  return store_.file_system().open_folder(store_.root().jobs, path).has_value();
}

result<const FolderNames*> LedInto::names_in(const std::string& path) {
  const auto [known, is_new] = known_.try_emplace(path);
  if (!is_new) return &known->second;
  auto folder = path.empty() ? fs::result<fs::Folder>(fs::Folder())
                             : store_.file_system().open_folder(store_.root().jobs, path);
  const auto entries = folder
                           ? store_.file_system().list(path.empty() ? store_.root().jobs : *folder)
                           : fs::result<std::vector<fs::Entry>>(folder.error());
  if (!entries && fs::is_gone(entries.error())) return &known->second;
  if (!entries)
    return disk_error(entries.error(), "look for checkouts in " + text::in_quotes("jobs/" + path));
  std::vector<std::string> names;
  for (const fs::Entry& entry : *entries)
    if (entry.type == fs::EntryType::folder && (!path.empty() || entry.name != layout::kKept))
      names.push_back(entry.name);
  known->second = FolderNames(std::move(names));
  return &known->second;
}

result<std::vector<std::string>> LedInto::folders() {
  std::vector<std::string> folders{std::string()};
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::string folder = folders[i];
    const auto names = names_in(folder);
    if (!names) return names.error();
    for (const std::string& name : (*names)->all()) {
      std::string inner = folder.empty() ? name : folder + "/" + name;
      const auto is_end = is_checkout(inner);
      if (!is_end) return is_end.error();
      if (!is_end.value()) folders.push_back(std::move(inner));
    }
  }
  return folders;
}

}  // namespace shaman
