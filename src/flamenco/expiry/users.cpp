// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/users.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "checkout/existing/follow.hpp"
#include "flamenco/expiry/references.hpp"

namespace shaman::jobs {
namespace {

// The checkouts of a list, with the folders above them.
class ListedCheckouts final : public CheckoutTree {
 public:
  explicit ListedCheckouts(const std::vector<FoundCheckout>& checkouts) {
    std::map<std::string, std::set<std::string>> inner{{std::string(), {}}};
    for (const FoundCheckout& checkout : checkouts) {
      checkouts_.insert(checkout.path);
      std::string path = checkout.path;
      for (bool is_new = true; is_new && !path.empty();) {
        const std::size_t slash = path.rfind('/');
        const std::string folder =
            slash == std::string::npos ? std::string() : path.substr(0, slash);
        is_new = inner[folder].insert(path.substr(folder.empty() ? 0 : slash + 1)).second;
        path = folder;
      }
    }
    for (const auto& [folder, names] : inner) {
      names_.emplace(folder, FolderNames({names.begin(), names.end()}));
      folders_.push_back(folder);
    }
    listed_ = std::move(inner);
  }

  [[nodiscard]] result<const FolderNames*> names_in(const std::string& folder) override {
    const auto found = names_.find(folder);
    return found == names_.end() ? &kNone : &found->second;
  }
  [[nodiscard]] result<bool> has_name(const std::string& folder, const std::string& name) override {
    const auto found = listed_.find(folder);
    return found != listed_.end() && found->second.contains(name);
  }
  [[nodiscard]] result<bool> is_checkout(const std::string& path) override {
    return checkouts_.contains(path);
  }
  [[nodiscard]] result<std::vector<std::string>> folders() override { return folders_; }

 private:
  static inline const FolderNames kNone{};
  std::set<std::string> checkouts_;
  std::map<std::string, std::set<std::string>> listed_;
  std::map<std::string, FolderNames> names_;
  std::vector<std::string> folders_;
};

// The checkout at a path or above it, where one is listed; empty where there is none.
std::string checkout_above(std::string path,
                           const std::map<std::string_view, std::string_view>& all) {
  while (!path.empty() && !all.contains(path)) {
    const std::size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
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
    for (const WrittenPath& path : paths_of(texts_of(job.whole), farm)) {
      const auto followed = follow(
          tree, path, [&](const std::string& checkout) { users[checkout].all.insert(job.id); });
      static_cast<void>(followed);  // what is in memory cannot fail
    }
    const auto recorded = identities_of(job.whole);
    for (const std::string& path : named_paths(job.whole)) {
      const std::string checkout = checkout_above(path, identities);
      if (checkout.empty()) continue;
      const bool is_it = !recorded || recorded->contains(std::string(identities.at(checkout)));
      if (is_it) users[checkout].naming.insert(job.id);
    }
  }
  return users;
}

}  // namespace shaman::jobs
