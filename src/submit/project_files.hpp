// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/error.hpp"
#include "shaman/file_list.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/worker_pool.hpp"

#include "protocol/wire.hpp"
#include "submit/cache/file_hash.hpp"
#include "submit/cache/hash_cache.hpp"
#include "submit/portions.hpp"
#include "submit/scan_watch.hpp"
#include "submit/upload/payload.hpp"

namespace shaman::client {

/// How often a scene is traced and read while it, or a file that it needs, is being changed.
inline constexpr int kReadingAttempts = 3;

/// The files of a submission, each with its state and blob. One thread at a time.
class ProjectFiles {
 public:
  /// Looks at every file of the plan, in parallel. Unreadable files are left out; see unreadable().
  /// errc::changed_while_read: a file is gone, or a .blend has changed since it was traced;
  /// errc::io_error: the scene's own .blend cannot be read.
  [[nodiscard]] static result<ProjectFiles> look_at(const pack::Plan& plan, const ScanWatch& traced,
                                                    WorkerPool& pool);

  /// Gives each file its blob: from the cache if it knows the file and is trusted, else by reading
  /// it, which the cache then remembers. `portions` gets each file, as an index of all(), once it
  /// has its blob; it may be read from then on. Errors as for look_at(); unreadable files remain
  /// until leave_out_unreadable().
  enum class Trust : std::uint8_t { no, yes };
  [[nodiscard]] result<void> hash(HashCache& cache, Trust trust, WorkerPool& pool,
                                  Progress& progress, const std::stop_token& stop,
                                  Portions& portions);
  /// Forgets the files that hash() could not read, which changes the indices.
  void leave_out_unreadable();

  /// Looks at every file once more, and reads those again that were saved since. The number of
  /// these. errc::changed_while_read for a traced .blend: it must be traced again.
  [[nodiscard]] result<std::size_t> take_in_changes(HashCache* cache, WorkerPool& pool,
                                                    const std::stop_token& stop);

  /// The files that a server wants, as payloads. errc::protocol_error if it wants another file.
  [[nodiscard]] result<std::vector<Payload>> payloads(std::span<const Required> wanted) const;
  /// The same, if the server was asked for these files only. May run beside hash() for files that
  /// have their blobs.
  [[nodiscard]] result<std::vector<Payload>> payloads(std::span<const Required> wanted,
                                                      std::span<const std::size_t> asked) const;
  /// Takes over changes that were found while sending.
  void update(std::span<const Payload> sent);
  /// Forgets the files of 0 bytes; returns their places.
  [[nodiscard]] std::vector<std::string> drop_empty();

  /// Every file with its place, for `create`.
  [[nodiscard]] FileList list() const;
  /// Each blob once, for `requirements`.
  [[nodiscard]] FileList blobs() const;

  /// The number of files that have one of these blobs, not counting the first of each.
  [[nodiscard]] std::size_t duplicates_of(const std::unordered_set<BlobId>& blobs) const;

  /// In the order of the plan.
  [[nodiscard]] std::span<const Payload> all() const noexcept { return files_; }
  [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept;
  /// The files left out: by path, the reason.
  [[nodiscard]] const std::map<std::string, std::string>& unreadable() const noexcept {
    return unreadable_;
  }
  /// Files that hash() had to read.
  [[nodiscard]] std::size_t files_read() const noexcept { return files_read_; }

 private:
  struct Known {
    std::vector<std::size_t> yes;
    std::vector<std::size_t> no;
  };
  Known find_in_cache(HashCache& cache);
  void order_for_reading(std::vector<std::size_t>& unknown) const;
  result<void> read(std::span<const std::size_t> unknown, HashCache* cache, WorkerPool& pool,
                    const HashContext& context, Progress& progress, Portions& portions);

  [[nodiscard]] bool is_left_out(const Payload& file, const Error& error) const;

  std::vector<Payload> files_;                  ///< sorted by place
  std::vector<std::optional<Error>> failures_;  ///< of files to leave out; none, or one for each
  std::string blendfile_place_;
  std::map<std::string, std::string> unreadable_;
  std::size_t files_read_ = 0;
};

/// Whether the error is about a file that exists but cannot be read, or that is not a regular file.
[[nodiscard]] bool is_unreadable(const Error& error) noexcept;

/// Updates one file's id and state by reading it. errc::changed_while_read for a traced .blend that
/// has changed: it must be traced again.
[[nodiscard]] result<void> hash_again(Payload& file, HashCache* cache, const HashContext& context);

}  // namespace shaman::client
