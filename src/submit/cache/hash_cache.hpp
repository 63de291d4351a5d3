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

namespace shaman::client {

/// A file as it was when it was looked at. Two equal states are taken for the same content.
struct FileState {
  std::string path;  ///< absolute
  os::FileInfo info;
  friend bool operator==(const FileState&, const FileState&) = default;
};

/// What was learnt of files in earlier runs, so that an unchanged one need not be opened: its
/// digest; of a .blend also what a scan of it gave, and what its rewritten form is. On SQLite, in a
/// folder that may be deleted at any time; several processes may use it at once.
///
/// Never fails: where the folder cannot be used, or its database is damaged, `warn` is told once
/// and nothing is remembered (a damaged one is set aside and begun anew). All members may be called
/// from any thread.
class HashCache {
 public:
  using Warn = std::function<void(const std::string& message)>;

  /// Opens or creates the database in `folder`. With an empty folder it remembers nothing.
  HashCache(const std::string& folder, Warn warn);
  ~HashCache();
  HashCache(const HashCache&) = delete;
  HashCache& operator=(const HashCache&) = delete;

  /// The digests of those files that are known in exactly this state; in the order of `files`.
  [[nodiscard]] std::vector<std::optional<Digest>> find_digests(std::span<const FileState> files);
  /// The blob that rewriting the .blend by `recipe` gave.
  [[nodiscard]] std::optional<BlobId> find_rewritten(const FileState& blend, const Digest& recipe);
  /// Empty when nothing is known.
  [[nodiscard]] std::string find_scan(const FileState& blend, std::string_view what);

  /// To be remembered; written by flush(). `read_at_ns` is when reading began, in os::now_ns()'s
  /// time: what changed less than 2 s before could change again without looking different (file
  /// systems keep coarse times), so it is not remembered.
  void keep_digest(const FileState& file, std::int64_t read_at_ns, const Digest& digest);
  void keep_rewritten(const FileState& blend, std::int64_t read_at_ns, const Digest& recipe,
                      const BlobId& rewritten);
  void keep_scan(const FileState& blend, std::int64_t read_at_ns, std::string_view what,
                 std::string_view value);

  /// Writes all that was kept, in one transaction. What has not been used for 100 days goes.
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
