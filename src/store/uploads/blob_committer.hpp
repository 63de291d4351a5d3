// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/root/blob_folder.hpp"

namespace shaman {

class Journal;

/// A blob that is complete and checked, and not yet part of the store.
struct PendingBlob {
  BlobId id;
  fs::File file;
  std::string name;
  const fs::Folder* folder = nullptr;  ///< its folder; null: the committer's for temporary files
};

/// The steps that make one blob part of the store: read-only, flush the file, rename, flush the
/// folders; or, for a small blob where there is a journal: read-only, write to the journal, rename.
/// The first failure ends the steps and removes the temporary file; a failed flush is never
/// repeated, because the system has dropped the data that it could not write. Thread-safe.
class BlobCommitter {
 public:
  /// All references must outlive it.
  BlobCommitter(fs::FileSystem& file_system, const fs::Folder& temporary, BlobFolder& blobs,
                MarkCache& marks)
      : file_system_(file_system), temporary_(temporary), blobs_(blobs), marks_(marks) {}

  /// On success the blob is stored as BlobFolder means it. Without a journal (null), or if the
  /// journal cannot take the blob, the blob is flushed in its place. Blocks.
  [[nodiscard]] result<void> commit(PendingBlob blob, Journal* journal = nullptr);

  // The first step and the last one, for who flushes many blobs in between with one call. Neither
  // removes the temporary file.
  /// Sets the time of last use and makes the file read-only.
  [[nodiscard]] fs::result<void> seal(const PendingBlob& blob);
  /// Gives a sealed blob its name. `marked` is a time before seal().
  [[nodiscard]] result<void> give_name(const PendingBlob& blob, fs::Time marked,
                                       BlobFolder::Flushing flushing);

 private:
  [[nodiscard]] const fs::Folder& folder_of(const PendingBlob& blob) const noexcept {
    return blob.folder != nullptr ? *blob.folder : temporary_;
  }

  fs::FileSystem& file_system_;
  const fs::Folder& temporary_;
  BlobFolder& blobs_;
  MarkCache& marks_;
};

}  // namespace shaman
