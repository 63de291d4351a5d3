// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"
#include "shaman/worker_pool.hpp"

/// Reads stored files and compares them with their digests.
namespace shaman {

struct VerifyOptions {
  /// The share of blobs to read, chosen at random: above 0, up to 1 for all.
  double sample = 1;
  /// Read no faster than this. 0: as fast as the disk can.
  std::uint64_t bytes_per_second = 0;
  /// See GcOptions::storage_id.
  std::string storage_id{};
  /// Leave damaged blobs where they are.
  bool dry_run = false;
  /// Start from the beginning, even if an earlier run was stopped.
  bool restart = false;
  /// Set by another thread: end soon; the next run continues from there.
  const std::atomic<bool>* stop = nullptr;
  /// See StoreOptions::log.
  std::function<void(LogLevel, const std::string&)> log;
};

struct DamagedBlob {
  BlobId id;                           ///< by its name
  std::string what;                    ///< a clause: `its content is another`
  std::string moved_to;                ///< relative to the storage folder; empty: left in its place
  std::vector<std::string> checkouts;  ///< that need it, relative to the storage folder
};

/// A blob that does not exist although links lead to it.
struct MissingBlob {
  BlobId id;
  std::vector<std::string> checkouts;  ///< that are broken, relative to the storage folder
};

struct VerifyResults {
  std::uint64_t blobs = 0;  ///< read in this run
  std::uint64_t bytes = 0;
  bool was_resumed = false;  ///< continued where an earlier run was stopped
  bool was_stopped = false;
  std::vector<DamagedBlob> damaged;  ///< moved to `.shaman/quarantine` (not in a dry run)
  /// Of all links, even if only a sample was read; empty if the run was stopped.
  std::vector<MissingBlob> missing;
  /// Folders and files that could not be read, and so were neither verified nor found damaged; the
  /// run continued without them.
  std::uint64_t unread_places = 0;
  std::vector<std::string> unreadable;  ///< of these the first 1000, with the reason
};
[[nodiscard]] inline bool is_good(const VerifyResults& results) noexcept {
  return results.damaged.empty() && results.missing.empty();
}

/// One run over the storage at `root`, on which a server must have been started. Servers may use it
/// meanwhile: files that were moved to quarantine count as missing, so that clients send them
/// again. Blocks; uses all threads of the pool. errc::not_a_store; errc::io_error.
[[nodiscard]] result<VerifyResults> verify_store(fs::FileSystem& file_system,
                                                 const std::string& root, WorkerPool& pool,
                                                 const VerifyOptions& options);

[[nodiscard]] std::string to_text(const VerifyResults& results);

}  // namespace shaman
