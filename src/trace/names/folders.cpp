// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/names/folders.hpp"

#include <algorithm>
#include <utility>

#include "trace/names/name_key.hpp"
#include "trace/names/stored_path.hpp"

namespace shaman::trace {
namespace {

std::shared_ptr<const Folders::Listing> read_listing(const std::string& folder) {
  result<std::vector<os::FolderEntry>> entries = os::list_folder(folder);
  if (!entries) return nullptr;
  auto listing = std::make_shared<Folders::Listing>();
  listing->entries = std::move(*entries);
  std::sort(listing->entries.begin(), listing->entries.end(),
            [](const os::FolderEntry& a, const os::FolderEntry& b) { return a.name < b.name; });
  for (std::size_t i = 0; i < listing->entries.size(); ++i)
    listing->by_key.emplace(name_key(listing->entries[i].name), i);
  return listing;
}

constexpr std::size_t kMaxRememberedBytes = std::size_t{8} << 20;

bool is_a(const std::string& path, os::FileType type) {
  const result<os::FileInfo> info = os::info(path);
  return info && info->type == type;
}

}  // namespace

std::shared_ptr<const Folders::Listing> Folders::list(const std::string& folder) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = listings_.find(folder); known != listings_.end()) return known->second;
  }
  std::shared_ptr<const Listing> listing = read_listing(folder);
  const std::lock_guard lock(mutex_);
  return listings_.emplace(folder, std::move(listing)).first->second;
}

std::optional<std::string> Folders::find_file(const std::string& path) {
  return find(path, os::FileType::regular);
}

std::optional<std::string> Folders::find_folder(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = folders_.find(path); known != folders_.end()) return known->second;
  }
  std::optional<std::string> found = find(path, os::FileType::folder);
  const std::lock_guard lock(mutex_);
  // A path of a thousand components has a thousand folders, whose paths together are far longer.
  remembered_bytes_ += path.size() + (found ? found->size() : 0);
  if (remembered_bytes_ <= kMaxRememberedBytes) folders_.emplace(path, found);
  return found;
}

std::optional<std::string> Folders::find(const std::string& path, os::FileType type) {
  if (kThisPlatform == Platform::posix && is_unc(path)) return std::nullopt;
  if (is_a(path, type)) return path;
  const std::string_view parent = os::parent(path);
  const std::string_view name = os::file_name(path);
  if (name.empty() || parent.size() >= path.size()) return std::nullopt;
  const std::optional<std::string> folder = find_folder(std::string(parent));
  if (!folder) return std::nullopt;
  const std::shared_ptr<const Listing> listing = list(*folder);
  if (!listing) return std::nullopt;
  const auto [first, last] = listing->by_key.equal_range(name_key(name));
  for (auto at = first; at != last; ++at) {
    std::string candidate = os::join(*folder, listing->entries[at->second].name);
    if (is_a(candidate, type)) return candidate;
  }
  // The folder's own name may be the only difference, and the folder may not be listable.
  std::string candidate = os::join(*folder, name);
  if (*folder != parent && is_a(candidate, type)) return candidate;
  return std::nullopt;
}

}  // namespace shaman::trace
