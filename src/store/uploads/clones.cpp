// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads whose content is copied by the file system.
#include "store/disk_error.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// The two files are on different file systems, of a kind that cannot share blocks, or differ in an
// attribute that shared blocks must have in common.
bool must_be_copied(const boost::system::error_code& error) noexcept {
  return fs::is_unsupported(error) || error == errors::cross_device_link ||
         error == errors::operation_not_permitted || error == errors::permission_denied ||
         error == errors::text_file_busy;
}

}  // namespace

result<bool> Upload::State::clone(const fs::File& source) {
  if (failure) return *failure;
  store.claims.working(ticket);
  const auto cloned = store.file_system.clone_content(source, file);
  if (!cloned && must_be_copied(cloned.error())) return false;
  if (!cloned) return fail_on_disk(cloned.error(), "share the blocks of the file").error();
  const auto stat = store.file_system.stat(file);
  if (!stat) return fail_on_disk(stat.error(), "look at the upload").error();
  if (stat->size != id.size) {
    failure = {errc::content_mismatch,
               "the file to ingest has another size than blob " + id.brief() + " by now"};
    ++store.uploads_failed;
    return *failure;
  }
  // Shared blocks take no space until the source is changed or deleted; then they do.
  if (const auto room = reserved.cover(id.size); !room) return fail(room.error()).error();
  reserved.wrote(id.size);
  return true;
}

result<void> Upload::State::hash_clone(std::span<std::byte> into) {
  if (failure) return *failure;
  store.claims.working(ticket);
  const auto read = fs::read_full(store.file_system, file, received, into);
  if (!read) return fail_on_disk(read.error(), "read the copy");
  if (*read < into.size())
    return fail_on_disk(errors::make_error_code(errors::io_error), "read the copy");
  hash.update(into);
  received += into.size();
  store.claims.progress(ticket, received, store.file_system.steady_now());
  return {};
}

result<bool> Upload::clone(const OutsideFile& file) {
  return state_->clone(file.file_);
}

result<void> Upload::hash_clone(std::span<std::byte> into) {
  return state_->hash_clone(into);
}

}  // namespace shaman
