// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/collector_lock.hpp"

#include <span>
#include <string>

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::chrono::hours kDeadAfter{1};
const std::string kWhat = "use .shaman/" + std::string(layout::kCollector);

// Whether the file belongs to a dead collector and may be removed.
fs::result<bool> is_left_over(const GcRun& run) {
  const auto no = fs::result<bool>(false);
  const fs::Folder& folder = run.root.private_folder;
  const auto file = run.file_system.open_file(folder, layout::kCollector);
  if (!file) return {boost::system::in_place_error, file.error()};
  const auto locked = run.file_system.try_lock(*file);
  if (locked && !locked.value()) return no;
  const auto owner = fs::read_all(run.file_system, *file, 256);
  if (!owner) return {boost::system::in_place_error, owner.error()};
  // Empty: it was made a moment ago, or its maker died right then.
  const bool lock_tells = locked && *owner == run.file_system.process().host;
  if (lock_tells) return true;
  const auto stat = run.file_system.stat(*file);
  if (!stat) return {boost::system::in_place_error, stat.error()};
  return run.file_system.now() - stat->modified > kDeadAfter;
}

// Another collection may have mistaken the file for a leftover, and made its own.
bool still_has(const GcRun& run, const fs::File& file) {
  const auto by_name = run.file_system.stat(run.root.private_folder, layout::kCollector);
  const auto by_handle = run.file_system.stat(file);
  return by_name && by_handle && by_name->inode == by_handle->inode;
}

}  // namespace

result<CollectorLock> CollectorLock::take(const GcRun& run) {
  const fs::Folder& folder = run.root.private_folder;
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto file = run.file_system.create_file(folder, layout::kCollector);
    if (file) {
      const std::string owner = run.file_system.process().host;
      const auto locked = run.file_system.try_lock(*file);
      const auto written =
          fs::write_all(run.file_system, *file, 0, std::as_bytes(std::span(owner)));
      if (!written) {
        if (still_has(run, *file))
          static_cast<void>(run.file_system.remove_file(folder, layout::kCollector));
        return disk_error(written.error(), kWhat);
      }
      const bool taken_by_other = locked && !locked.value();
      if (!taken_by_other && still_has(run, *file)) return CollectorLock(run, std::move(*file));
      continue;
    }
    if (file.error() != errors::file_exists) return disk_error(file.error(), kWhat);
    const auto left_over = is_left_over(run);
    if (!left_over && left_over.error() == errors::no_such_file_or_directory) continue;
    if (!left_over && left_over.error() == errors::invalid_argument)
      return Error{errc::io_error, "cannot " + kWhat + ": it is not a regular file; remove it"};
    if (!left_over) return disk_error(left_over.error(), kWhat);
    if (!left_over.value())
      return Error{
          errc::busy,
          "another collection is running on this storage (.shaman/collector is locked); wait "
          "until it ends"};
    static_cast<void>(run.file_system.remove_file(folder, layout::kCollector));
  }
  return Error{errc::busy,
               "other collections start on this storage again and again; try again later"};
}

CollectorLock::~CollectorLock() {
  if (run_ == nullptr || !still_has(*run_, file_)) return;
  static_cast<void>(run_->file_system.remove_file(run_->root.private_folder, layout::kCollector));
}

result<fs::Time> CollectorLock::beat() const {
  const fs::Folder& folder = run_->root.private_folder;
  const auto touched = run_->file_system.touch(folder, layout::kCollector);
  const auto stat = run_->file_system.stat(folder, layout::kCollector);
  const auto own = run_->file_system.stat(file_);
  if (!touched || !stat || !own)
    return disk_error(!touched ? touched.error() : !stat ? stat.error() : own.error(), kWhat);
  if (stat->inode != own->inode)
    return Error{errc::busy, "another collection took over this storage"};
  return stat->modified;
}

}  // namespace shaman
