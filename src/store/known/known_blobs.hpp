// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "shaman/blob_id.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

namespace shaman {

/// The blobs that each scope of requesters has proved to have, by sending them
/// (docs/design/0073-a-checksum-is-no-key.md). Kept in `.shaman/proofs`, with a folder per scope
/// and in it a growing file per server: 40 bytes per proof. A lost proof only means that the file
/// is sent once more, so nothing is flushed, and unreadable known_blobs are ignored. Thread-safe;
/// blocks.
class KnownBlobs {
 public:
  /// All references must outlive it.
  KnownBlobs(fs::FileSystem& file_system, const fs::Folder& private_folder,
             const StoreOptions& options)
      : file_system_(file_system), private_folder_(private_folder), options_(options) {}

  void add(std::string_view scope, const BlobId& id);
  /// `.shaman` is another folder now: reads all known_blobs again.
  void forget() {
    const std::lock_guard lock(mutex_);
    loaded_.clear();
  }

  /// When to read known_blobs that other servers have added to a scope.
  enum class Others : std::uint8_t {
    looked_for,  ///< once per View, at the first unknown blob
    left_out,    ///< never: not knowing costs no more than reading
  };
  /// The known_blobs of one call's requester.
  class View {
   public:
    View(KnownBlobs& known_blobs, const Requester& requester, Others others = Others::looked_for)
        : known_blobs_(known_blobs),
          requester_(requester),
          has_looked_(others == Others::left_out) {}
    [[nodiscard]] bool has(const BlobId& id);

   private:
    KnownBlobs& known_blobs_;
    const Requester& requester_;
    std::shared_ptr<struct KnownBlobsOfScope> of_;
    bool has_looked_;
  };

 private:
  using Shared = std::shared_ptr<KnownBlobsOfScope>;
  [[nodiscard]] Shared of(std::string_view scope);
  [[nodiscard]] Shared load(const std::string& folder_name);
  void log(const std::string& message) const;

  fs::FileSystem& file_system_;
  const fs::Folder& private_folder_;
  const StoreOptions& options_;
  std::mutex mutex_;
  std::list<std::pair<std::string, Shared>> loaded_;  // the most recently used one is first
};

}  // namespace shaman
