// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"

/// Makes a plan real: a folder, or a ZIP archive.
namespace shaman::pack {

struct WriteOptions {
  bool compress = false;  ///< plain .blend files become zstd, as Blender 3.0 and later write it
  bool force = false;     ///< write into a folder that is not empty, replace an archive
  /// Called after each file, from the calling thread: files done.
  std::function<void(std::size_t files)> progress;
  /// Stops at once, even within a file: errc::cancelled.
  std::stop_token stop;
};

struct WriteReport {
  std::size_t files = 0;    ///< without pack-info.txt
  std::uint64_t bytes = 0;  ///< of the files in the pack
  /// Files that are not in the pack because they turned out to be unreadable: by path, the reason.
  std::map<std::string, std::string> unreadable;
};

/// errc::conflicting_paths if the name is that of another kind of file than a pack, such as
/// `shot.tar.gz` or `copy.blend`; a folder that exists may have any name.
[[nodiscard]] result<void> check_target_name(const std::string& target);

/// Writes every file of the plan, and `pack-info.txt`, which names the .blend to open first.
/// `target` is a folder or, when it ends with `.zip`, an archive (ZIP64 if needed; files that are
/// already compressed, such as pictures, are stored, the rest deflated), and passes
/// check_target_name(). The same plan of the same
/// files gives the same bytes. An archive appears only when it is complete; in a folder, each file
/// does. If writing into a folder fails, the new files are removed again, but files that were
/// replaced are not restored: the message says so. A file that cannot be read is left out and named
/// in the report; for the scene's own .blend this is an error. errc::conflicting_paths if the
/// target is in use or of another kind (a file instead of a folder), or a file would overwrite
/// itself; errc::changed_while_read; errc::io_error, which names the target; errc::damaged_file.
[[nodiscard]] result<WriteReport> write_pack(const Plan& plan, const std::string& target,
                                             const WriteOptions& options = {});

}  // namespace shaman::pack
