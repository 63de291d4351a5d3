// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/blob_committer.hpp"

#include <utility>

#include "store/disk_error.hpp"

namespace shaman {
namespace {

// A bake or an image that is saved through a worker's link must not change the shared blob.
constexpr std::uint32_t kBlobMode = 0444;

}  // namespace

result<void> BlobCommitter::commit(PendingBlob blob) {
  const std::string what = "store blob " + blob.id.brief();
  const fs::Folder& folder = blob.folder != nullptr ? *blob.folder : temporary_;
  if (const auto sealed = seal(folder, blob); !sealed) {
    static_cast<void>(file_system_.remove_file(folder, blob.name));
    return disk_error(sealed.error(), what);
  }
  const fs::Time marked = file_system_.now();
  const auto added = blobs_.add(folder, blob.name, blob.id);
  if (!added) {
    static_cast<void>(file_system_.remove_file(folder, blob.name));
    return added.error();
  }
  marks_.insert(blob.id, marked);
  return {};
}

fs::result<void> BlobCommitter::seal(const fs::Folder& folder, PendingBlob& blob) {
  // The last byte may have come long ago, and a blob's time is that of its last use.
  if (const auto touched = file_system_.touch(folder, blob.name); !touched) return touched;
  if (blobs_.seals())
    if (const auto set = file_system_.set_mode(blob.file, kBlobMode); !set) return set;
  if (blobs_.flushes()) {
    if (const auto flushed = file_system_.flush(blob.file); !flushed) return flushed;
  }
  // A partial upload stays open, and so locked, until it has its name: another server would take it
  // for a leftover. After a flush closing reports no errors.
  if (blob.folder != nullptr) return {};
  return file_system_.close(std::move(blob.file));
}

}  // namespace shaman
