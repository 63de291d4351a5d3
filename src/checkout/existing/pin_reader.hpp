// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/pins.hpp"
#include "shaman/worker_pool.hpp"

#include "checkout/existing/checkout_links.hpp"
#include "store/root/root.hpp"

namespace shaman {

/// The content of a pin's folder: a text about the checkout, and the copy of its links.
namespace pin_layout {
inline constexpr std::string_view kAbout = "about";
inline constexpr std::string_view kFiles = "files";
}  // namespace pin_layout

/// All blobs of the tree, each once, including the manifest.
[[nodiscard]] std::vector<BlobId> distinct_blobs(const TreeLinks& tree);
/// The number of links to files of the submission. Leaves out the server's own links in the top
/// folder of the tree, whose path is `top` (empty, or with a slash at its end).
[[nodiscard]] std::uint64_t count_files(const TreeLinks& tree, std::string_view top = "");
[[nodiscard]] std::uint64_t bytes_of(const std::vector<BlobId>& ids);

/// Lists pins, and writes nothing.
class PinReader {
 public:
  /// All references must outlive it.
  PinReader(fs::FileSystem& file_system, const StorageRoot& root, WorkerPool& pool)
      : file_system_(file_system), root_(root), pool_(pool) {}

  /// As Pins::list().
  [[nodiscard]] result<PinList> list();

 private:
  [[nodiscard]] result<Pin> look_at(const fs::Folder& pins, const std::string& folder_name);
  [[nodiscard]] result<std::unordered_set<BlobId>> missing_of(const std::vector<BlobId>& ids);

  fs::FileSystem& file_system_;
  const StorageRoot& root_;
  WorkerPool& pool_;
};

}  // namespace shaman
