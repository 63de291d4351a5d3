// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/blob_committer.hpp"

#include <optional>
#include <utility>

#include "store/disk_error.hpp"
#include "store/journal/journal.hpp"

namespace shaman {
namespace {

// A bake or an image that is saved through a worker's link must not change the shared blob.
constexpr std::uint32_t kBlobMode = 0444;

using Flushing = BlobFolder::Flushing;

}  // namespace

result<void> BlobCommitter::commit(PendingBlob blob, Journal* journal) {
  const auto fail = [&](Error why) {
    static_cast<void>(file_system_.remove_file(folder_of(blob), blob.name));
    return why;
  };
  const std::string what = "store blob " + blob.id.brief();
  // Not later: a flush may take a while.
  const fs::Time marked = file_system_.now();
  if (const auto sealed = seal(blob); !sealed) return fail(disk_error(sealed.error(), what));
  std::optional<Journal::Entry> entry;
  if (journal != nullptr && blob.folder == nullptr) journal->write(blob.id, blob.file, entry);
  if (!entry && blobs_.flushes())
    if (const auto flushed = file_system_.flush(blob.file); !flushed)
      return fail(disk_error(flushed.error(), what));
  // A partial upload stays open, and so locked, until it has its name: another server would take it
  // for a leftover. After a flush closing reports no errors.
  if (blob.folder == nullptr)
    if (const auto closed = file_system_.close(std::move(blob.file)); !closed)
      return fail(disk_error(closed.error(), what));
  const auto named = give_name(blob, marked, entry ? Flushing::left_to_journal : Flushing::now);
  if (!named) return fail(named.error());
  return {};
}

fs::result<void> BlobCommitter::seal(const PendingBlob& blob) {
  // The last byte may have come long ago, and a blob's time is that of its last use.
  if (const auto touched = file_system_.touch(folder_of(blob), blob.name); !touched) return touched;
  if (!blobs_.seals()) return {};
  return file_system_.set_mode(blob.file, kBlobMode);
}

result<void> BlobCommitter::give_name(const PendingBlob& blob, fs::Time marked, Flushing flushing) {
  const auto added = blobs_.add(folder_of(blob), blob.name, blob.id, flushing);
  if (added) marks_.insert(blob.id, marked);
  return added;
}

}  // namespace shaman
