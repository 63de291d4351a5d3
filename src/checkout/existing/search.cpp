// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/search.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "checkout/path_rules.hpp"
#include "fs/error_kinds.hpp"

namespace shaman {
namespace {

// Whether a checkout, or a folder above one, can have a path this long and deep.
bool may_be_checkout(std::string_view path) {
  constexpr std::size_t kSuffix = 5;
  return path.size() <= path_rules::kMaxPath + kSuffix &&
         std::ranges::count(path, '/') < std::ptrdiff_t{path_rules::kMaxDepth};
}

class Searching {
 public:
  Searching(fs::FileSystem& file_system, const fs::Folder& top, const CheckoutSearch& search)
      : file_system_(file_system), top_(top), search_(search) {}

  void run() {
    bool has_ended = look_through(top_, {});
    while (!has_ended && !waiting_.empty()) {
      const std::string path = std::move(waiting_.back());
      waiting_.pop_back();
      has_ended = look_into(path);
    }
  }

 private:
  bool look_into(const std::string& path) {
    const auto folder = file_system_.open_folder(top_, path);
    if (!folder) return failed(path, folder.error());
    const auto manifest = file_system_.stat(*folder, path_rules::kManifestName);
    if (manifest) return search_.found(path, *folder, *manifest);
    if (fs::is_gone(manifest.error())) return look_through(*folder, path);
    return failed(path, manifest.error());
  }

  bool look_through(const fs::Folder& folder, const std::string& path) {
    const auto entries = file_system_.list(folder);
    if (!entries) return failed(path, entries.error());
    for (const fs::Entry& entry : *entries) {
      if (entry.type != fs::EntryType::folder) continue;
      std::string inner = path.empty() ? entry.name : path + "/" + entry.name;
      if (may_be_checkout(inner) && search_.may_enter(inner)) waiting_.push_back(std::move(inner));
    }
    return false;
  }

  bool failed(const std::string& path, const boost::system::error_code& error) {
    return !fs::is_gone(error) && search_.failed(path, error);
  }

  fs::FileSystem& file_system_;
  const fs::Folder& top_;
  const CheckoutSearch& search_;
  std::vector<std::string> waiting_;
};

}  // namespace

void search_checkouts(fs::FileSystem& file_system, const fs::Folder& top,
                      const CheckoutSearch& search) {
  Searching(file_system, top, search).run();
}

}  // namespace shaman
