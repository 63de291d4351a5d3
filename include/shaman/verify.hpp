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

/// Reads what is stored and compares it with its names.
namespace shaman {

struct VerifyOptions {
  /// The share of the blobs that is read, chosen by chance: above 0, up to 1 for all.
  double sample = 1;
  /// Read no faster than this. 0: as fast as the disk can.
  std::uint64_t bytes_per_second = 0;
  /// As GcOptions::storage_id.
  std::string storage_id{};
  /// Leave damaged blobs where they are.
  bool dry_run = false;
  /// Begin anew where an earlier run was stopped.
  bool restart = false;
  /// Set by another thread: end soon; the next run goes on from there.
  const std::atomic<bool>* stop = nullptr;
  /// As StoreOptions::log.
  std::function<void(LogLevel, const std::string&)> log;
};

struct DamagedBlob {
  BlobId id;                           ///< by its name
  std::string what;                    ///< a clause: `its content is another`
  std::string moved_to;                ///< relative to the storage folder; empty: left in its place
  std::vector<std::string> checkouts;  ///< that need it, relative to the storage folder
};

/// A blob that is not there, and that links lead to.
struct MissingBlob {
  BlobId id;
  std::vector<std::string> checkouts;  ///< that are broken, relative to the storage folder
};

struct VerifyResults {
  std::uint64_t blobs = 0;  ///< read in this run
  std::uint64_t bytes = 0;
  bool was_resumed = false;  ///< where an earlier run was stopped
  bool was_stopped = false;
  std::vector<DamagedBlob> damaged;  ///< moved to `.shaman/quarantine` (but in a dry run)
  /// Of all links, also where only a sample was read; not looked for in a run that was stopped.
  std::vector<MissingBlob> missing;
  /// Folders and files that could not be read, which says nothing of what is in them; the run went
  /// on around them.
  std::uint64_t unread_places = 0;
  std::vector<std::string> unreadable;  ///< of these the first 1000, with the reason
};
[[nodiscard]] inline bool is_good(const VerifyResults& results) noexcept {
  return results.damaged.empty() && results.missing.empty();
}

/// One run over the storage at `root`, on which a server must have been started. Servers may use it
/// meanwhile: what was moved to quarantine counts as missing, so that clients send it again.
/// Blocks; spreads over the pool. errc::not_a_store; errc::io_error.
[[nodiscard]] result<VerifyResults> verify_store(fs::FileSystem& file_system,
                                                 const std::string& root, WorkerPool& pool,
                                                 const VerifyOptions& options);

[[nodiscard]] std::string to_text(const VerifyResults& results);

}  // namespace shaman
