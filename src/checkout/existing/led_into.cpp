// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/led_into.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/erasure.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/making/placement.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// Effort for reading one name in a folder.
constexpr std::size_t kEntryWork = 256;

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
  if (effort_.is_used_up()) return {};
  if (leads_to_kept(path.path)) {
    CheckoutPlace& place = found_.emplace(layout::kKept, kept()).first->second;
    if (place.led_by.path.empty()) place.led_by = path;
  }
  return follow(*this, path, effort_, [this, &path](const std::string& found) {
    const auto [place, is_new] = found_.emplace(found, looks_.at(found));
    if (is_new) place->second.led_by = path;
  });
}

// Judges the path even if `.kept` does not exist yet: the first erased checkout with renders
// creates it. As in globs, a pattern for all names does not match this one, because it begins with
// a dot.
bool LedInto::leads_to_kept(const std::string& path) {
  for (const std::string& part : path_rules::components(path)) {
    if (name_match::names_something(part) || part.starts_with('.'))
      return name_match::is_pattern(part) ? name_match::fits_beginning(part, layout::kKept)
                                          : name_match::is_same_to_some(part, layout::kKept);
    if (!name_match::kinds_of(part).is_any_or_none) return false;
  }
  return false;
}

// `.kept` holds files that others have put into erased checkouts of any maker, so it belongs to the
// admins.
CheckoutPlace LedInto::kept() const {
  return {CheckoutPlace::Kind::checkout, std::string(layout::kKept), requester_.knows_all};
}

// Keeps the folder open, because a search examines its entries one after the other.
fs::result<const fs::Folder*> LedInto::open(const std::string& path) {
  if (path.empty()) return &store_.root().jobs;
  if (path == opened_) return &folder_;
  auto folder = store_.file_system().open_folder(store_.root().jobs, path);
  if (!folder) return folder.error();
  folder_ = *std::move(folder);
  opened_ = path;
  return &folder_;
}

result<bool> LedInto::is_checkout(const std::string& path) {
  const auto [known, is_new] = looks_.try_emplace(path);
  if (!is_new) return known->second.has_checkout();
  if (!effort_.spend(Effort::kDiskLook)) return false;
  auto place = look(path);
  if (!place) return place.error();
  known->second = *std::move(place);
  return known->second.has_checkout();
}

// Like place_in(), for a path whose parent folders are known not to be checkouts.
result<CheckoutPlace> LedInto::look(const std::string& path) {
  fs::FileSystem& file_system = store_.file_system();
  const auto failed = [&path](const boost::system::error_code& error) {
    return disk_error(error, "look into the checkout " + text::in_quotes(path));
  };
  const std::string above(path_rules::folder_of(path));
  const std::string name = path.substr(above.empty() ? 0 : above.size() + 1);
  const auto parent = open(above);
  if (!parent && fs::is_no_folder(parent.error())) return CheckoutPlace{};
  if (!parent) return failed(parent.error());
  const auto folder = file_system.open_folder(**parent, name);
  if (!folder && fs::is_no_folder(folder.error())) return CheckoutPlace{};
  if (!folder) return failed(folder.error());
  const auto checkout = shaman::is_checkout(file_system, *folder);
  if (!checkout) return failed(checkout.error());
  if (!checkout.value()) return CheckoutPlace{CheckoutPlace::Kind::folder};
  auto maker = maker_in(file_system, *folder, path);
  if (!maker) return maker.error();
  auto identity = identity_in(file_system, *folder, path);
  if (!identity) return identity.error();
  CheckoutPlace place{CheckoutPlace::Kind::checkout, path, may_erase(requester_, *maker)};
  place.maker = *std::move(maker);
  place.identity = *std::move(identity);
  return place;
}

// Opening one name is cheaper than listing a folder with all checkouts of a farm.
result<bool> LedInto::has_name(const std::string& folder, const std::string& name) {
  const auto [known, is_new] =
      names_.try_emplace(folder.empty() ? name : folder + "/" + name, false);
  if (!is_new || !effort_.spend(Effort::kDiskLook)) return known->second;
  const auto parent = open(folder);
  known->second = parent && store_.file_system().open_folder(**parent, name).has_value();
  return known->second;
}

result<const FolderNames*> LedInto::names_in(const std::string& path) {
  const auto [known, is_new] = known_.try_emplace(path);
  if (!is_new || !effort_.spend(Effort::kDiskLook)) return &known->second;
  const auto folder = open(path);
  const auto entries = folder ? store_.file_system().list(**folder)
                              : fs::result<std::vector<fs::Entry>>(folder.error());
  if (!entries && fs::is_gone(entries.error())) return &known->second;
  if (!entries)
    return disk_error(entries.error(), "look for checkouts in " + text::in_quotes("jobs/" + path));
  if (!effort_.spend(entries->size() * kEntryWork)) return &known->second;
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
      if (effort_.is_used_up()) return folders;
      std::string inner = folder.empty() ? name : folder + "/" + name;
      const auto is_end = is_checkout(inner);
      if (!is_end) return is_end.error();
      if (!is_end.value()) folders.push_back(std::move(inner));
    }
  }
  return folders;
}

}  // namespace shaman
