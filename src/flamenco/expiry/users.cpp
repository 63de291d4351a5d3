// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/users.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "checkout/existing/follow.hpp"
#include "checkout/path_rules.hpp"
#include "flamenco/expiry/references.hpp"

namespace shaman::jobs {
namespace {

// A list of checkouts as a tree, with the folders above them.
class ListedCheckouts final : public CheckoutTree {
 public:
  explicit ListedCheckouts(const std::vector<FoundCheckout>& checkouts) {
    std::map<std::string, std::set<std::string>> inner{{std::string(), {}}};
    for (const FoundCheckout& checkout : checkouts) {
      checkouts_.insert(checkout.path);
      std::string path = checkout.path;
      for (bool is_new = true; is_new && !path.empty();) {
        const std::string folder(path_rules::folder_of(path));
        is_new = inner[folder].insert(path.substr(folder.empty() ? 0 : folder.size() + 1)).second;
        path = folder;
      }
    }
    for (const auto& [folder, names] : inner)
      names_.emplace(folder, FolderNames({names.begin(), names.end()}));
  }

  [[nodiscard]] result<const FolderNames*> names_in(const std::string& folder) override {
    const auto found = names_.find(folder);
    return found == names_.end() ? &kNone : &found->second;
  }
  [[nodiscard]] result<bool> has_name(const std::string& folder, const std::string& name) override {
    const auto found = names_.find(folder);
    return found != names_.end() && std::ranges::binary_search(found->second.all(), name);
  }
  [[nodiscard]] result<bool> is_checkout(const std::string& path) override {
    return checkouts_.contains(path);
  }
  [[nodiscard]] result<std::vector<std::string>> folders() override {
    std::vector<std::string> folders;
    for (const auto& [folder, names] : names_)
      folders.push_back(folder);
    return folders;
  }

 private:
  static inline const FolderNames kNone{};
  std::set<std::string> checkouts_;
  std::map<std::string, FolderNames> names_;
};

// The listed checkout at a path or above it; empty if there is none.
std::string_view checkout_above(std::string_view path,
                                const std::map<std::string_view, std::string_view>& all) {
  while (!path.empty() && !all.contains(path))
    path = path_rules::folder_of(path);
  return path;
}

}  // namespace

std::map<std::string, Users> users_of(const std::vector<FoundCheckout>& checkouts,
                                      const std::vector<manager::Job>& jobs, const Farm& farm) {
  std::map<std::string_view, std::string_view> identities;
  for (const FoundCheckout& checkout : checkouts)
    identities.emplace(checkout.path, checkout.identity);
  ListedCheckouts tree(checkouts);
  std::map<std::string, Users> users;
  for (const manager::Job& job : jobs) {
    const auto recorded = identities_of(job.whole);
    const bool has_makers = makers_of(job.whole).has_value();
    const auto is_recorded = [&](const std::string& checkout) {
      return !recorded || recorded->contains(std::string(identities.at(checkout)));
    };
    Effort effort;
    for (const WrittenPath& path : paths_of(texts_of(job.whole), farm, effort).all()) {
      // Otherwise, a job with `{jobs}/*` would keep all checkouts that others make later.
      const bool keeps_later_ones = !recorded || !has_makers || is_plain(path);
      const auto followed = follow(tree, path, effort, [&](const std::string& checkout) {
        if (keeps_later_ones || is_recorded(checkout)) users[checkout].all.insert(job.id);
      });
      static_cast<void>(followed);  // ListedCheckouts never fails
    }
    // If the texts of a job were not read to the end, it counts as a user of every checkout that
    // its record does not exclude.
    if (effort.is_used_up())
      for (const FoundCheckout& checkout : checkouts)
        if (is_recorded(checkout.path)) users[checkout.path].all.insert(job.id);
    for (const std::string& path : named_paths(job.whole)) {
      const std::string checkout(checkout_above(path, identities));
      if (checkout.empty()) continue;
      if (is_recorded(checkout)) users[checkout].naming.insert(job.id);
    }
  }
  return users;
}

}  // namespace shaman::jobs
