// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/interior.hpp"

#include "store/store_impl.hpp"

namespace shaman {

StoreInterior::StoreInterior(Store& store) : store_(store.impl_.get()) {}

fs::FileSystem& StoreInterior::file_system() const noexcept {
  return store_->file_system;
}
const StorageRoot& StoreInterior::root() const noexcept {
  return store_->root;
}
const fs::Folder& StoreInterior::staging() const noexcept {
  return store_->instance.staging();
}
const std::string& StoreInterior::name() const noexcept {
  return store_->instance.name();
}
std::uint64_t StoreInterior::next_number() const noexcept {
  return store_->next_name++;
}
WorkerPool& StoreInterior::pool() const noexcept {
  return store_->pool;
}
bool StoreInterior::flushes() const noexcept {
  return store_->blobs.flushes();
}
void StoreInterior::log(LogLevel level, const std::string& message) const {
  store_->log(level, message);
}

result<void> StoreInterior::check_there() const {
  return store_->watch.check();
}
std::uint64_t StoreInterior::epoch() const noexcept {
  return store_->watch.epoch();
}
result<void> StoreInterior::is_still_there(std::uint64_t epoch, bool looks_now) const {
  return store_->is_still_there(epoch, looks_now);
}

bool StoreInterior::has_claims() const {
  return store_->claims.size() > 0;
}
bool StoreInterior::is_claimed(const BlobId& id, const Requester& requester) const {
  return store_->is_claimed(id, requester);
}
result<BlobStatus> StoreInterior::status_of(const BlobId& id, const Requester& requester) const {
  return store_->status_of(id, requester);
}
result<void> StoreInterior::mark_all(bool trust_memory,
                                     const std::function<BlobId(std::size_t)>& id_at,
                                     std::span<BlobStatus> out, const Requester& requester) const {
  return store_->mark_all(trust_memory, id_at, out, requester);
}
void StoreInterior::let_know(const Requester& requester, const BlobId& id) const {
  if (requester.knows_all || requester.scope.empty()) return;
  if (KnownBlobs::View(store_->known_blobs, requester, KnownBlobs::Others::left_out).has(id))
    return;
  store_->known_blobs.add(requester.scope, id);
}
result<BlobId> StoreInterior::put(std::string_view content) const {
  return store_->put(content);
}

result<Reservations::Hold> StoreInterior::set_aside_links(std::string_view client,
                                                          const SpaceAmount& amount) const {
  return store_->reservations.set_aside(client, amount, Reservations::Counts::as_links);
}
result<KeptFiles> StoreInterior::dismantle(const std::string& staged_name) const {
  return store_->dismantling.run(staging(), staged_name);
}

}  // namespace shaman
