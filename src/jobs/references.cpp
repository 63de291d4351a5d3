// SPDX-License-Identifier: GPL-3.0-or-later
#include "references.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

namespace shaman::jobs {
namespace {

using nlohmann::json;

class Users {
 public:
  explicit Users(const std::vector<FoundCheckout>& checkouts) {
    for (const FoundCheckout& checkout : checkouts)
      paths_.insert(checkout.path);
  }

  void add(const manager::Job& job) {
    id_ = &job.id;
    const json& whole = job.whole;
    if (const auto storage = whole.find("storage"); storage != whole.end() && storage->is_object())
      if (const auto named = storage->find("shaman_checkout_id");
          named != storage->end() && named->is_string())
        note(named->get<std::string>());
    for (const char* const member : {"settings", "metadata"})
      if (const auto found = whole.find(member); found != whole.end()) look_through(*found);
  }

  std::map<std::string, std::set<std::string>> take() { return std::move(users_); }

 private:
  void look_through(const json& value) {
    if (value.is_structured()) {
      for (const json& item : value)
        look_through(item);
      return;
    }
    if (!value.is_string()) return;
    std::string text = value.get<std::string>();
    std::ranges::replace(text, '\\', '/');
    constexpr std::string_view kVariable = "{jobs}/";
    constexpr std::string_view kFolder = "/jobs/";
    if (text.starts_with(kVariable)) note(text.substr(kVariable.size()));
    for (std::size_t at = text.find(kFolder); at != std::string::npos;
         at = text.find(kFolder, at + 1))
      note(text.substr(at + kFolder.size()));
  }

  // The path, or one of the folders above it, may be a checkout.
  void note(std::string path) {
    while (path.ends_with('/'))
      path.pop_back();
    while (!path.empty()) {
      if (paths_.contains(path)) users_[path].insert(*id_);
      const std::size_t slash = path.rfind('/');
      path.resize(slash == std::string::npos ? 0 : slash);
    }
  }

  std::set<std::string, std::less<>> paths_;
  const std::string* id_ = nullptr;
  std::map<std::string, std::set<std::string>> users_;
};

}  // namespace

std::map<std::string, std::set<std::string>> users_of(const std::vector<FoundCheckout>& checkouts,
                                                      const std::vector<manager::Job>& jobs) {
  Users users(checkouts);
  for (const manager::Job& job : jobs)
    users.add(job);
  return users.take();
}

}  // namespace shaman::jobs
