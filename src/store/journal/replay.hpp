// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/root/instance.hpp"
#include "store/root/whole_flush.hpp"
#include "store/uploads/blob_committer.hpp"

namespace shaman {

/// Puts what a journal holds into its places in the store. All members block; thread-safe.
class JournalReplay {
 public:
  /// What a blob in its place with the right content proves. The system may have failed to write
  /// it, and told that to others: then it shows the content only as long as it remembers it.
  enum class Places : std::uint8_t {
    believed,       ///< the system was started anew since, so that it has read it from the disk
    written_again,  ///< nothing
  };

  /// All references must outlive it. The folders are `file-store/stored`, `.shaman` and the
  /// server's own for temporary files; `new_name` makes an unused name for the latter.
  JournalReplay(fs::FileSystem& file_system, const fs::Folder& blobs,
                const fs::Folder& private_folder, const fs::Folder& temporary, WholeFlush& storage,
                BlobCommitter& committer, std::function<std::string(const BlobId&)> new_name)
      : file_system_(file_system),
        blobs_(blobs),
        private_folder_(private_folder),
        temporary_(temporary),
        storage_(storage),
        committer_(committer),
        new_name_(std::move(new_name)) {}

  /// Puts the blobs of one segment in their places, for good. The number of those that were
  /// written. Records that are not whole were never acknowledged, and are left out.
  [[nodiscard]] result<std::size_t> run(const fs::File& segment, Places places);

  /// `.shaman/journal`, with one folder for each server that has a journal. Fails if no server ever
  /// had one.
  [[nodiscard]] fs::result<fs::Folder> open_journals();
  /// Replays the journal of a dead server, `.shaman/journal/<name>`, and removes it.
  [[nodiscard]] result<void> run_all(const std::string& name, Places places, const StoreLog& log);

 private:
  [[nodiscard]] result<std::size_t> run_folder(const fs::Folder& folder, Places places);
  [[nodiscard]] result<void> write_missing(const fs::File& segment, Places places,
                                           std::vector<PendingBlob>& missing);
  [[nodiscard]] fs::result<bool> is_in_place(const BlobId& id);
  [[nodiscard]] fs::result<bool> holds_content(const fs::File& file, const BlobId& id);
  [[nodiscard]] fs::result<PendingBlob> write_temporary(const BlobId& id, std::string_view content);
  [[nodiscard]] result<void> place(const std::vector<PendingBlob>& blobs, fs::Time marked,
                                   std::uint64_t losses);
  [[nodiscard]] fs::result<void> remove_damaged_from_trash(const BlobId& id);

  fs::FileSystem& file_system_;
  const fs::Folder& blobs_;
  const fs::Folder& private_folder_;
  const fs::Folder& temporary_;
  WholeFlush& storage_;
  BlobCommitter& committer_;
  const std::function<std::string(const BlobId&)> new_name_;
};

}  // namespace shaman
