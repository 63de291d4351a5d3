// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/blob_walk.hpp"

#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "gc/vanished.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// The blobs whose digests begin with one byte.
class Shard {
 public:
  Shard(const GcRun& run, fs::Time older_than, std::string name)
      : run_(run), older_than_(older_than), name_(std::move(name)) {}

  void walk(FoundBlobs& found) {
    auto shard = run_.file_system.open_folder(run_.root.blobs, name_);
    const auto entries =
        shard ? run_.file_system.list(*shard) : fs::result<std::vector<fs::Entry>>(shard.error());
    if (!entries) return complain(entries.error(), name_);
    for (const fs::Entry& entry : *entries) {
      if (run_.is_stopped()) return;
      if (entry.type == fs::EntryType::folder) walk_digest(*shard, entry.name, found);
    }
  }

 private:
  void walk_digest(const fs::Folder& shard, const std::string& rest, FoundBlobs& found) {
    const auto folder = run_.file_system.open_folder(shard, rest);
    const auto entries = folder ? run_.file_system.list(*folder)
                                : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) return complain(entries.error(), name_ + "/" + rest);
    if (entries->empty()) return remove_if_old(shard, rest, *folder);
    for (const fs::Entry& entry : *entries) {
      const auto id = layout::blob_of_path(std::string(layout::kBlobs) + "/" + name_ + "/" + rest +
                                           "/" + entry.name);
      if (!id || entry.type != fs::EntryType::regular) continue;
      const auto stat = run_.file_system.stat(*folder, entry.name);
      if (!stat) {
        complain(stat.error(), name_ + "/" + rest + "/" + entry.name);
        continue;
      }
      ++found.count;
      found.bytes += stat->size;
      if (stat->modified < older_than_) found.old.push_back({*id, stat->size, stat->modified});
    }
  }

  // An upload that is about to put a blob into it makes it again if it is gone.
  void remove_if_old(const fs::Folder& shard, const std::string& rest, const fs::Folder& folder) {
    const auto stat = run_.file_system.stat(folder);
    if (run_.options.dry_run || !stat || stat->modified >= older_than_) return;
    static_cast<void>(run_.file_system.remove_folder(shard, rest));
  }

  void complain(const boost::system::error_code& error, const std::string& what) const {
    if (is_vanished(error)) return;
    run_.log(LogLevel::warning,
             disk_error(error, "look into file-store/stored/" + what + ", which is left alone")
                 .message());
  }

  const GcRun& run_;
  const fs::Time older_than_;
  const std::string name_;
};

bool is_shard(const fs::Entry& entry) {
  return entry.type == fs::EntryType::folder && entry.name.size() == layout::kShardDigits &&
         entry.name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

result<FoundBlobs> walk_blobs(const GcRun& run, fs::Time older_than) {
  const auto entries = run.file_system.list(run.root.blobs);
  if (!entries) return disk_error(entries.error(), "list file-store/stored");
  std::vector<std::string> names;
  for (const fs::Entry& entry : *entries)
    if (is_shard(entry)) names.push_back(entry.name);
  std::vector<FoundBlobs> parts(names.size());
  run.pool.parallel_for(names.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      Shard(run, older_than, names[i]).walk(parts[i]);
  });
  FoundBlobs all;
  for (FoundBlobs& part : parts) {
    std::move(part.old.begin(), part.old.end(), std::back_inserter(all.old));
    all.count += part.count;
    all.bytes += part.bytes;
  }
  return all;
}

}  // namespace shaman
