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

Error BlobCommitter::fail(const PendingBlob& blob, Error why) {
  static_cast<void>(file_system_.remove_file(folder_of(blob), blob.name));
  return why;
}

Error BlobCommitter::fail(const PendingBlob& blob, const boost::system::error_code& why) {
  return fail(blob, disk_error(why, "store blob " + blob.id.brief()));
}

result<void> BlobCommitter::commit(PendingBlob blob, Journal* journal) {
  // Not later: a flush may take a while.
  const fs::Time marked = file_system_.now();
  if (auto sealed = seal_or_remove(blob); !sealed) return sealed;
  std::optional<Journal::Entry> entry;
  if (journal != nullptr && blob.folder == nullptr)
    journal->write(blob.id, blob.file, blob.losses, entry);
  if (!entry && blobs_.flushes())
    if (const auto flushed = file_system_.flush(blob.file); !flushed)
      return fail(blob, flushed.error());
  // A partial upload stays open, and so locked, until it has its name: another server would take it
  // for a leftover. After a flush closing reports no errors.
  if (blob.folder == nullptr)
    if (const auto closed = file_system_.close(std::move(blob.file)); !closed)
      return fail(blob, closed.error());
  const auto named = give_name(blob, marked, entry ? Flushing::later : Flushing::now);
  if (!named) return fail(blob, named.error());
  return {};
}

result<void> BlobCommitter::name_flushed(PendingBlob& blob, bool is_flushed) {
  if (!is_flushed)
    if (const auto flushed = file_system_.flush(blob.file); !flushed)
      return fail(blob, flushed.error());
  if (const auto closed = file_system_.close(std::move(blob.file)); !closed)
    return fail(blob, closed.error());
  const auto named = blobs_.add(folder_of(blob), blob.name, blob.id, Flushing::later);
  if (!named) return fail(blob, named.error());
  return {};
}

result<void> BlobCommitter::confirm(const BlobId& id, fs::Time marked, bool is_flushed) {
  if (is_flushed) {
    marks_.insert(id, marked);
    return {};
  }
  const auto flushed = blobs_.make_durable(id);
  if (!flushed) return flushed.error();
  if (flushed.value()) return {};
  return Error{errc::io_error, "blob " + id.brief() + " was removed while it was being stored"};
}

fs::result<void> BlobCommitter::seal(const PendingBlob& blob) {
  // The last byte may have come long ago, and a blob's time is that of its last use.
  if (const auto touched = file_system_.touch(folder_of(blob), blob.name); !touched) return touched;
  if (!blobs_.seals()) return {};
  return file_system_.set_mode(blob.file, kBlobMode);
}

result<void> BlobCommitter::seal_or_remove(const PendingBlob& blob) {
  if (const auto sealed = seal(blob); !sealed) return fail(blob, sealed.error());
  return {};
}

result<void> BlobCommitter::give_name(const PendingBlob& blob, fs::Time marked, Flushing flushing) {
  const auto added = blobs_.add(folder_of(blob), blob.name, blob.id, flushing);
  if (added) marks_.insert(blob.id, marked);
  return added;
}

}  // namespace shaman
