// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/doubt.hpp"

#include <mutex>
#include <optional>
#include <string>

#include "store/disk_error.hpp"
#include "store/housekeeping/manifest_reader.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// A checkout may have small records of the server in addition to its manifest; their content does
// not distinguish them from other files.
constexpr std::uint64_t kLongestRecord = 1024;

class Keeping {
 public:
  Keeping(const GcRun& run, const std::vector<FoundBlob>& old,
          const std::vector<TrashedBlob>& in_trash, Candidates& candidates)
      : run_(run), old_(old), in_trash_(in_trash), candidates_(candidates) {}

  // False: the manifest cannot be read, or is damaged.
  bool keep_checkout(const BlobId& manifest) {
    candidates_.mark_used(manifest);
    const auto is_whole = read_manifest(run_.file_system, run_.root.blobs, manifest, visit_);
    return is_whole && is_whole.value();
  }

  result<void> keep_everything() {
    if (const auto kept = keep_what_others_made(); !kept) return kept.error();
    keep_what_trash_names();
    const auto shards = run_.file_system.list(run_.root.blobs);
    if (!shards) return disk_error(shards.error(), "list file-store/stored");
    run_.pool.parallel_for(shards->size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end && !run_.is_stopped(); ++i)
        if ((*shards)[i].type == fs::EntryType::folder) look_through((*shards)[i].name);
    });
    if (failure_) return *failure_;
    return {};
  }

 private:
  // Checkouts of another server have no manifest. Making one marks its files, so they were last
  // used before `.shaman/format` was written, which happens once.
  result<void> keep_what_others_made() {
    const auto format = run_.file_system.stat(run_.root.private_folder, layout::kFormat);
    if (!format) return disk_error(format.error(), "look at .shaman/format");
    for (const FoundBlob& blob : old_)
      if (blob.marked < format->modified) candidates_.mark_used(blob.id);
    for (const TrashedBlob& blob : in_trash_)
      if (blob.marked < format->modified) candidates_.mark_used(blob.id);
    return {};
  }

  void keep_what_trash_names() {
    for (const TrashedBlob& blob : in_trash_) {
      if (run_.is_stopped()) return;
      const std::string path =
          std::string(layout::kTrash) + "/" + blob.run + "/" + layout::trash_name(blob.id);
      look_at(run_.root.private_folder, path, blob.id);
    }
  }

  void look_through(const std::string& shard) {
    const auto rests = names_in(run_.root.blobs, shard);
    for (const std::string& rest : rests) {
      if (run_.is_stopped()) return;
      const std::string folder = shard + "/" + rest;
      for (const std::string& file : names_in(run_.root.blobs, folder)) {
        const std::string path = folder + "/" + file;
        const auto id = layout::blob_of_path(std::string(layout::kBlobs) + "/" + path);
        if (id) look_at(run_.root.blobs, path, *id);
      }
    }
  }

  std::vector<std::string> names_in(const fs::Folder& at, const std::string& path) {
    std::vector<std::string> names;
    const auto folder = run_.file_system.open_folder(at, path);
    const auto entries = folder ? run_.file_system.list(*folder)
                                : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) {
      fail(entries.error(), "file-store/stored/" + path);
      return names;
    }
    for (const fs::Entry& entry : *entries)
      names.push_back(entry.name);
    return names;
  }

  // Half a manifest counts, too: keeping too many blobs is safe.
  void look_at(const fs::Folder& at, const std::string& path, const BlobId& id) {
    if (id.size <= kLongestRecord) candidates_.mark_used(id);
    const auto file = run_.file_system.open_file(at, path);
    const auto is_whole = file ? read_manifest(run_.file_system, *file, visit_)
                               : fs::result<bool>(boost::system::in_place_error, file.error());
    if (!is_whole) return fail(is_whole.error(), "blob " + id.brief());
    if (is_whole.value()) candidates_.mark_used(id);
  }

  // A file that is gone, is not a regular file, or is refused to this server, is not a manifest
  // that it made. A file that the disk cannot read today may be one.
  void fail(const boost::system::error_code& error, const std::string& what) {
    for (const auto harmless : {errors::no_such_file_or_directory, errors::not_a_directory,
                                errors::too_many_symbolic_link_levels, errors::invalid_argument,
                                errors::permission_denied, errors::operation_not_permitted})
      if (error == harmless) return;
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = disk_error(error, "read " + what);
  }

  const GcRun& run_;
  const std::vector<FoundBlob>& old_;
  const std::vector<TrashedBlob>& in_trash_;
  Candidates& candidates_;
  const ManifestVisitor visit_ = [this](const std::string&, const BlobId& id) {
    candidates_.mark_used(id);
  };
  std::mutex mutex_;
  std::optional<Error> failure_;
};

}  // namespace

result<Doubt> keep_what_may_be_linked(const GcRun& run, const UnreadPlaces& unread,
                                      const std::vector<FoundBlob>& old,
                                      const std::vector<TrashedBlob>& in_trash,
                                      Candidates& candidates) {
  if (unread.count == 0) return Doubt::none;
  Keeping keeping(run, old, in_trash, candidates);
  bool is_known = !unread.has_others;
  for (const BlobId& manifest : unread.manifests)
    is_known = keeping.keep_checkout(manifest) && is_known;
  if (is_known) return Doubt::checkouts;
  if (const auto kept = keeping.keep_everything(); !kept) return kept.error();
  return Doubt::everything;
}

}  // namespace shaman
