// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "store/disk_error.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

// A large file's write-back starts while it is still coming, so that its last flush finds little
// left to do.
constexpr std::uint64_t kWriteBackStep = 8U << 20U;
// The most that a resumable upload loses by a broken connection or a power cut.
constexpr std::uint64_t kCheckpointStep = 8U << 20U;

Error mismatch(const BlobId& id, const std::string& how) {
  return {errc::content_mismatch,
          "the content sent for blob " + id.brief() + " does not match its address: " + how};
}

}  // namespace

Upload::State::~State() {
  reserved.release();
  store.claims.release(ticket, false);
  if (!file) return;
  if (lease) {
    // It is kept, so that resuming need not read it again.
    if (!failure && received == durable)
      store.partials.remember(key, file, durable, std::move(hash));
    file.reset();
    return;
  }
  // On the pool, because removing a large file takes a while and this may be a network thread.
  store.begin_job();
  file.reset();
  store.pool.post([&owner = store, temporary = std::move(name)] {
    static_cast<void>(owner.file_system.remove_file(owner.instance.uploading(), temporary));
    owner.end_job();
  });
}

result<void> Upload::State::fail(const Error& why) {
  failure = why;
  ++store.uploads_failed;
  store.log(why.code == errc::storage_full ? LogLevel::warning : LogLevel::error, why.message());
  return why;
}

result<void> Upload::State::fail_on_disk(const boost::system::error_code& error,
                                         std::string_view what) {
  failure = disk_error(error, std::string(what) + " of blob " + id.brief());
  ++store.uploads_failed;
  if (auto still = store.is_still_there(epoch, true); !still)
    failure = still.error();
  else
    store.log(LogLevel::error, failure->message());
  return *failure;
}

result<void> Upload::State::write(std::span<const std::byte> piece) {
  if (failure) return *failure;
  if (piece.size() > id.size - received) {
    failure = mismatch(id, "there are more bytes than the size in it");
    ++store.uploads_failed;
    if (lease) store.partials.remove_own(key, name);
    return *failure;
  }
  store.claims.working(ticket);
  if (const auto room = reserved.cover(piece.size()); !room) return fail(room.error());
  const auto written = fs::write_all(store.file_system, file, received, piece);
  if (!written) {
    static_cast<void>(fail_on_disk(written.error(), "write the upload"));  // failure has it
  } else {
    hash.update(piece);
    received += piece.size();
    reserved.wrote(piece.size());
    store.bytes_written += piece.size();
    if (store.blobs.flushes() && received - written_back >= kWriteBackStep) {
      store.file_system.start_write_back(file, written_back, received - written_back);
      written_back = received;
    }
  }
  if (lease && !failure && received < id.size && received - durable >= kCheckpointStep)
    static_cast<void>(checkpoint());  // failure has it
  store.claims.progress(ticket, received, store.file_system.steady_now());
  if (failure) return *failure;
  return {};
}

result<void> Upload::State::verify() {
  if (failure) return *failure;
  if (received != id.size) {
    return mismatch(
        id, "it has " + std::to_string(received) + " of " + std::to_string(id.size) + " bytes");
  }
  const Digest digest = hash.finish();
  if (digest != id.digest) return mismatch(id, "its SHA-256 is " + digest.hex());
  return {};
}

Upload::Upload(std::unique_ptr<State> state) : state_(std::move(state)) {}
Upload::Upload(Upload&&) noexcept = default;
Upload& Upload::operator=(Upload&&) noexcept = default;
Upload::~Upload() = default;

const BlobId& Upload::id() const noexcept {
  return state_->id;
}

result<void> Upload::write(std::span<const std::byte> piece) {
  return state_->write(piece);
}

std::uint64_t Upload::received() const noexcept {
  return state_->received;
}

bool Upload::is_superseded() const noexcept {
  return state_->store.claims.is_superseded(state_->ticket);
}

std::string Store::Impl::temporary_name(const BlobId& id) {
  return id.digest.hex() + "-" + std::to_string(id.size) + "-" + std::to_string(next_name++);
}

result<BeginResult> Store::Impl::begin_upload(const BlobId& id, bool can_defer,
                                              const Requester& requester) {
  Impl& store = *this;
  if (store.refuses_uploads) return Error{errc::shutting_down, {}};
  const BlobId key = Store::Impl::key_of(requester, id);
  const bool was_claimed = store.claims.is_claimed(key);
  // Claimed before looking at the disk, so that no other upload can commit the blob unseen in
  // between.
  const auto ticket = store.claims.claim(key, store.file_system.steady_now());
  const auto busy = [&]() -> BeginResult {
    if (can_defer) return Deferred{};
    return Claimed{};
  };
  if (!ticket && store.claims.is_committing(key)) return busy();
  auto state = ticket ? std::make_unique<Upload::State>(store, id, requester, *ticket) : nullptr;
  // A client that is about to send the file sends it: checking each time what other servers know
  // would cost every upload.
  const auto stored =
      store.holds(id, requester, BlobFolder::Mark::as_used_now, KnownBlobs::Others::left_out);
  if (!stored) return stored.error();
  if (stored.value()) return BeginResult(AlreadyStored{});
  if (!ticket) return busy();

  auto reserved = store.reservations.begin_upload(requester.client, id.size);
  if (!reserved) return reserved.error();
  state->reserved = *std::move(reserved);
  state->name = store.temporary_name(id);
  auto file = store.file_system.create_file(store.instance.uploading(), state->name);
  if (!file) return disk_error(file.error(), "begin the upload of blob " + id.brief());
  state->file = std::move(*file);
  ++store.uploads_begun;
  if (was_claimed) ++store.takeovers;
  return BeginResult(Upload(std::move(state)));
}

result<BeginResult> Store::begin_upload(const BlobId& id, bool can_defer,
                                        const Requester& requester) {
  return impl_->guarded([&] { return impl_->begin_upload(id, can_defer, requester); });
}

result<void> Store::Impl::finish(std::shared_ptr<Upload::State> upload) {
  auto verified = upload->verify();
  if (!verified) return conclude(*upload, std::move(verified));
  PendingBlob blob{upload->id, std::move(upload->file), upload->name, nullptr, upload->losses};
  if (upload->lease) blob.folder = &partials.folder();
  return conclude(*upload, committer.commit(std::move(blob), journal.get()));
}

void Store::Impl::finish_among_many(std::shared_ptr<Upload::State> upload,
                                    std::function<void(result<void>)> done) {
  if (!group || upload->lease || !group->is_quick()) return done(finish(std::move(upload)));
  Upload::State& state = *upload;
  // Everything it held is given back before `done` is called.
  GroupCommit::Done end = [this, upload = std::move(upload),
                           done = std::move(done)](result<void> outcome) mutable {
    outcome = conclude(*upload, std::move(outcome));
    upload.reset();
    done(std::move(outcome));
  };
  if (auto verified = state.verify(); !verified) return end(std::move(verified));
  const fs::Time marked = file_system.now();
  PendingBlob blob{state.id, std::move(state.file), state.name, nullptr, state.losses};
  if (auto sealed = committer.seal_or_remove(blob); !sealed) return end(std::move(sealed));
  group->add(std::move(blob), marked, std::move(end));
}

result<void> Store::Impl::conclude(Upload::State& upload, result<void> outcome) {
  const bool is_refused =
      upload.failure || (!outcome && outcome.error().code == errc::content_mismatch);
  if (!is_refused) {
    const bool has_failed = !outcome && outcome.error().code == errc::io_error;
    if (auto still = is_still_there(upload.epoch, has_failed); !still) outcome = still;
  }
  if (outcome) {
    ++uploads_committed;
    if (!upload.scope.empty()) known_blobs.add(upload.scope, upload.id);
    reservations.stored(upload.id.size);
  } else if (!upload.failure) {
    ++uploads_failed;
  }
  if (!outcome && outcome.error().code != errc::content_mismatch &&
      outcome.error().code != kStorageAway)
    log(LogLevel::error, outcome.error().message());
  claims.release(upload.ticket, outcome.has_value());
  // With the wrong content no part of it can be trusted. After any other failure the file is
  // already gone, and a file at its path may be another server's.
  if (is_refused && upload.lease) partials.remove_own(upload.key, upload.name);
  return outcome;
}

result<void> Store::commit_now(Upload upload) {
  impl_->claims.committing(upload.state_->ticket);
  return impl_->finish(std::move(upload.state_));
}

void Store::commit(Upload upload, std::function<void(result<void>)> done) {
  Impl& store = *impl_;
  // Shared, because jobs must be copyable.
  std::shared_ptr<Upload::State> state = std::move(upload.state_);
  store.claims.committing(state->ticket);
  store.begin_job();
  // Moved, never copied: the last holder of the state must not outlive the store.
  store.finishers().post([&store, state = std::move(state), done = std::move(done)]() mutable {
    auto outcome =
        store.finish(std::move(state));  // everything it held is given back before `done` is called
    done(std::move(outcome));
    store.end_job();
  });
}

void Store::commit_among_many(Upload upload, std::function<void(result<void>)> done) {
  Impl& store = *impl_;
  std::shared_ptr<Upload::State> state = std::move(upload.state_);
  store.claims.committing(state->ticket);
  // Two jobs: this one's last step may come after `done`.
  store.begin_job();
  store.begin_job();
  store.finishers().post([&store, state = std::move(state), done = std::move(done)]() mutable {
    store.finish_among_many(std::move(state), [&store, done = std::move(done)](auto outcome) {
      done(std::move(outcome));
      store.end_job();
    });
    store.end_job();
  });
}

WorkerPool& Store::commit_pool() noexcept {
  return impl_->finishers();
}

result<BlobId> Store::Impl::put(std::string_view content) {
  const BlobId id{Sha256::of(content), content.size()};
  const auto stored = blobs.holds(id, BlobFolder::Mark::as_used_now);
  if (!stored) return stored.error();
  if (stored.value()) return id;
  const auto reserved = reservations.set_aside({}, {id.size, 1});
  if (!reserved) return reserved.error();
  const std::string name = temporary_name(id);
  const std::uint64_t losses = whole_flush.losses();
  auto file = file_system.create_file(instance.uploading(), name);
  if (!file) return disk_error(file.error(), "store blob " + id.brief());
  const auto written = fs::write_all(file_system, *file, 0, std::as_bytes(std::span(content)));
  if (!written) {
    static_cast<void>(file_system.remove_file(instance.uploading(), name));
    return disk_error(written.error(), "store blob " + id.brief());
  }
  const auto committed =
      committer.commit({id, std::move(*file), name, nullptr, losses}, journal.get());
  if (!committed) return committed.error();
  return id;
}

}  // namespace shaman
