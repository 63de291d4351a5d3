// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"

#include "store/layout.hpp"

namespace shaman {

/// Finds blobs that garbage collection has moved to `.shaman/trash/<run>/` and not deleted yet.
/// All members may be called from any thread; they block.
class TrashLook {
 public:
  /// Both must outlive it. The folder is `.shaman`.
  TrashLook(fs::FileSystem& file_system, const fs::Folder& private_folder)
      : file_system_(file_system), private_folder_(private_folder) {}

  /// The blob's path, relative to `.shaman`; nothing if no run's folder contains it, or it has the
  /// wrong size. Unreadable folders count as empty.
  [[nodiscard]] std::optional<std::string> find(const BlobId& id);
  /// Whether a collection ever ran on this storage.
  [[nodiscard]] bool is_used() {
    return file_system_.stat(private_folder_, layout::kTrash).has_value();
  }

 private:
  using Runs = std::shared_ptr<const std::vector<std::string>>;
  [[nodiscard]] Runs runs();

  fs::FileSystem& file_system_;
  const fs::Folder& private_folder_;
  std::mutex mutex_;
  Runs listed_;
  fs::Time listed_for_;  ///< the folder's time of modification then
  std::chrono::steady_clock::time_point unchanged_since_;
  bool is_settled_ = false;
};

}  // namespace shaman
