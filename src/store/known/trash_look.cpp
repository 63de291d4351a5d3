// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/known/trash_look.hpp"

#include <utility>

#include "store/layout.hpp"

namespace shaman {
namespace {

// Modification times may have a resolution of seconds: only after this long does an unchanged one
// prove that no entry was added or removed.
constexpr std::chrono::seconds kSettled{5};

}  // namespace

std::optional<std::string> TrashLook::find(const BlobId& id) {
  const Runs runs = this->runs();
  for (const std::string& run : *runs) {
    std::string path = std::string(layout::kTrash) + "/" + run + "/" + layout::trash_name(id);
    const auto stat = file_system_.stat(private_folder_, path);
    if (stat && stat->type == fs::EntryType::regular && stat->size == id.size) return path;
  }
  return std::nullopt;
}

TrashLook::Runs TrashLook::runs() {
  static const auto kNone = std::make_shared<const std::vector<std::string>>();
  // The usual case, in one call: nothing was collected in this storage, or nothing new.
  const auto stat = file_system_.stat(private_folder_, layout::kTrash);
  if (!stat) return kNone;
  const auto now = file_system_.steady_now();
  {
    const std::lock_guard lock(mutex_);
    if (listed_ && is_settled_ && listed_for_ == stat->modified) return listed_;
  }
  const auto folder = file_system_.open_folder(private_folder_, layout::kTrash);
  if (!folder) return kNone;
  const auto entries = file_system_.list(*folder);
  if (!entries) return kNone;
  auto names = std::make_shared<std::vector<std::string>>();
  for (const fs::Entry& entry : *entries)
    if (entry.type == fs::EntryType::folder) names->push_back(entry.name);
  const std::lock_guard lock(mutex_);
  if (!listed_ || listed_for_ != stat->modified) unchanged_since_ = now;
  is_settled_ = now - unchanged_since_ >= kSettled;
  listed_for_ = stat->modified;
  listed_ = names;
  return names;
}

}  // namespace shaman
