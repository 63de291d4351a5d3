// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/stored_blob.hpp"

#include <optional>

#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"
#include "store/store_impl.hpp"

namespace shaman {

result<void> StoredBlob::read(std::uint64_t offset, std::span<std::byte> into) const {
  const auto read = fs::read_full(*file_system_, file_, offset, into);
  if (!read) return disk_error(read.error(), "read blob " + id_.brief());
  if (*read == into.size()) return {};
  return Error{errc::io_error, "blob " + id_.brief() + " is shorter than its name says"};
}

result<std::optional<StoredBlob>> Store::Impl::open_blob(const BlobId& id,
                                                         const Requester& requester) {
  if (!Proofs::View(proofs, requester).has(id)) return std::optional<StoredBlob>();
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
