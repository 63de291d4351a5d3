// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/root/blob_folder.hpp"

namespace shaman {

/// A blob that is complete and checked, and not yet part of the store.
struct PendingBlob {
  BlobId id;
  fs::File file;
  std::string name;
  const fs::Folder* folder = nullptr;  ///< its folder; null: the committer's for temporary files
};

/// The steps that make one blob part of the store: read-only, flush the file, rename, flush the
/// folders. The first failure ends the steps and removes the temporary file; a failed flush is
/// never repeated, because the system has dropped the data that it could not write. Thread-safe.
class BlobCommitter {
 public:
  /// All references must outlive it.
  BlobCommitter(fs::FileSystem& file_system, const fs::Folder& temporary, BlobFolder& blobs,
                MarkCache& marks)
      : file_system_(file_system), temporary_(temporary), blobs_(blobs), marks_(marks) {}

  /// On success the blob is stored as BlobFolder means it. Blocks.
  [[nodiscard]] result<void> commit(PendingBlob blob);

 private:
  [[nodiscard]] fs::result<void> seal(const fs::Folder& folder, PendingBlob& blob);

  fs::FileSystem& file_system_;
  const fs::Folder& temporary_;
  BlobFolder& blobs_;
  MarkCache& marks_;
};

}  // namespace shaman
