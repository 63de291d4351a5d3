// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/placement.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/search.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/linked_blob.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::string_view kSuffixCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kSuffixLength = 4;

// A folder that cannot be read counts as containing a checkout.
fs::result<bool> holds_checkouts(fs::FileSystem& file_system, const fs::Folder& folder) {
  bool holds = false;
  boost::system::error_code failure;
  CheckoutSearch search;
  search.found = [&](const auto&...) { return holds = true; };
  search.failed = [&](const std::string&, const boost::system::error_code& error) {
    if (!fs::is_refusal(error)) failure = error;
    return holds = true;
  };
  search_checkouts(file_system, folder, search);
  if (failure) return {boost::system::in_place_error, failure};
  return holds;
}

}  // namespace

bool is_name_taken(const boost::system::error_code& error) noexcept {
  return error == errors::not_a_directory || error == errors::too_many_symbolic_link_levels ||
         error == errors::file_exists || error == errors::directory_not_empty;
}

fs::result<bool> is_checkout(fs::FileSystem& file_system, const fs::Folder& folder) {
  const auto manifest = linked_blob(file_system, folder, path_rules::kManifestName);
  if (!manifest) return {boost::system::in_place_error, manifest.error()};
  if (manifest->has_value()) return true;
  const auto entries = file_system.list(folder);
  if (!entries) return {boost::system::in_place_error, entries.error()};
  for (const fs::Entry& entry : *entries) {
    if (entry.type != fs::EntryType::link) continue;
    const auto blob = linked_blob(file_system, folder, entry.name);
    if (!blob) return {boost::system::in_place_error, blob.error()};
    if (!blob->has_value()) continue;
    const auto holds = holds_checkouts(file_system, folder);
    return holds ? fs::result<bool>(!*holds) : holds;
  }
  return false;
}

Placement::Placement(const StoreInterior& store, std::string_view path, std::size_t attempts)
    : store_(store), attempts_(attempts), asked_(path_rules::components(path)), names_(asked_) {}

result<std::string> Placement::place(StagedTree& tree) {
  for (std::size_t attempt = 0; attempt < std::max<std::size_t>(attempts_, 1); ++attempt) {
    const auto outcome = try_once(tree);
    if (!outcome) {
      remove_made_folders();
      return outcome.error();
    }
    if (*outcome == Outcome::placed) return path();
    remove_made_folders();
    if (*outcome == Outcome::again) continue;
    names_ = asked_;
    names_[taken_level_] += "-" + suffix();
  }
  return Error{errc::no_unique_path, "no free name was found for the checkout \"" +
                                         text::printable(path()) + "\" in " +
                                         text::count_of(attempts_, "try", "tries")};
}

result<Placement::Outcome> Placement::try_once(StagedTree& tree) {
  way_.clear();
  made_.clear();
  for (std::size_t level = 0; level + 1 < names_.size(); ++level) {
    auto entered = enter(level);
    if (!entered || *entered != Outcome::placed) return entered;
  }
  return rename_into_place(tree);
}

// Opens the next folder on the way, and makes it if it is missing. Never enters a checkout.
result<Placement::Outcome> Placement::enter(std::size_t level) {
  fs::FileSystem& file_system = store_.file_system();
  const fs::Folder& at = way_.empty() ? store_.root().jobs : way_.back();
  auto folder = file_system.open_folder(at, names_[level]);
  if (!folder && fs::is_absent(folder.error())) {
    const auto made = file_system.make_folder(at, names_[level]);
    if (made)
      made_.push_back(level);
    else if (fs::is_absent(made.error()))
      return Outcome::again;
    else if (made.error() != errors::file_exists)
      return disk_error(made.error(), "make the folder of the checkout");
    folder = file_system.open_folder(at, names_[level]);
  }
  taken_level_ = level;
  if (!folder) {
    if (is_name_taken(folder.error())) return Outcome::taken;
    if (fs::is_absent(folder.error())) return Outcome::again;
    return disk_error(folder.error(), "open the folder of the checkout");
  }
  const auto checkout = is_checkout(file_system, *folder);
  if (!checkout) return disk_error(checkout.error(), "look into the folder of the checkout");
  if (checkout.value()) return Outcome::taken;
  way_.push_back(std::move(*folder));
  return Outcome::placed;
}

result<Placement::Outcome> Placement::rename_into_place(StagedTree& tree) {
  fs::FileSystem& file_system = store_.file_system();
  const fs::Folder& parent = way_.empty() ? store_.root().jobs : way_.back();
  const std::string& name = names_.back();
  taken_level_ = names_.size() - 1;
  // An empty folder takes the name, too. The rename replaces one that is made after this look; its
  // maker finds it missing, and begins again.
  const auto there = file_system.stat(parent, name);
  if (there) return Outcome::taken;
  if (!fs::is_absent(there.error()))
    return disk_error(there.error(), "look for the name of the checkout");
  const auto renamed = file_system.rename(tree.folder(), tree.name(), parent, name);
  if (!renamed) {
    if (is_name_taken(renamed.error())) return Outcome::taken;
    // Another program removed the folder, or a checkout replaced it, after it was opened.
    if (fs::is_absent(renamed.error())) return Outcome::again;
    return disk_error(renamed.error(), "give the checkout its name");
  }
  if (const auto flushed = flush_way(); !flushed) {
    // The links are removed only after the rename back is on disk: a power cut could restore the
    // name with half of the checkout. Otherwise the tree stays in staging, where the next start
    // removes it.
    const auto back = file_system.rename(parent, name, tree.folder(), tree.name());
    if (!back || !file_system.flush(tree.folder())) tree.hand_over();
    return flushed.error();
  }
  tree.hand_over();
  return Outcome::placed;
}

// Flushes all folders up to `jobs`, because another server may have made the existing ones a moment
// ago without a flush so far.
result<void> Placement::flush_way() {
  if (!store_.flushes()) return {};
  const auto flush = [this](const fs::Folder& folder) -> result<void> {
    const auto flushed = store_.file_system().flush(folder);
    if (flushed) return {};
    return disk_error(flushed.error(), "put the checkout's name on stable storage");
  };
  for (auto folder = way_.rbegin(); folder != way_.rend(); ++folder)
    if (auto flushed = flush(*folder); !flushed) return flushed;
  return flush(store_.root().jobs);
}

std::string Placement::suffix() {
  std::uint64_t random = store_.file_system().random();
  std::string text;
  for (std::size_t i = 0; i < kSuffixLength; ++i) {
    text += kSuffixCharacters[random % kSuffixCharacters.size()];
    random /= kSuffixCharacters.size();
  }
  return text;
}

bool Placement::is_suffixed(std::string_view name, std::string_view wanted) noexcept {
  if (name.size() != wanted.size() + 1 + kSuffixLength || !name.starts_with(wanted)) return false;
  const std::string_view suffix = name.substr(wanted.size() + 1);
  return name[wanted.size()] == '-' &&
         suffix.find_first_not_of(kSuffixCharacters) == std::string_view::npos;
}

std::string Placement::path() const {
  std::string path;
  for (const std::string& name : names_)
    path += path.empty() ? name : "/" + name;
  return path;
}

// A folder stays if other programs have put something into it.
void Placement::remove_made_folders() {
  for (auto level = made_.rbegin(); level != made_.rend(); ++level) {
    const fs::Folder& at = *level == 0 ? store_.root().jobs : way_[*level - 1];
    static_cast<void>(store_.file_system().remove_folder(at, names_[*level]));
  }
  made_.clear();
}

}  // namespace shaman
