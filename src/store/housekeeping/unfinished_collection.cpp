// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/housekeeping/unfinished_collection.hpp"

#include <string>

#include "shaman/text.hpp"

#include "store/layout.hpp"

namespace shaman {
namespace {

bool is_collector_alive(fs::FileSystem& file_system, const fs::Folder& private_folder) {
  const auto file = file_system.open_file(private_folder, layout::kCollector);
  if (!file) return false;
  const auto locked = file_system.try_lock(*file);
  return locked && !locked.value();
}

}  // namespace

void bring_back_unfinished(fs::FileSystem& file_system, const StorageRoot& root, BlobFolder& blobs,
                           const StoreLog& log) {
  const auto trash = file_system.open_folder(root.private_folder, layout::kTrash);
  if (!trash) return;
  const auto runs = file_system.list(*trash);
  if (!runs) return;
  for (const fs::Entry& run : *runs) {
    if (!run.name.starts_with(layout::kUnfinished)) continue;
    if (is_collector_alive(file_system, root.private_folder)) return;
    const auto folder = file_system.open_folder(*trash, run.name);
    const auto entries =
        folder ? file_system.list(*folder) : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) continue;
    std::size_t brought = 0;
    for (const fs::Entry& entry : *entries) {
      const auto id = layout::blob_of_trash_name(entry.name);
      // Marked, because it may replace a blob that was uploaded meanwhile and so was promised.
      if (!id || !file_system.touch(*folder, entry.name)) continue;
      if (blobs.add_back(*folder, entry.name, *id)) ++brought;
    }
    static_cast<void>(file_system.remove_folder(*trash, run.name));
    if (brought > 0 && log)
      log(LogLevel::info,
          "a collection was broken off: brought back " + text::count_of(brought, "file", "files"));
  }
}

}  // namespace shaman
