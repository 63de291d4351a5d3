// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/store.hpp"

#include <span>
#include <utility>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

#include "store/disk_error.hpp"
#include "store/housekeeping/unfinished_collection.hpp"
#include "store/root/private_folder.hpp"
#include "store/root/remount.hpp"
#include "store/root/self_check.hpp"
#include "store/store_impl.hpp"

namespace shaman {
namespace {

constexpr std::size_t kFlushesAtOnce = 64;

// The work of the store's thread: wakes clients that wait for a stalled upload, shows other servers
// that this one lives, and removes the remains of dead ones.
class HousekeepingPass {
 public:
  explicit HousekeepingPass(Store::Impl& store) : store_(store) {}

  void operator()() {
    const auto now = store_.file_system.steady_now();
    if (store_.claims.has_waiters()) store_.claims.wake_stalled(now);
    const StorageLook::Question question(store_.storage_look);
    if (!store_.watch.check()) {
      try_to_follow(now);
      if (!store_.watch.problem().empty()) return;
    }
    if (now >= next_look_) {
      next_look_ = now + kBetweenLooks;
      store_.storage_look.look();
    }
    if (now < next_beat_) return;
    next_beat_ = now + Instance::kBeat;
    if (const auto beat = store_.instance.beat(); !beat) {
      store_.log(LogLevel::error,
                 disk_error(beat.error(), "touch this server's file in .shaman/locks").message());
    }
    store_.reap_dead_servers();
    if (store_.journal) store_.journal->keep_house();
    store_.partials.remove_expired(store_.options.log);
    bring_back_unfinished(store_.file_system, store_.root, store_.blobs, store_.options.log);
    // Not at once: a command on a full storage needs the space that it has freed.
    if (has_beaten_) store_.root.reserve.give_back();
    StorageReserve::fill(store_.file_system, store_.root.private_folder);
    has_beaten_ = true;
  }

 private:
  static constexpr std::chrono::seconds kBetweenLooks{2};

  void try_to_follow(std::chrono::steady_clock::time_point now) {
    constexpr std::chrono::seconds kBetweenTries{1};
    if (now < next_try_) return;
    next_try_ = now + kBetweenTries;
    const auto followed = follow_mounted_anew(store_);
    const std::string problem = followed ? std::string() : followed.error().message();
    if (!problem.empty() && problem != told_)
      store_.log(LogLevel::warning,
                 "the storage was mounted again, but cannot be used yet: " + problem);
    told_ = problem;
  }

  Store::Impl& store_;
  std::chrono::steady_clock::time_point next_look_{};
  std::chrono::steady_clock::time_point next_beat_{};
  std::chrono::steady_clock::time_point next_try_{};
  std::string told_;
  bool has_beaten_ = false;
};

// Where no thread may wait for another, there is none.
WholeFlush::Calls calls_of(const WorkerPool& pool) {
  return pool.threads() > 0 ? WholeFlush::Calls::shared : WholeFlush::Calls::own;
}

}  // namespace

Store::Impl::Impl(fs::FileSystem& file_system_, const StoreOptions& options_, WorkerPool& pool_,
                  StorageRoot root_, Instance instance_, std::string path)
    : file_system(file_system_),
      options(options_),
      pool(pool_),
      root(std::move(root_)),
      instance(std::move(instance_)),
      watch(file_system, std::move(path), options.log),
      claims(options.stall_after, options.stall_bytes),
      marks(options.remembered_marks),
      blobs(file_system, root.blobs, root.private_folder, root.traits, marks, options),
      committer(file_system, instance.uploading(), blobs, marks),
      whole_flush(file_system, root.root, calls_of(pool)),
      replay(file_system, root.blobs, root.private_folder, instance.uploading(), whole_flush,
             committer, [this](const BlobId& id) { return temporary_name(id); }),
      dismantling(file_system, root.blobs, root.jobs, blobs.flushes()),
      partials(file_system, root.partial, options),
      reservations(file_system, root.root, root.blobs, pool, options.limits),
      storage_look(file_system, root, reservations),
      known_blobs(file_system, root.private_folder, options) {
  if (options.durability == Durability::group)
    flushers.emplace(kFlushesAtOnce, WorkerPool::Priority::normal, "flush");
  // On a network mount, or one of another program, one call need not put everything on the disk.
  if (!blobs.flushes() || !root.traits.answers_at_once) return;
  const auto post = [this](std::function<void()> job) { run_later(std::move(job)); };
  group.emplace(file_system, committer, whole_flush, pool, calls_of(pool), post);
  if (options.journal.bytes > 0)
    journal = std::make_unique<Journal>(file_system, root, instance.name(), whole_flush,
                                        reservations, replay, options, calls_of(pool), post);
}

void Store::Impl::start_housekeeping() {
  housekeeper_.emplace(options.housekeeping, HousekeepingPass(*this));
}

void Store::Impl::run_later(std::function<void()> job) {
  const WorkerPool::OnBehalfOf itself({});
  begin_job();
  pool.post([this, job = std::move(job)] {
    job();
    end_job();
  });
}

void Store::Impl::reap_dead_servers() {
  instance.reap_dead_servers(dismantling, replay, options.log);
}

Store::Impl::~Impl() {
  housekeeper_.reset();  // it may post a job
  std::unique_lock lock(jobs_mutex_);
  jobs_ended_.wait(lock, [this] { return jobs_ == 0; });
}

result<void> Store::Impl::is_still_there(std::uint64_t epoch, bool looks_now) {
  if (auto there = looks_now ? watch.look() : watch.check(); !there) return there;
  if (watch.epoch() == epoch) return {};
  return Error{kStorageAway, "the storage was mounted again in the meantime: try again"};
}

void Store::Impl::begin_job() {
  const std::lock_guard lock(jobs_mutex_);
  ++jobs_;
}

void Store::Impl::end_job() {
  // Notified under the lock: once it is free, this may be gone.
  const std::lock_guard lock(jobs_mutex_);
  --jobs_;
  jobs_ended_.notify_all();
}

BlobId Store::Impl::key_of(const Requester& requester, const BlobId& id) {
  if (requester.scope.empty()) return id;
  Sha256 hash;
  hash.update(std::as_bytes(std::span(requester.scope)));
  hash.update(std::as_bytes(std::span(id.digest.bytes())));
  return {hash.finish(), id.size};
}

bool Store::Impl::is_claimed(const BlobId& id, const Requester& requester) const {
  return claims.size() > 0 && claims.is_claimed(key_of(requester, id));
}

bool Store::Impl::is_committing(const BlobId& id, const Requester& requester) const {
  return claims.size() > 0 && claims.is_committing(key_of(requester, id));
}

result<bool> Store::Impl::holds(const BlobId& id, const Requester& requester, BlobFolder::Mark mark,
                                KnownBlobs::Others others) {
  if (!KnownBlobs::View(known_blobs, requester, others).has(id)) return false;
  return blobs.holds(id, mark);
}

result<std::optional<BlobStatus>> Store::Impl::status_unflushed(const BlobId& id,
                                                                const Requester& requester) {
  using Told = std::optional<BlobStatus>;
  const Told otherwise = is_claimed(id, requester) ? BlobStatus::uploading : BlobStatus::unknown;
  if (!KnownBlobs::View(known_blobs, requester).has(id)) return otherwise;
  if (is_committing(id, requester)) return Told(BlobStatus::uploading);
  const auto presence = blobs.look(id, BlobFolder::Mark::no);
  if (!presence) return presence.error();
  if (*presence == BlobFolder::Presence::absent) return otherwise;
  return *presence == BlobFolder::Presence::young ? Told() : Told(BlobStatus::stored);
}

result<BlobStatus> Store::Impl::status_of(const BlobId& id, const Requester& requester) {
  const auto told = status_unflushed(id, requester);
  if (!told) return told.error();
  if (*told) return **told;
  const auto stored = blobs.holds(id, BlobFolder::Mark::no);
  if (!stored) return stored.error();
  if (stored.value()) return BlobStatus::stored;
  return is_claimed(id, requester) ? BlobStatus::uploading : BlobStatus::unknown;
}

namespace {

// For a storage in which an instance cannot work.
Error unusable(const std::string& root, const Error& why) {
  return why.code == errc::storage_full ? nothing_fits(root)
                                        : Error{errc::not_a_store, why.message()};
}

}  // namespace

result<std::unique_ptr<Store::Impl>> Store::Impl::open(fs::FileSystem& file_system,
                                                       const std::string& root,
                                                       const StoreOptions& options,
                                                       WorkerPool& pool) {
  auto opened = open_storage_root(file_system, root, options.durability);
  if (!opened) return opened.error();
  if (opened->is_new && options.log)
    options.log(LogLevel::warning, text::in_quotes(root) +
                                       " was not a storage; made a new one in it. If a storage "
                                       "should be mounted there, stop the server and mount it");
  auto remarks = check_access(file_system, *opened, root, options.limits, JudgedBy::this_process);
  if (!remarks) return remarks.error();
  auto instance = Instance::start(file_system, opened->private_folder);
  if (!instance) return unusable(root, instance.error());
  if (const auto told = instance->announce(options.mark_lease); !told)
    return unusable(root, disk_error(told.error(), "write to .shaman/locks"));
  if (const auto made = make_private(file_system, opened->private_folder); !made && options.log)
    options.log(LogLevel::warning, made.error().message());
  remove_foreign_leftovers(file_system, opened->root, options.log);
  auto impl = std::make_unique<Impl>(file_system, options, pool, std::move(*opened),
                                     std::move(*instance), root);
  impl->reap_dead_servers();
  if (auto expected = impl->watch.expect(impl->root); !expected) return expected.error();
  impl->remarks = std::move(*remarks);
  for (const std::string& remark : impl->remarks)
    impl->log(LogLevel::warning, "the storage: " + remark);
  bring_back_unfinished(file_system, impl->root, impl->blobs, options.log);
  impl->reservations.count();
  impl->storage_look.look();
  impl->start_housekeeping();
  return impl;
}

result<std::unique_ptr<Store>> Store::open(fs::FileSystem& file_system, const std::string& root,
                                           const StoreOptions& options, WorkerPool& disk_pool) {
  auto impl = Impl::open(file_system, root, options, disk_pool);
  if (!impl) return impl.error();
  return std::unique_ptr<Store>(new Store(*std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

result<BlobStatus> Store::status(const BlobId& id, const Requester& requester) {
  return impl_->guarded([&] { return impl_->status_of(id, requester); });
}

result<std::optional<BlobStatus>> Store::status_at_once(const BlobId& id,
                                                        const Requester& requester) {
  return impl_->guarded([&]() -> result<std::optional<BlobStatus>> {
    auto told = impl_->status_unflushed(id, requester);
    if (!told || !*told || **told == BlobStatus::stored) return told;
    const auto held = impl_->partials.holds(Impl::key_of(requester, id));
    if (!held) return held.error();
    if (held.value()) told->reset();
    return told;
  });
}

result<void> Store::check_there() {
  return impl_->watch.check();
}

std::string Store::problem() const {
  return impl_->watch.problem();
}

std::vector<std::string> Store::remarks() const {
  // Less than many a submission needs.
  constexpr std::uint64_t kLittle = std::uint64_t{1} << 30;
  std::vector<std::string> remarks = impl_->remarks;
  if (const std::uint64_t left = health().upload_bytes; left < kLittle)
    remarks.push_back("the storage is nearly full: uploads can take " + units::size_text(left) +
                      " more; make room (docs/admin.md, \"A full storage\")");
  return remarks;
}

StoreHealth Store::health() const {
  StoreHealth health;
  impl_->storage_look.tell(health);
  health.problem = impl_->watch.problem();
  health.flush_losses = impl_->whole_flush.losses();
  if (impl_->journal) health.journal = impl_->journal->state();
  return health;
}

const std::string& Store::storage_id() const noexcept {
  return impl_->root.id;
}

void Store::refuse_uploads() {
  impl_->refuses_uploads = true;
}

std::uint64_t Store::upload_progress(const BlobId& id, const Requester& requester) const {
  return impl_->claims.received(Impl::key_of(requester, id));
}

std::size_t Store::uploads_under_way() const {
  return impl_->claims.size();
}

std::size_t Store::resumable_uploads_under_way() const {
  return impl_->partial_leases.size();
}

void Store::set_limits(const StoreLimits& limits) {
  impl_->reservations.set_limits(limits);
}

void Store::recount() {
  impl_->reservations.count();
}

void Store::forget(const BlobId& id) {
  impl_->marks.erase(id);
}

StoreCounters Store::counters() const {
  StoreCounters counters;
  counters.uploads_begun = impl_->uploads_begun;
  counters.uploads_committed = impl_->uploads_committed;
  counters.uploads_failed = impl_->uploads_failed;
  counters.blobs_added = impl_->reservations.blobs_added();
  counters.bytes_added = impl_->reservations.bytes_added();
  counters.bytes_written = impl_->bytes_written;
  counters.takeovers = impl_->takeovers;
  counters.marks = impl_->blobs.marks_set();
  counters.marks_saved = impl_->marks_saved;
  counters.damaged_blobs = impl_->blobs.damaged_seen();
  return counters;
}

const StoreOptions& Store::options() const noexcept {
  return impl_->options;
}

const StorageTraits& Store::traits() const noexcept {
  return impl_->root.traits;
}

struct Store::Waiter::State {
  ClaimTable::Waiter waiter;
};

Store::Waiter::Waiter() = default;
Store::Waiter::Waiter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Waiter::Waiter(Waiter&&) noexcept = default;
Store::Waiter& Store::Waiter::operator=(Waiter&&) noexcept = default;
Store::Waiter::~Waiter() = default;

Store::Waiter Store::when_released(const BlobId& id, std::function<void()> wake,
                                   const Requester& requester) {
  auto state = std::make_unique<Waiter::State>();
  state->waiter = impl_->claims.wait(Impl::key_of(requester, id), std::move(wake),
                                     impl_->file_system.steady_now());
  return Waiter(std::move(state));
}

}  // namespace shaman
