// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/digest.hpp"
#include "shaman/os.hpp"

#include "submit/delta/delta.hpp"

namespace shaman::client {

/// The state of a file at one time. Equal states count as the same content.
struct FileState {
  std::string path;  ///< absolute
  os::FileInfo info;
  friend bool operator==(const FileState&, const FileState&) = default;
};

/// The results of earlier runs, so that an unchanged file need not be opened: its digest; for a
/// .blend also the result of its scan, and its rewritten blob. On SQLite, in a folder that may be
/// deleted at any time; several processes may use it at once.
///
/// Never fails: if the folder cannot be used, or its database is damaged, it calls `warn` once and
/// remembers nothing (a damaged database is set aside, and a new one started). All members may be
/// called from any thread.
class HashCache {
 public:
  using Warn = std::function<void(const std::string& message)>;

  /// Opens or creates the database in `folder`. With an empty folder it remembers nothing.
  HashCache(const std::string& folder, Warn warn);
  ~HashCache();
  HashCache(const HashCache&) = delete;
  HashCache& operator=(const HashCache&) = delete;

  /// The digests of the files that are known in exactly this state; in the order of `files`.
  [[nodiscard]] std::vector<std::optional<Digest>> find_digests(std::span<const FileState> files);
  /// The blob that resulted from rewriting the .blend by `recipe`.
  [[nodiscard]] std::optional<BlobId> find_rewritten(const FileState& blend, const Digest& recipe);
  /// Empty if unknown.
  [[nodiscard]] std::string find_scan(const FileState& blend, std::string_view what);

  /// Remembers a result, which flush() writes. `read_at_ns` is when reading began, in
  /// os::now_ns()'s time: a file that changed less than 2 s before could change again without a
  /// visible difference (file systems keep coarse times), so it is not remembered.
  void keep_digest(const FileState& file, std::int64_t read_at_ns, const Digest& digest);
  void keep_rewritten(const FileState& blend, std::int64_t read_at_ns, const Digest& recipe,
                      const BlobId& rewritten);
  void keep_scan(const FileState& blend, std::int64_t read_at_ns, std::string_view what,
                 std::string_view value);

  /// The pieces of blobs that a file was, for deltas (submit/delta/). Kept when the file is hashed;
  /// of a blob that a server is known to have had, until the next such blob of the file.
  void keep_pieces(const std::string& path, const BlobId& blob, const CutPieces& pieces);
  void keep_stored(const std::string& path, const BlobId& blob);
  [[nodiscard]] std::optional<CutPieces> find_pieces(const std::string& path, const BlobId& blob);
  /// Another blob of this file that a server had.
  [[nodiscard]] std::optional<EarlierVersion> find_earlier(const std::string& path,
                                                           const BlobId& blob);

  /// Writes all new results, in one transaction. Deletes those not used for 100 days.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
