// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "store/disk_error.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

using Lease = PartialTable::Lease;

// The blob was stored another way: its partial upload is no longer needed.
void drop_partial(Store::Impl& store, const BlobId& key) {
  const auto removed = store.partials.remove(key);
  if (!removed) store.log(LogLevel::warning, removed.error().message());
}

result<std::unique_ptr<Upload::State>> open_partial(Store::Impl& store, const BlobId& id,
                                                    const Requester& requester,
                                                    ClaimTable::Ticket ticket, Lease lease,
                                                    bool may_create) {
  auto state = std::make_unique<Upload::State>(store, id, requester, ticket);
  auto open = store.partials.open(state->key, requester.client);
  if (!open) return open.error();
  if (!open.value() && !may_create) return std::unique_ptr<Upload::State>();
  const std::uint64_t missing = id.size - (open.value() ? (*open)->durable : 0);
  auto reserved = store.reservations.begin_upload(requester.client, missing);
  if (!reserved) return reserved.error();
  state->reserved = *std::move(reserved);
  if (!open.value()) {
    auto created = store.partials.create(state->key, requester.client);
    if (!created) return created.error();
    open = std::optional(std::move(*created));
  }
  PartialFiles::Open& partial = **open;
  state->name = std::move(partial.name);
  state->file = std::move(partial.file);
  state->hash = std::move(partial.hash);
  state->received = state->durable = state->written_back = partial.durable;
  state->lease = std::move(lease);
  ++store.uploads_begun;
  store.claims.progress(ticket, state->received, store.file_system.steady_now());
  return state;
}

result<HeldResult> held(Store::Impl& store, const BlobId& id, std::function<void()> wake,
                        const Requester& requester) {
  const BlobId key = Store::Impl::key_of(requester, id);
  const auto lease = store.partial_leases.try_take(key, {}, std::move(wake));
  if (!lease) return HeldResult(Taken{});
  const auto stored = store.holds(id, requester, BlobFolder::Mark::as_used_now);
  if (!stored) return stored.error();
  if (stored.value()) return HeldResult(AlreadyStored{});
  const auto offset = store.partials.offset(key);
  if (!offset) return offset.error();
  if (!offset.value()) return HeldResult(NotHeld{});
  return HeldResult(Held{**offset});
}

result<HeldResult> cancel(Store::Impl& store, const BlobId& id, std::function<void()> wake,
                          const Requester& requester) {
  const BlobId key = Store::Impl::key_of(requester, id);
  const auto lease = store.partial_leases.try_take(key, {}, std::move(wake));
  if (!lease) return HeldResult(Taken{});
  const auto removed = store.partials.remove(key);
  if (!removed) return removed.error();
  if (!removed.value()) return HeldResult(NotHeld{});
  return HeldResult(Held{0});
}

}  // namespace

result<ResumeResult> Store::Impl::create_resumable(const BlobId& id, bool can_defer,
                                                   const Takeover& takeover,
                                                   const Requester& requester) {
  Impl& store = *this;
  if (store.refuses_uploads) return Error{errc::shutting_down, {}};
  const BlobId key = Store::Impl::key_of(requester, id);
  const auto ticket = store.claims.claim(key, store.file_system.steady_now());
  // Always gives the claim back.
  const auto claim =
      ticket ? std::make_unique<Upload::State>(store, id, requester, *ticket) : nullptr;
  const auto busy = [&]() -> ResumeResult {
    if (can_defer) return Deferred{};
    return Claimed{};
  };
  if (!ticket && store.claims.is_committing(key)) return busy();
  const auto stored = store.holds(id, requester, BlobFolder::Mark::as_used_now);
  if (!stored) return stored.error();
  if (stored.value()) return ResumeResult(AlreadyStored{});
  if (!ticket) return busy();
  auto lease = store.partial_leases.try_take(key, takeover.interrupt, takeover.wake);
  if (!lease) return ResumeResult(Taken{});
  auto state = open_partial(store, id, requester, *ticket, std::move(*lease), true);
  if (!state && state.error().code == errc::limit_exceeded)
    return ResumeResult(NoPlace{state.error().message()});
  if (!state) return state.error();
  claim->ticket = 0;  // the upload has it now
  return ResumeResult(Upload(std::move(*state)));
}

result<ResumeResult> Store::Impl::append_resumable(const BlobId& id, const Takeover& takeover,
                                                   const Requester& requester) {
  Impl& store = *this;
  const BlobId key = Store::Impl::key_of(requester, id);
  if (store.refuses_uploads) return Error{errc::shutting_down, {}};
  auto lease = store.partial_leases.try_take(key, takeover.interrupt, takeover.wake);
  if (!lease) return ResumeResult(Taken{});
  const auto stored = store.holds(id, requester, BlobFolder::Mark::as_used_now);
  if (!stored) return stored.error();
  if (stored.value()) {
    drop_partial(store, key);
    return ResumeResult(AlreadyStored{});
  }
  // Also while another client sends the whole file: the first to finish ends the other.
  const auto ticket = store.claims.claim(key, store.file_system.steady_now()).value_or(0);
  auto state = open_partial(store, id, requester, ticket, std::move(*lease), false);
  if (!state || !*state) store.claims.release(ticket, false);
  if (!state) return state.error();
  if (!*state) return ResumeResult(NotHeld{});
  return ResumeResult(Upload(std::move(*state)));
}

result<ResumeResult> Store::create_resumable(const BlobId& id, bool can_defer,
                                             const Takeover& takeover, const Requester& requester) {
  return impl_->guarded(
      [&] { return impl_->create_resumable(id, can_defer, takeover, requester); });
}

result<ResumeResult> Store::append_resumable(const BlobId& id, const Takeover& takeover,
                                             const Requester& requester) {
  return impl_->guarded([&] { return impl_->append_resumable(id, takeover, requester); });
}

result<HeldResult> Store::held_of(const BlobId& id, std::function<void()> wake,
                                  const Requester& requester) {
  return impl_->guarded([&] { return held(*impl_, id, std::move(wake), requester); });
}

result<std::optional<std::uint64_t>> Store::peek_held(const BlobId& id,
                                                      const Requester& requester) {
  return impl_->guarded([&] { return impl_->partials.offset(Impl::key_of(requester, id)); });
}

result<HeldResult> Store::cancel_resumable(const BlobId& id, std::function<void()> wake,
                                           const Requester& requester) {
  return impl_->guarded([&] { return cancel(*impl_, id, std::move(wake), requester); });
}

result<std::uint64_t> Upload::checkpoint() {
  if (const auto kept = state_->checkpoint(); !kept) return kept.error();
  return state_->durable;
}

result<void> Upload::State::checkpoint() {
  if (failure) return *failure;
  if (durable == received) return {};
  const auto kept = store.partials.checkpoint(key, name, file, received);
  const auto still = store.is_still_there(epoch, !kept);
  if (!kept || !still) {
    failure = still ? kept.error() : still.error();
    ++store.uploads_failed;
    if (still) store.log(LogLevel::error, failure->message());
    return *failure;
  }
  durable = received;
  return {};
}

}  // namespace shaman
