// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "gc/gc_run.hpp"

namespace shaman {

/// A blob in `.shaman/trash/<run>/`.
struct TrashedBlob {
  BlobId id;
  std::string run;
  std::uint64_t bytes = 0;
  fs::Time marked;  ///< when it was last used
  fs::Time put_in;  ///< when its run's folder last changed: not before it was put there
};

/// `.shaman/trash`: one folder per run, with blobs named by digest and size. One thread, except for
/// move_in() and move_back(). All members block.
class Trash {
 public:
  explicit Trash(const GcRun& run) : run_(run) {}

  /// All blobs in the trash.
  [[nodiscard]] result<std::vector<TrashedBlob>> list();
  /// Makes the folder that move_in() moves to, and puts its name on stable storage. `now` by the
  /// file system's clock.
  [[nodiscard]] result<void> begin(fs::Time now);

  enum class Move : std::uint8_t { moved, gone };
  /// Confirms that the blobs in this run's folder were checked twice and are not wanted: from now
  /// on they only wait for the end of the grace period. Before this call, any server that finds the
  /// collector dead restores them all.
  [[nodiscard]] result<void> finish();
  /// Takes a blob out of the store. Thread-safe.
  [[nodiscard]] result<Move> move_in(const BlobId& id);
  /// The time when a blob that this run moved was last used. Thread-safe.
  [[nodiscard]] result<fs::Time> marked(const BlobId& id);
  /// Marks a blob and moves it back to its place in the store, durably; `run` empty: from this run.
  /// Thread-safe.
  [[nodiscard]] result<Move> move_back(const BlobId& id, std::string_view run = {});
  [[nodiscard]] result<Move> remove(const TrashedBlob& blob);
  /// Removes runs' folders that are empty.
  void tidy();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[nodiscard]] fs::result<void> put_back(std::string_view path, const BlobId& id);

  const GcRun& run_;
  std::string name_;
  fs::Folder folder_;  ///< of this run
};

}  // namespace shaman
