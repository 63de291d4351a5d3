// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
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
  std::uint64_t losses = 0;            ///< WholeFlush::losses() before it was written
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

  // The steps apart, for who flushes many blobs with one call.
  /// Sets the time of last use and makes the file read-only.
  [[nodiscard]] fs::result<void> seal(const PendingBlob& blob);
  /// The same; removes the temporary file if it fails.
  [[nodiscard]] result<void> seal_or_remove(const PendingBlob& blob);
  /// Gives a sealed blob its name. `marked` is a time before seal(). Does not remove the temporary
  /// file if it fails.
  [[nodiscard]] result<void> give_name(const PendingBlob& blob, fs::Time marked,
                                       BlobFolder::Flushing flushing);
  /// Gives a sealed blob its name, which the caller will flush. Before that it flushes the file if
  /// it is not on stable storage yet. Closes the file.
  [[nodiscard]] result<void> name_flushed(PendingBlob& blob, bool is_flushed);
  /// The last step after name_flushed(): the blob is stored. Flushes it first if its name is not on
  /// stable storage yet.
  [[nodiscard]] result<void> confirm(const BlobId& id, fs::Time marked, bool is_flushed);

 private:
  [[nodiscard]] Error fail(const PendingBlob& blob, Error why);
  [[nodiscard]] Error fail(const PendingBlob& blob, const boost::system::error_code& why);
  [[nodiscard]] const fs::Folder& folder_of(const PendingBlob& blob) const noexcept {
    return blob.folder != nullptr ? *blob.folder : temporary_;
  }

  fs::FileSystem& file_system_;
  const fs::Folder& temporary_;
  BlobFolder& blobs_;
  MarkCache& marks_;
};

}  // namespace shaman
