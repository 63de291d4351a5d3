// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal/replay.hpp"

#include <span>

#include "shaman/text.hpp"

#include "fs/error_kinds.hpp"
#include "fs/trees.hpp"
#include "store/disk_error.hpp"
#include "store/journal/segment_reader.hpp"
#include "store/layout.hpp"

namespace shaman {

result<std::size_t> JournalReplay::run(const fs::File& segment, Places places) {
  std::vector<PendingBlob> missing;
  const std::uint64_t losses = storage_.losses();
  const fs::Time marked = file_system_.now();
  auto done = write_missing(segment, places, missing);
  if (done && !missing.empty()) done = place(missing, marked, losses);
  if (done) return missing.size();
  for (const PendingBlob& blob : missing)
    static_cast<void>(file_system_.remove_file(temporary_, blob.name));
  return done.error();
}

result<void> JournalReplay::write_missing(const fs::File& segment, Places places,
                                          std::vector<PendingBlob>& missing) {
  SegmentReader reader(file_system_, segment);
  for (;;) {
    const auto record = reader.next();
    if (!record) return disk_error(record.error(), "read a journal in .shaman/journal");
    if (!*record) return {};
    const auto& [id, content] = **record;
    if (const auto removed = remove_damaged_from_trash(id); !removed)
      return disk_error(removed.error(), "look for damaged files in .shaman/trash");
    if (places == Places::believed) {
      const auto there = is_in_place(id);
      if (!there) return disk_error(there.error(), "read blob " + id.brief());
      if (there.value()) continue;
    }
    auto blob = write_temporary(id, content);
    if (!blob)
      return disk_error(blob.error(), "write blob " + id.brief() + " from .shaman/journal");
    missing.push_back(std::move(*blob));
  }
}

// Its name is not enough: it may have reached the disk before the content.
fs::result<bool> JournalReplay::is_in_place(const BlobId& id) {
  const layout::BlobPlace place(id);
  const auto file = file_system_.open_file(blobs_, place.folder + "/" + place.file);
  if (!file) return fs::result<bool>(false);  // what is in the way is moved when it gets its name
  return holds_content(*file, id);
}

fs::result<bool> JournalReplay::holds_content(const fs::File& file, const BlobId& id) {
  const auto stat = file_system_.stat(file);
  if (!stat) return {boost::system::in_place_error, stat.error()};
  if (stat->size != id.size) return fs::result<bool>(false);
  const auto content = read_piece(file_system_, file, 0, id.size);
  if (!content) return {boost::system::in_place_error, content.error()};
  return fs::result<bool>(Sha256::of(*content) == id.digest);
}

fs::result<PendingBlob> JournalReplay::write_temporary(const BlobId& id, std::string_view content) {
  PendingBlob blob{id, {}, new_name_(id)};
  auto file = file_system_.create_file(temporary_, blob.name);
  if (!file) return file.error();
  blob.file = std::move(*file);
  auto done = fs::write_all(file_system_, blob.file, 0, std::as_bytes(std::span(content)));
  if (done) done = committer_.seal(blob);
  if (done) done = file_system_.close(std::move(blob.file));
  if (done) return blob;
  static_cast<void>(file_system_.remove_file(temporary_, blob.name));
  return done.error();
}

// All contents are on the disk before any has its name. One call for all: a flush of each, with its
// folders, takes seconds.
result<void> JournalReplay::place(const std::vector<PendingBlob>& blobs, fs::Time marked,
                                  std::uint64_t losses) {
  const auto flush = [&]() -> result<void> {
    if (const auto flushed = storage_.run(losses); !flushed)
      return disk_error(flushed.error(), "put the storage on the disk");
    return {};
  };
  if (auto flushed = flush(); !flushed) return flushed;
  for (const PendingBlob& blob : blobs) {
    // The journal has it until all names are on the disk.
    const auto named = committer_.give_name(blob, marked, BlobFolder::Flushing::later);
    if (!named) return named;
  }
  return flush();
}

// A collector has moved it before its content was on the disk, and the power went. It must not be
// brought back.
fs::result<void> JournalReplay::remove_damaged_from_trash(const BlobId& id) {
  const std::string trash(layout::kTrash);
  const auto folder = file_system_.open_folder(private_folder_, trash);
  if (!folder && fs::is_absent(folder.error())) return {};
  if (!folder) return folder.error();
  const auto runs = file_system_.list(*folder);
  if (!runs) return runs.error();
  for (const fs::Entry& run : *runs) {
    if (run.type != fs::EntryType::folder) continue;
    const std::string path = run.name + "/" + layout::trash_name(id);
    const auto file = file_system_.open_file(*folder, path);
    if (!file && fs::is_absent(file.error())) continue;
    if (!file) return file.error();
    const auto is_good = holds_content(*file, id);
    if (!is_good) return is_good.error();
    if (is_good.value()) continue;
    const auto removed = file_system_.remove_file(*folder, path);
    if (!removed && !fs::is_absent(removed.error())) return removed;
  }
  return {};
}

result<std::size_t> JournalReplay::run_folder(const fs::Folder& folder, Places places) {
  const auto entries = file_system_.list(folder);
  if (!entries) return disk_error(entries.error(), "list .shaman/journal");
  std::size_t written = 0;
  for (const fs::Entry& entry : *entries) {
    const auto segment = file_system_.open_file(folder, entry.name);
    // Another server replays it as well, and was faster.
    if (!segment && fs::is_absent(segment.error())) continue;
    if (!segment)
      return disk_error(segment.error(), "open .shaman/journal/…/" + text::escape(entry.name));
    const auto replayed = run(*segment, places);
    if (!replayed) return replayed.error();
    written += *replayed;
  }
  return written;
}

fs::result<fs::Folder> JournalReplay::open_journals() {
  return file_system_.open_folder(private_folder_, layout::kJournal);
}

result<void> JournalReplay::run_all(const std::string& name, Places places, const StoreLog& log) {
  const auto journals = open_journals();
  if (!journals && fs::is_absent(journals.error())) return {};
  if (!journals) return disk_error(journals.error(), "open .shaman/journal");
  const auto folder = file_system_.open_folder(*journals, name);
  if (!folder && fs::is_absent(folder.error())) return {};
  if (!folder) return disk_error(folder.error(), "open .shaman/journal/" + text::escape(name));
  const auto written = run_folder(*folder, places);
  if (!written) return written.error();
  if (*written > 0 && log)
    log(LogLevel::info, "put " + text::count_of(*written, "file", "files") +
                            " in place from the journal of a stopped server");
  const auto removed = fs::remove_tree(file_system_, *journals, name);
  if (!removed && !fs::is_absent(removed.error()))
    return disk_error(removed.error(), "remove .shaman/journal/" + text::escape(name));
  return {};
}

}  // namespace shaman
