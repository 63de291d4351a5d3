// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/layout.hpp"
#include "store/root/instance.hpp"

namespace shaman {

/// The partial uploads in `.shaman/partial`: one file per blob, whose name says how much of it is
/// on stable storage (docs/design/0044-resumable-uploads.md). A reported offset survives a power
/// cut, because the name changes atomically, after the bytes were flushed.
///
/// Of one blob's partial, one caller at a time (PartialTable). Members block, from any thread.
class PartialFiles {
 public:
  /// All references must outlive it.
  PartialFiles(fs::FileSystem& file_system, const fs::Folder& folder, const StoreOptions& options)
      : file_system_(file_system), folder_(folder), options_(options) {}

  /// An open partial, which no other server of this storage has.
  struct Open {
    std::string name;
    std::uint64_t durable = 0;
    fs::File file;
    Sha256 hash;  ///< of the durable bytes
  };

  /// How much of it is on stable storage; nothing if there is no partial upload.
  [[nodiscard]] result<std::optional<std::uint64_t>> offset(const BlobId& id);
  /// Whether offset() would find one; flushes nothing.
  [[nodiscard]] result<bool> holds(const BlobId& id);
  /// Opens the one that offset() found. errc::busy if another server has it.
  /// It belongs to the client from now on.
  [[nodiscard]] result<std::optional<Open>> open(const BlobId& id, std::string_view client);
  /// Begins one. errc::limit_exceeded if there are already too many, in all or of this client,
  /// which may have twice the number and size that is still free; errc::storage_full.
  [[nodiscard]] result<Open> create(const BlobId& id, std::string_view client);
  /// Puts the first `received` bytes on stable storage, and then changes the name. After a failure
  /// the partial upload is gone, because the state of the disk is unknown.
  [[nodiscard]] result<void> checkpoint(const BlobId& id, std::string& name, const fs::File& file,
                                        std::uint64_t received);
  /// Removes one that is not open. False if there was none. errc::busy if another server has it.
  [[nodiscard]] result<bool> remove(const BlobId& id);
  /// Removes the one that the caller has open.
  void remove_own(const BlobId& id, const std::string& name);

  /// Keeps the hash of the first `durable` bytes, so that resuming need not read them again.
  void remember(const BlobId& id, const fs::File& file, std::uint64_t durable, Sha256 hash);

  /// Removes expired ones, to which nothing was added for too long.
  void remove_expired(const StoreLog& log);
  /// How long from now a partial upload without progress is kept.
  [[nodiscard]] std::chrono::seconds expiry() const noexcept { return options_.upload_expiry; }
  [[nodiscard]] const fs::Folder& folder() const noexcept { return folder_; }

 private:
  struct Remembered {
    std::uint64_t durable;
    std::uint64_t inode;
    fs::Time changed;
    Sha256 hash;
  };
  [[nodiscard]] fs::result<std::vector<layout::PartialName>> list();
  [[nodiscard]] bool is_expired(const layout::PartialName& name);
  [[nodiscard]] result<std::vector<layout::PartialName>> held(const BlobId& id);
  [[nodiscard]] result<void> flush_names(const BlobId& id);
  [[nodiscard]] result<bool> make_own(Open& open, layout::PartialName name,
                                      std::string_view client);
  [[nodiscard]] std::string new_tag(std::string_view client);
  [[nodiscard]] result<Open> create_alone(const BlobId& id, std::string_view client);
  [[nodiscard]] fs::result<fs::File> open_file(const std::string& name);
  [[nodiscard]] result<std::optional<fs::File>> lock(const layout::PartialName& name);
  [[nodiscard]] result<void> remove_if_expired(const layout::PartialName& name);
  [[nodiscard]] result<void> hash_again(Open& open, const fs::Stat& stat);
  [[nodiscard]] std::optional<Sha256> recall(const BlobId& id, std::uint64_t durable,
                                             const fs::Stat& stat);
  void forget(const BlobId& id);

  fs::FileSystem& file_system_;
  const fs::Folder& folder_;
  const StoreOptions& options_;
  std::mutex mutex_;
  std::map<BlobId, Remembered> remembered_;
};

}  // namespace shaman
