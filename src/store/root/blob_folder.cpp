// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/blob_folder.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

bool is_no_folder(const boost::system::error_code& error) {
  return error == errors::not_a_directory || error == errors::too_many_symbolic_link_levels;
}

std::string blob_name(const BlobId& id) {
  return "blob " + id.brief();
}

}  // namespace

// The two folders above a blob.
struct BlobFolder::Shelf {
  fs::Folder shard;
  fs::Folder rest;
  std::size_t shard_index = 0;
};

BlobFolder::BlobFolder(fs::FileSystem& file_system, const fs::Folder& blobs,
                       const fs::Folder& private_folder, const StorageTraits& traits,
                       MarkCache& marks, const StoreOptions& options)
    : file_system_(file_system),
      blobs_(blobs),
      private_folder_(private_folder),
      marks_(marks),
      options_(options),
      trash_(file_system, private_folder),
      renames_take_turns_(traits.answers_at_once && options.durability == Durability::group),
      seals_(traits.read_only_files),
      has_free_name_renames_(traits.rename_to_free_name) {}

bool BlobFolder::is_within_lease(fs::Time marked, fs::Time now) const {
  return now - marked < options_.mark_lease;
}

result<BlobFolder::Presence> BlobFolder::look(const BlobId& id, Mark mark) {
  const auto presence = look_on_disk(id, mark);
  if (!presence || *presence != Presence::absent) return presence;
  // The cache was true for a name that is gone: a restored one is not on the disk yet.
  marks_.erase(id);
  if (mark != Mark::as_used_now) return presence;
  // A restored blob has its old mark until look(): a collector may move it once more.
  for (int looks = 1; looks < kMostLooks; ++looks) {
    const auto back = bring_back(id);
    if (!back) return back.error();
    if (!back.value()) return presence;
    const auto again = look_on_disk(id, mark);
    if (!again || *again != Presence::absent || !trash_.find(id)) return again;
  }
  return presence;
}

// Whether looking again makes sense.
result<bool> BlobFolder::bring_back(const BlobId& id) {
  if (is_suspect(id)) return false;
  const auto path = trash_.find(id);
  // A collector may have moved it in and, seeing its mark, back between the two looks.
  if (!path) return trash_.is_used();
  const auto added = add_back(private_folder_, *path, id);
  // Another process may have restored it first; or a collector took it from there and put it aside
  // once more.
  if (!added && trash_.find(id) == path) return added.error();
  return true;
}

result<BlobFolder::Presence> BlobFolder::look_on_disk(const BlobId& id, Mark mark) {
  const layout::BlobPlace place(id);
  const auto folder = file_system_.open_folder(blobs_, place.folder);
  if (!folder) {
    if (fs::is_absent(folder.error())) return Presence::absent;
    if (!is_no_folder(folder.error()))
      return disk_error(folder.error(), "open the folder of " + blob_name(id));
    report_damaged(id, "its folder in file-store/stored is not a folder");
    return Presence::absent;
  }
  if (is_suspect(id)) return Presence::absent;
  const auto stat = file_system_.stat(*folder, place.file);
  if (!stat) {
    if (fs::is_absent(stat.error())) return Presence::absent;
    return disk_error(stat.error(), "look at " + blob_name(id));
  }
  if (stat->type != fs::EntryType::regular || stat->size != id.size) {
    report_damaged(id, stat->type == fs::EntryType::regular
                           ? "it is " + std::to_string(stat->size) + " bytes long"
                           : "it is not a regular file");
    return Presence::absent;
  }
  const fs::Time now = file_system_.now();
  fs::Time marked = stat->modified;
  // A time in the future comes from a wrong clock, and is not a mark.
  if (mark == Mark::as_used_now && (!is_within_lease(marked, now) || marked > now + kYoung)) {
    if (const auto touched = file_system_.touch(*folder, place.file); !touched) {
      if (fs::is_absent(touched.error())) return Presence::absent;
      if (fs::is_refusal(touched.error())) {
        report_foreign(id);
        return Presence::absent;
      }
      return disk_error(touched.error(), "mark " + blob_name(id) + " as used");
    }
    ++marks_set_;
    marked = now;
  }
  if (flushes() && now - stat->changed < kYoung && !marks_.find(id)) return Presence::young;
  if (mark == Mark::as_used_now) marks_.insert(id, marked);
  return Presence::durable;
}

result<bool> BlobFolder::make_durable(const BlobId& id) {
  const layout::BlobPlace place(id);
  const auto flushed = [&]() -> fs::result<void> {
    const auto file = file_system_.open_file(blobs_, place.folder + "/" + place.file);
    if (!file) return file.error();
    if (const auto done = file_system_.flush(*file); !done) return done;
    const auto shelf = make_shelf(id);
    if (!shelf) return shelf.error();
    return flush_shelf(*shelf);
  }();
  // Nothing was flushed, so nothing is suspect: the blob, or an emptied folder, is gone.
  if (!flushed && fs::is_absent(flushed.error())) return false;
  if (!flushed) {
    set_suspect(id, true);
    return disk_error(flushed.error(), "put " + blob_name(id) + " on stable storage");
  }
  const auto stat = file_system_.stat(blobs_, place.folder + "/" + place.file);
  if (!stat && fs::is_absent(stat.error())) return false;
  if (!stat) return disk_error(stat.error(), "look at " + blob_name(id));
  marks_.insert(id, stat->modified);
  return true;
}

result<bool> BlobFolder::holds(const BlobId& id, Mark mark) {
  for (int looks = 0; looks < kMostLooks; ++looks) {
    const auto presence = look(id, mark);
    if (!presence) return presence.error();
    if (*presence == Presence::absent) return false;
    if (*presence == Presence::durable) return true;
    const auto flushed = make_durable(id);
    if (!flushed) return flushed.error();
    if (flushed.value()) return true;
  }
  return false;  // the client then sends it, which is always safe
}

result<void> BlobFolder::add(const fs::Folder& from, std::string_view name, const BlobId& id,
                             bool is_relied_upon, Flushing flushing) {
  const layout::BlobPlace place(id);
  // Again when a folder vanishes in between: people do remove empty folders.
  for (int attempt = 1;; ++attempt) {
    const auto shelf = make_shelf(id);
    if (!shelf) return disk_error(shelf.error(), "make the folder of " + blob_name(id));
    if (is_relied_upon && flushes())
      if (const auto flushed = flush_shelf(*shelf); !flushed)
        return disk_error(flushed.error(), "make the folder of " + blob_name(id));
    const auto renamed = give_name(from, name, *shelf, place.file);
    if (!renamed) {
      if (fs::is_absent(renamed.error()) && attempt < 3) continue;
      return disk_error(renamed.error(), "give " + blob_name(id) + " its name");
    }
    if (!renamed.value())
      if (const auto marked = mark_replaced(id, *shelf); !marked) return marked;
    const bool flushes_now = flushes() && flushing == Flushing::now;
    const auto flushed = flushes_now ? flush_shelf(*shelf) : fs::result<void>();
    set_suspect(id, !flushed);
    if (flushed) return {};
    return disk_error(flushed.error(), "put the name of " + blob_name(id) + " on stable storage");
  }
}

fs::result<void> BlobFolder::rename_to_free_name(const fs::Folder& from, std::string_view name,
                                                 const Shelf& shelf, std::string_view file) {
  fs::result<void> renamed;
  const auto rename = [&] {
    renamed = file_system_.rename_to_free_name(from, name, shelf.rest, file);
  };
  if (renames_take_turns_)
    renames_.run(rename);
  else
    rename();
  return renamed;
}

// False: a blob of that name was replaced.
fs::result<bool> BlobFolder::give_name(const fs::Folder& from, std::string_view name,
                                       const Shelf& shelf, std::string_view file) {
  const auto failed = [](const boost::system::error_code& error) {
    return fs::result<bool>(boost::system::in_place_error, error);
  };
  if (has_free_name_renames_) {
    const auto renamed = rename_to_free_name(from, name, shelf, file);
    if (renamed) return true;
    if (fs::is_unsupported(renamed.error()))
      has_free_name_renames_ = false;
    else if (renamed.error() != errors::file_exists)
      return failed(renamed.error());
  }
  auto renamed = file_system_.rename(from, name, shelf.rest, file);
  if (!renamed && renamed.error() == errors::is_a_directory) {
    if (const auto moved = displace(shelf.rest, file); !moved) return failed(moved.error());
    renamed = file_system_.rename(from, name, shelf.rest, file);
  }
  if (!renamed) return failed(renamed.error());
  return false;
}

// Only a person can have put a folder, a file or a link in a place that the store needs.
fs::result<void> BlobFolder::displace(const fs::Folder& at, std::string_view name) {
  const auto quarantine =
      fs::open_or_make_folder(file_system_, private_folder_, layout::kQuarantine);
  if (!quarantine) return quarantine.error();
  const std::string aside = std::string(name) + "-" + std::to_string(file_system_.random());
  const auto moved = file_system_.rename(at, name, *quarantine, aside);
  if (!moved && !fs::is_absent(moved.error())) return moved;
  if (options_.log)
    options_.log(LogLevel::warning,
                 "something in file-store/stored was in the place of a folder or a blob; it is in "
                 ".shaman/quarantine/" +
                     aside + " now");
  return {};
}

fs::result<fs::Folder> BlobFolder::open_or_make(const fs::Folder& at, std::string_view name) {
  auto folder = fs::open_or_make_folder(file_system_, at, name);
  if (folder || !is_no_folder(folder.error())) return folder;
  if (const auto moved = displace(at, name); !moved) return moved.error();
  return fs::open_or_make_folder(file_system_, at, name);
}

// Replacing a blob has overwritten its mark, which may have been newer and which a client may rely
// on. If a collector has taken the blob meanwhile, it is restored.
result<void> BlobFolder::mark_replaced(const BlobId& id, const Shelf& shelf) {
  for (int looks = 1;; ++looks) {
    const auto touched = file_system_.touch(shelf.rest, layout::BlobPlace(id).file);
    if (touched) return {};
    const bool may_be_back = fs::is_absent(touched.error()) && looks < kMostLooks;
    const auto path = may_be_back ? trash_.find(id) : std::nullopt;
    if (!path && may_be_back && trash_.is_used()) continue;
    if (!path) return disk_error(touched.error(), "mark " + blob_name(id) + " as used");
    const auto added = add_back(private_folder_, *path, id);
    if (added || trash_.find(id) == path) return added;
  }
}

fs::result<BlobFolder::Shelf> BlobFolder::make_shelf(const BlobId& id) {
  const layout::BlobPlace place(id);
  Shelf shelf;
  shelf.shard_index = id.digest.bytes().front();
  auto shard = file_system_.open_folder(blobs_, place.shard());
  if (!shard && (fs::is_absent(shard.error()) || is_no_folder(shard.error()))) {
    durable_shards_[shelf.shard_index] = false;
    shard = open_or_make(blobs_, place.shard());
  }
  if (!shard) return shard.error();
  auto rest = open_or_make(*shard, place.rest());
  if (!rest) return rest.error();
  shelf.shard = std::move(*shard);
  shelf.rest = std::move(*rest);
  return shelf;
}

// Each folder's name is in the one above. `rest` is nearly always new, so `shard` is always
// flushed; the outer one is durable once it was flushed here.
fs::result<void> BlobFolder::flush_shelf(const Shelf& shelf) {
  if (const auto flushed = file_system_.flush(shelf.rest); !flushed) return flushed;
  if (const auto flushed = file_system_.flush(shelf.shard); !flushed) return flushed;
  if (durable_shards_[shelf.shard_index]) return {};
  if (const auto flushed = file_system_.flush(blobs_); !flushed) return flushed;
  durable_shards_[shelf.shard_index] = true;
  return {};
}

bool BlobFolder::is_suspect(const BlobId& id) {
  if (!has_suspects_) return false;
  const std::lock_guard lock(suspects_mutex_);
  return suspects_.contains(id);
}

void BlobFolder::set_suspect(const BlobId& id, bool suspect) {
  if (!suspect && !has_suspects_) return;
  const std::lock_guard lock(suspects_mutex_);
  if (suspect)
    suspects_.insert(id);
  else
    suspects_.erase(id);
  has_suspects_ = !suspects_.empty();
}

void BlobFolder::report_foreign(const BlobId& id) {
  if (options_.log && !has_reported_foreign_.exchange(true)) {
    options_.log(LogLevel::warning,
                 blob_name(id) +
                     " belongs to another user and cannot be marked as used, so it counts as "
                     "missing until a client sends it again; other files may be like that");
  }
}

void BlobFolder::report_damaged(const BlobId& id, const std::string& what) {
  ++damaged_seen_;
  if (options_.log) {
    options_.log(LogLevel::warning, blob_name(id) + " is damaged: " + what +
                                        "; it counts as missing until it is uploaded again");
  }
}

}  // namespace shaman
