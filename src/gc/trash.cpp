// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/trash.hpp"

#include <utility>

#include "shaman/text.hpp"

#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

const std::string kTrashPath = std::string(layout::kPrivate) + "/" + std::string(layout::kTrash);

}  // namespace

result<std::vector<TrashedBlob>> Trash::list() {
  std::vector<TrashedBlob> found;
  fs::FileSystem& file_system = run_.file_system;
  const auto trash = file_system.open_folder(run_.root.private_folder, layout::kTrash);
  if (!trash && fs::is_absent(trash.error())) return found;
  if (!trash) return disk_error(trash.error(), "open " + kTrashPath);
  const auto runs = file_system.list(*trash);
  if (!runs) return disk_error(runs.error(), "list " + kTrashPath);
  for (const fs::Entry& run : *runs) {
    if (run.type != fs::EntryType::folder) continue;
    const auto folder = file_system.open_folder(*trash, run.name);
    const auto entries =
        folder ? file_system.list(*folder) : fs::result<std::vector<fs::Entry>>(folder.error());
    const auto changed =
        entries ? file_system.stat(*folder) : fs::result<fs::Stat>(entries.error());
    if (!changed && !fs::is_refusal(changed.error()))
      return disk_error(changed.error(), "list a folder in " + kTrashPath);
    if (!changed) {
      // Its files stay: none is deleted or restored.
      run_.log(LogLevel::warning,
               disk_error(changed.error(), "look into " + kTrashPath + "/" +
                                               text::printable(run.name) + ", which is left alone")
                   .message());
      continue;
    }
    for (const fs::Entry& entry : *entries) {
      const auto id = layout::blob_of_trash_name(entry.name);
      const auto stat = id ? file_system.stat(*folder, entry.name) : fs::result<fs::Stat>({});
      if (id && stat)
        found.push_back({*id, run.name, stat->size, stat->modified, changed->modified});
    }
  }
  return found;
}

result<void> Trash::begin(fs::Time now) {
  fs::FileSystem& file_system = run_.file_system;
  const auto trash = fs::open_or_make_folder(file_system, run_.root.private_folder, layout::kTrash);
  if (!trash) return disk_error(trash.error(), "make " + kTrashPath);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  name_ = std::string(layout::kUnfinished) + std::to_string(seconds) + "-" +
          std::to_string(file_system.random());
  auto folder = fs::open_or_make_folder(file_system, *trash, name_);
  if (!folder) return disk_error(folder.error(), "make a folder in " + kTrashPath);
  // A rename must not outlast the folder that it led to.
  if (run_.root.traits.flush_folders) {
    auto flushed = file_system.flush(*folder);
    if (flushed) flushed = file_system.flush(*trash);
    if (flushed) flushed = file_system.flush(run_.root.private_folder);
    if (!flushed) return disk_error(flushed.error(), "put " + kTrashPath + " on stable storage");
  }
  folder_ = std::move(*folder);
  return {};
}

result<void> Trash::finish() {
  if (!folder_) return {};
  fs::FileSystem& file_system = run_.file_system;
  const std::string done = name_.substr(layout::kUnfinished.size());
  const auto renamed = [&]() -> fs::result<void> {
    const auto trash = file_system.open_folder(run_.root.private_folder, layout::kTrash);
    if (!trash) return trash.error();
    if (auto moved = file_system.rename(*trash, name_, *trash, done); !moved) return moved;
    return {};
  }();
  if (!renamed) return disk_error(renamed.error(), "end a run in " + kTrashPath);
  name_ = done;
  return {};
}

result<Trash::Move> Trash::move_in(const BlobId& id) {
  const layout::BlobPlace place(id);
  const auto moved = run_.file_system.rename(run_.root.blobs, place.folder + "/" + place.file,
                                             folder_, layout::trash_name(id));
  if (moved) return Move::moved;
  if (fs::is_absent(moved.error())) return Move::gone;
  return disk_error(moved.error(), "put aside blob " + id.brief());
}

result<fs::Time> Trash::marked(const BlobId& id) {
  const auto stat = run_.file_system.stat(folder_, layout::trash_name(id));
  if (stat) return stat->modified;
  // A server restored it.
  if (fs::is_absent(stat.error())) return fs::Time::max();
  return disk_error(stat.error(), "look at blob " + id.brief() + " in " + kTrashPath);
}

result<Trash::Move> Trash::move_back(const BlobId& id, std::string_view run) {
  std::string path(layout::kTrash);
  path.append("/").append(run.empty() ? name_ : run).append("/").append(layout::trash_name(id));
  // Again when a folder vanishes in between: people do remove empty folders.
  for (int attempt = 1;; ++attempt) {
    const auto back = put_back(path, id);
    if (back) return Move::moved;
    const bool is_here = run_.file_system.stat(run_.root.private_folder, path).has_value();
    // Any other failure may be that of a flush: it is back, and a power cut may undo that.
    if (!is_here && fs::is_absent(back.error())) return Move::gone;
    if (fs::is_absent(back.error()) && attempt < 3) continue;
    return disk_error(back.error(), "bring back blob " + id.brief());
  }
}

fs::result<void> Trash::put_back(std::string_view path, const BlobId& id) {
  fs::FileSystem& file_system = run_.file_system;
  const layout::BlobPlace place(id);
  const auto shard = fs::open_or_make_folder(file_system, run_.root.blobs, place.shard());
  if (!shard) return shard.error();
  const auto rest = fs::open_or_make_folder(file_system, *shard, place.rest());
  if (!rest) return rest.error();
  // Marked, because it may replace a blob that was uploaded meanwhile and so was promised. That one
  // is replaced rather than kept: its name may not be on stable storage yet.
  auto done = file_system.touch(run_.root.private_folder, path);
  const bool flushes = run_.root.traits.flush_folders;
  // A rename must not outlast its target folders, or the blob would be in neither place.
  if (done && flushes) done = file_system.flush(*shard);
  if (done && flushes) done = file_system.flush(run_.root.blobs);
  if (done) done = file_system.rename(run_.root.private_folder, path, *rest, place.file);
  if (done && flushes) done = file_system.flush(*rest);
  return done;
}

result<Trash::Move> Trash::remove(const TrashedBlob& blob) {
  const std::string path =
      std::string(layout::kTrash) + "/" + blob.run + "/" + layout::trash_name(blob.id);
  const auto removed = run_.file_system.remove_file(run_.root.private_folder, path);
  if (removed) return Move::moved;
  if (fs::is_absent(removed.error())) return Move::gone;
  return disk_error(removed.error(), "delete blob " + blob.id.brief() + " from " + kTrashPath);
}

void Trash::tidy() {
  folder_.reset();
  const auto trash = run_.file_system.open_folder(run_.root.private_folder, layout::kTrash);
  const auto runs =
      trash ? run_.file_system.list(*trash) : fs::result<std::vector<fs::Entry>>(trash.error());
  if (!runs) return;
  for (const fs::Entry& run : *runs)
    if (run.type == fs::EntryType::folder)
      static_cast<void>(run_.file_system.remove_folder(*trash, run.name));
}

}  // namespace shaman
