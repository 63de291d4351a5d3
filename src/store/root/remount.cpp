// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/remount.hpp"

#include <array>
#include <string>
#include <utility>

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// Checked before anything is tried there: another storage must not be changed.
bool is_same_storage(Store::Impl& store) {
  const auto root = store.file_system.open_root(store.watch.path());
  // If only a folder in it was replaced, that folder's content is missing.
  if (!root || !store.watch.is_other(*root)) return false;
  const std::string path = std::string(layout::kPrivate) + "/" + std::string(layout::kId);
  const auto id = store.file_system.read_link(*root, path);
  return id && !id->empty() && *id == store.root.id;
}

result<void> lead_there(Store::Impl& store, StorageRoot& root, Instance instance) {
  const std::array pairs = {std::pair(&store.root.root, &root.root),
                            std::pair(&store.root.blobs, &root.blobs),
                            std::pair(&store.root.jobs, &root.jobs),
                            std::pair(&store.root.private_folder, &root.private_folder),
                            std::pair(&store.root.partial, &root.partial)};
  for (const auto& [ours, found] : pairs)
    if (const auto led = store.file_system.lead_to(*ours, *found); !led)
      return disk_error(led.error(), "continue in the storage that was mounted again");
  if (const auto led = store.instance.follow(std::move(instance)); !led)
    return disk_error(led.error(), "continue in the storage that was mounted again");
  return {};
}

result<void> follow(Store::Impl& store) {
  auto root = open_storage_root(store.file_system, store.watch.path(), store.options.durability,
                                IfMissing::refuse);
  if (!root) return root.error();
  auto instance = Instance::start(store.file_system, root->private_folder);
  if (!instance) return instance.error();
  if (const auto told = instance->announce(store.options.mark_lease); !told)
    return disk_error(told.error(), "write to .shaman/locks");
  // From here on no work that began before is acknowledged.
  store.watch.begin_epoch();
  if (auto led = lead_there(store, *root, std::move(*instance)); !led) return led;
  store.marks.clear();
  store.blobs.forget_durable_names();
  store.known_blobs.forget();
  if (store.journal) store.journal->start_anew(store.instance.name());
  return store.watch.expect(store.root);
}

}  // namespace

result<void> follow_mounted_anew(Store::Impl& store) {
  if (!is_same_storage(store)) return {};
  return follow(store);
}

}  // namespace shaman
