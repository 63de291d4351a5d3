// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/stored_blob.hpp"

#include <optional>

#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

Error too_short(const BlobId& id) {
  return {errc::io_error, "blob " + id.brief() + " is shorter than its name says"};
}

}  // namespace

result<void> StoredBlob::read(std::uint64_t offset, std::span<std::byte> into) const {
  const auto read = fs::read_full(*file_system_, file_, offset, into);
  if (!read) return disk_error(read.error(), "read blob " + id_.brief());
  if (*read == into.size()) return {};
  return too_short(id_);
}

result<StoredBlob::Sent> StoredBlob::send(std::uint64_t offset, std::size_t length,
                                          int socket) const {
  namespace errors = boost::system::errc;
  const auto sent = file_system_->send_some(file_, offset, length, socket);
  if (sent && (*sent > 0 || length == 0)) return Sent{*sent, Sent::Outcome::moved};
  if (sent) return too_short(id_);
  const auto& error = sent.error();
  if (error == errors::operation_would_block || error == errors::resource_unavailable_try_again)
    return Sent{0, Sent::Outcome::would_block};
  if (fs::is_unsupported(error) || error == errors::invalid_argument)
    return Sent{0, Sent::Outcome::unsupported};
  if (error == errors::io_error) return disk_error(error, "read blob " + id_.brief());
  return Sent{0, Sent::Outcome::ended};
}

result<std::optional<StoredBlob>> Store::Impl::open_blob(const BlobId& id,
                                                         const Requester& requester) {
  if (!KnownBlobs::View(known_blobs, requester).has(id)) return std::optional<StoredBlob>();
  const layout::BlobPlace place(id);
  const auto folder = file_system.open_folder(root.blobs, place.folder);
  if (!folder && fs::is_no_folder(folder.error())) return std::optional<StoredBlob>();
  if (!folder) return disk_error(folder.error(), "open the folder of blob " + id.brief());
  auto file = file_system.open_file(*folder, place.file);
  // Something else in its place is damage, which BlobFolder reports.
  const bool is_no_file = !file && (fs::is_no_folder(file.error()) ||
                                    file.error() == boost::system::errc::no_such_device_or_address);
  if (is_no_file) return std::optional<StoredBlob>();
  if (!file) return disk_error(file.error(), "open blob " + id.brief());
  const auto stat = file_system.stat(*file);
  if (!stat) return disk_error(stat.error(), "look at blob " + id.brief());
  if (stat->size != id.size) return std::optional<StoredBlob>();
  return std::optional<StoredBlob>(std::in_place, file_system, id, std::move(*file));
}

result<std::optional<StoredBlob>> Store::open_blob(const BlobId& id, const Requester& requester) {
  return impl_->guarded([&] { return impl_->open_blob(id, requester); });
}

}  // namespace shaman
