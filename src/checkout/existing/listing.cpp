// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/listing.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/making/identity.hpp"
#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

class Listing {
 public:
  Listing(Store::Impl& store, std::vector<std::string>* unread) : store_(store), unread_(unread) {}

  result<std::vector<FoundCheckout>> run() {
    waiting_.emplace_back();
    while (!waiting_.empty()) {
      const std::string path = std::exchange(waiting_.back(), {});
      waiting_.pop_back();
      if (const auto looked = look_into(path)) return *looked;
    }
    std::ranges::sort(found_, {}, &FoundCheckout::path);
    return std::move(found_);
  }

 private:
  // What was erased meanwhile is none; a folder that cannot be read may hold one.
  std::optional<Error> look_into(const std::string& path) {
    if (path.empty()) return look_through(store_.root.jobs, path);
    const auto folder = store_.file_system.open_folder(store_.root.jobs, path);
    if (!folder) return failure(folder.error(), path);
    const auto manifest = store_.file_system.stat(*folder, path_rules::kManifestName);
    if (!manifest && fs::is_gone(manifest.error())) return look_through(*folder, path);
    if (!manifest) return failure(manifest.error(), path);
    auto identity = identity_of(store_.file_system, *folder);
    if (!identity) return failure(identity.error(), path);
    found_.push_back({path, manifest->modified, *std::move(identity)});
    return std::nullopt;
  }

  std::optional<Error> look_through(const fs::Folder& folder, const std::string& path) {
    const auto entries = store_.file_system.list(folder);
    if (!entries) return failure(entries.error(), path);
    for (const fs::Entry& entry : *entries) {
      if (entry.type != fs::EntryType::folder || (path.empty() && entry.name == layout::kKept))
        continue;
      std::string inner = path.empty() ? entry.name : path + "/" + entry.name;
      if (may_be_checkout(inner)) waiting_.push_back(std::move(inner));
    }
    return std::nullopt;
  }

  std::optional<Error> failure(const boost::system::error_code& error, const std::string& path) {
    if (fs::is_gone(error)) return std::nullopt;
    if (fs::is_refusal(error) && unread_ != nullptr && !path.empty()) {
      unread_->push_back(path);
      return std::nullopt;
    }
    return disk_error(error, "look for checkouts in " + text::in_quotes("jobs/" + path));
  }

  // No checkout, nor a folder on the way to one, has a path that no checkout can get.
  static bool may_be_checkout(std::string_view path) {
    constexpr std::size_t kSuffix = 5;
    return path.size() <= path_rules::kMaxPath + kSuffix &&
           std::ranges::count(path, '/') < std::ptrdiff_t{path_rules::kMaxDepth};
  }

  Store::Impl& store_;
  std::vector<std::string>* const unread_;
  std::vector<std::string> waiting_;
  std::vector<FoundCheckout> found_;
};

}  // namespace

result<std::vector<FoundCheckout>> list_checkouts(Store::Impl& store,
                                                  std::vector<std::string>* unread) {
  return Listing(store, unread).run();
}

}  // namespace shaman
