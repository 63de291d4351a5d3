// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string>
#include <utility>

#include "gc/collection.hpp"
#include "gc/doubt.hpp"
#include "gc/gc_report.hpp"
#include "gc/link_walk.hpp"
#include "gc/policy.hpp"
#include "gc/set_aside.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"
#include "store/root/instance.hpp"

namespace shaman {
namespace {

// For a server that does not announce it: the default of StoreOptions::mark_lease.
constexpr std::chrono::seconds kUsualLease{3600};
constexpr std::size_t kUsersNamed = 1000;
constexpr std::size_t kGrain = 16;

}  // namespace

result<GcResults> Collection::run() {
  results_.is_dry_run = run_.options.dry_run;
  if (const auto set = set_times(); !set) return set.error();
  if (const auto found = find_candidates(); !found) return found.error();
  begin_explaining();
  if (const auto looked = look_for_links(true); !looked) return looked.error();
  results_.was_stopped = run_.is_stopped();
  if (results_.was_stopped) return std::move(results_);
  if (const auto chosen = choose(); !chosen) return chosen.error();
  finish_explaining();
  if (const auto put = put_aside(); !put) {
    static_cast<void>(take_back_all());
    return put.error();
  }
  if (const auto looked = look_again(); !looked) {
    static_cast<void>(take_back_all());
    return looked.error();
  }
  results_.was_stopped = run_.is_stopped();
  if (results_.was_stopped) {
    // Without the second look it is unknown whether they are wanted.
    if (const auto back = take_back_all(); !back) return back.error();
    return std::move(results_);
  }
  if (const auto finished = trash_.finish(); !finished) {
    static_cast<void>(take_back_all());
    return finished.error();
  }
  if (const auto settled = settle_trash(); !settled) return settled.error();
  note_set_aside();
  note_shortfall();
  return std::move(results_);
}

// All times are compared by the file system's own clock; a file system may round times down, so
// that marks look older than they are.
result<void> Collection::set_times() {
  const auto now = lock_.beat();
  if (!now) return now.error();
  now_ = *now;
  const auto coarse =
      std::chrono::duration_cast<fs::Time::duration>(run_.root.traits.time_granularity);
  promised_from_ = now_ - run_.options.min_age - coarse;
  expired_ = std::min(now_ - run_.options.max_age, promised_from_);
  const auto lease =
      Instance::longest_lease(run_.file_system, run_.root.private_folder, kUsualLease);
  if (!lease) return disk_error(lease.error(), "read .shaman/locks");
  // A server that believes marks for longer than the least age must still find the blob when a
  // client that relied on its answer asks for the checkout.
  least_grace_ = std::max(std::chrono::seconds(0), 2 * *lease - run_.options.min_age);
  grace_ = std::max(run_.options.grace, least_grace_);
  return {};
}

result<void> Collection::find_candidates() {
  auto in_trash = trash_.list();
  if (!in_trash) return in_trash.error();
  in_trash_ = std::move(*in_trash);
  auto found = walk_blobs(run_, goes_by_space(run_.options) ? promised_from_ : expired_);
  if (!found) return found.error();
  old_ = std::move(found->old);
  results_.blobs = found->count;
  results_.blob_bytes = found->bytes;
  for (const FoundBlob& blob : old_)
    candidates_.add(blob.id);
  for (const TrashedBlob& blob : in_trash_)
    candidates_.add(blob.id);
  candidates_.seal();
  return {};
}

result<void> Collection::look_for_links(bool first) {
  const auto visit = [&](const BlobId& id, const std::string& path) {
    candidates_.mark_used(id);
    if (!first || !run_.options.explain || id.digest != *run_.options.explain) return;
    const std::lock_guard lock(mutex_);
    for (GcExplanation& explanation : results_.explanations)
      if (explanation.id == id && explanation.users.size() < kUsersNamed)
        explanation.users.push_back(path);
  };
  const auto walked = walk_links(run_, visit);
  if (!walked) return walked.error();
  if (first) results_.links_checked = walked->links;
  return note_unread(walked->unread);
}

result<void> Collection::note_unread(const UnreadPlaces& unread) {
  const auto doubt = keep_what_may_be_linked(run_, unread, old_, in_trash_, candidates_);
  if (!doubt) return doubt.error();
  results_.kept_all_checkouts = results_.kept_all_checkouts || *doubt == Doubt::everything;
  if (unread.count <= results_.unread_places) return {};
  results_.unread_places = unread.count;
  results_.unreadable = unread.named;
  run_.log(LogLevel::warning, text_of_unread(results_));
  return {};
}

result<void> Collection::choose() {
  std::vector<FoundBlob> unused;
  for (const FoundBlob& blob : old_) {
    const bool is_used = candidates_.is_used(blob.id);
    if (is_used && blob.marked < expired_) ++results_.old_used;
    if (!is_used) unused.push_back(blob);
  }
  auto free = run_.file_system.space(run_.root.root);
  if (!free && fs::is_unsupported(free.error())) free = fs::Space::unknown();
  if (!free) return disk_error(free.error(), "ask for the free space of the storage");
  const fs::Space lent = run_.root.reserve.lent();
  free->free_bytes -= std::min(free->free_bytes, lent.free_bytes);
  free->free_inodes -= std::min(free->free_inodes, lent.free_inodes);
  free_ = *free;
  StorageUse use{results_.blob_bytes, *free};
  if (is_short_of_space(run_.options, *free)) grace_ = least_grace_;
  for (const TrashedBlob& blob : in_trash_)
    if (is_expired(blob) && !is_wanted(blob)) use.free.free_bytes += blob.bytes;
  victims_ = choose_victims(run_.options, use, std::move(unused), expired_);
  results_.old_unused = victims_.size();
  results_.old_blobs = results_.old_used + results_.old_unused;
  note_kept();
  return {};
}

void Collection::note_kept() {
  if (!goes_by_space(run_.options)) return;
  std::uint64_t old_bytes = 0;
  for (const FoundBlob& blob : old_) {
    old_bytes += blob.bytes;
    if (candidates_.is_used(blob.id)) results_.used_bytes += blob.bytes;
  }
  results_.young_bytes = results_.blob_bytes - std::min(results_.blob_bytes, old_bytes);
}

void Collection::note_shortfall() {
  StorageUse use{results_.blob_bytes - results_.collected_bytes, free_};
  use.free.free_bytes += results_.bytes_freed;
  // A file system without a limit says so.
  if (use.free.free_inodes < UINT64_MAX - results_.deleted)
    use.free.free_inodes += results_.deleted;
  results_.shortfall = shortfall_of(run_.options, use);
  if (results_.shortfall.is_any())
    run_.log(LogLevel::warning, text_of_shortfall(results_, run_.options));
}

result<void> Collection::put_aside() {
  if (victims_.empty()) return {};
  if (const auto beat = lock_.beat(); !beat) return beat.error();
  if (!run_.options.dry_run) {
    const auto begun = trash_.begin(now_);
    if (!begun && (begun.error().code != errc::storage_full || in_trash_.empty())) return begun;
    if (!begun) {
      // Emptying the trash needs no space, and frees some.
      run_.log(LogLevel::warning,
               begun.error().message() + "; this run only deletes from the trash, run it again");
      victims_.clear();
      return {};
    }
  }
  run_.pool.parallel_for(victims_.size(), kGrain, [this](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !run_.is_stopped(); ++i) {
      const auto put = put_aside(victims_[i]);
      if (put) continue;
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = put.error();
      return;
    }
  });
  if (failure_) return *failure_;
  results_.collected = moved_.size();
  for (const FoundBlob& blob : moved_)
    results_.collected_bytes += blob.bytes;
  return {};
}

// A server marks a blob before it answers "stored". If it did so before the move, the mark is seen
// here. If after, marking failed, and the server restores the blob itself.
result<void> Collection::put_aside(const FoundBlob& blob) {
  if (!run_.options.dry_run) {
    const auto moved = trash_.move_in(blob.id);
    if (!moved) return moved.error();
    if (*moved == Trash::Move::gone) return {};
    const auto marked = trash_.marked(blob.id);
    if (!marked || *marked >= promised_from_) {
      const auto back = trash_.move_back(blob.id);
      if (!marked) return marked.error();
      if (!back) return back.error();
      const std::lock_guard lock(mutex_);
      ++results_.restored;
      return {};
    }
  }
  const std::lock_guard lock(mutex_);
  moved_.push_back(blob);
  return {};
}

// Links that people made or moved by hand while the first walk was under way, without a mark.
result<void> Collection::look_again() {
  if (moved_.empty() || run_.options.dry_run || run_.is_stopped()) return {};
  if (const auto looked = look_for_links(false); !looked) return looked.error();
  std::vector<FoundBlob> rest;
  for (const FoundBlob& blob : moved_) {
    if (!candidates_.is_used(blob.id)) {
      rest.push_back(blob);
      continue;
    }
    if (const auto back = trash_.move_back(blob.id); !back) return back.error();
    ++results_.restored;
    --results_.collected;
    results_.collected_bytes -= blob.bytes;
  }
  moved_ = std::move(rest);
  return {};
}

result<void> Collection::take_back_all() {
  std::optional<Error> failure;
  for (const FoundBlob& blob : moved_) {
    if (run_.options.dry_run) break;
    const auto back = trash_.move_back(blob.id);
    if (!back)
      failure = back.error();
    else
      ++results_.restored;
  }
  moved_.clear();
  results_.collected = 0;
  results_.collected_bytes = 0;
  if (failure) return *failure;
  return {};
}

bool Collection::is_expired(const TrashedBlob& blob) const {
  return now_ - blob.put_in >= grace_;
}

bool Collection::is_wanted(const TrashedBlob& blob) const {
  return blob.marked >= promised_from_ || candidates_.is_used(blob.id);
}

result<void> Collection::settle_trash() {
  if (const auto beat = lock_.beat(); !beat) return beat.error();
  for (const TrashedBlob& blob : in_trash_)
    if (auto settled = settle(blob); !settled) return settled;
  results_.grace = grace_;
  results_.is_grace_of_servers = grace_ > run_.options.grace;
  results_.min_age_of_servers = least_grace_ + run_.options.min_age;
  // Their grace period begins now; without one it is over.
  for (const FoundBlob& blob : moved_) {
    if (grace_.count() > 0) {
      note_in_trash(blob.bytes, now_);
      continue;
    }
    if (auto settled = settle({blob.id, trash_.name(), blob.bytes, blob.marked, now_}); !settled)
      return settled;
  }
  if (!run_.options.dry_run) trash_.tidy();
  return {};
}

result<void> Collection::settle(const TrashedBlob& blob) {
  const bool is_dry = run_.options.dry_run;
  if (is_wanted(blob)) {
    const auto back =
        is_dry ? result<Trash::Move>(Trash::Move::moved) : trash_.move_back(blob.id, blob.run);
    if (!back) return back.error();
    if (*back == Trash::Move::moved) ++results_.restored;
    return {};
  }
  if (!is_expired(blob)) {
    note_in_trash(blob.bytes, blob.put_in);
    return {};
  }
  const auto removed = is_dry ? result<Trash::Move>(Trash::Move::moved) : trash_.remove(blob);
  if (!removed) return removed.error();
  if (*removed == Trash::Move::gone) return {};
  ++results_.deleted;
  results_.bytes_freed += blob.bytes;
  return {};
}

void Collection::note_set_aside() {
  results_.quarantine_bytes =
      bytes_below(run_, std::string(layout::kPrivate) + "/" + std::string(layout::kQuarantine));
  results_.kept_bytes =
      bytes_below(run_, std::string(layout::kJobs) + "/" + std::string(layout::kKept));
}

void Collection::note_in_trash(std::uint64_t bytes, fs::Time put_in) {
  ++results_.in_trash;
  results_.in_trash_bytes += bytes;
  const fs::Time over = put_in + grace_;
  results_.deletable_from = std::max(results_.deletable_from.value_or(over), over);
}

void Collection::begin_explaining() {
  if (!run_.options.explain) return;
  const Digest& digest = *run_.options.explain;
  const std::string folder_path = layout::BlobPlace(BlobId{digest, 0}).folder;
  const auto folder = run_.file_system.open_folder(run_.root.blobs, folder_path);
  const auto entries =
      folder ? run_.file_system.list(*folder) : fs::result<std::vector<fs::Entry>>(folder.error());
  for (const fs::Entry& entry : entries ? *entries : std::vector<fs::Entry>()) {
    const auto id =
        layout::blob_of_path(std::string(layout::kBlobs) + "/" + folder_path + "/" + entry.name);
    const auto stat = run_.file_system.stat(*folder, entry.name);
    if (id && stat)
      results_.explanations.push_back({*id, GcExplanation::State::stored, stat->modified, {}, {}});
  }
  for (const TrashedBlob& blob : in_trash_)
    if (blob.id.digest == digest)
      results_.explanations.push_back(
          {blob.id, GcExplanation::State::in_trash, blob.marked, {}, {}});
}

void Collection::finish_explaining() {
  for (GcExplanation& explanation : results_.explanations) {
    const bool goes = std::any_of(victims_.begin(), victims_.end(),
                                  [&](const FoundBlob& blob) { return blob.id == explanation.id; });
    const bool is_stored = explanation.state == GcExplanation::State::stored;
    if (!explanation.users.empty())
      explanation.verdict =
          is_stored ? "is kept: links lead to it" : "is brought back: links lead to it";
    else if (candidates_.is_used(explanation.id))
      explanation.verdict = "is kept: a folder that cannot be read may link to it";
    else if (explanation.marked >= promised_from_)
      explanation.verdict = "is kept: it was used less than min-age ago";
    else if (!is_stored)
      explanation.verdict = "was collected, and is deleted when its grace period is over";
    else
      explanation.verdict = goes ? "is collected: nothing uses it"
                                 : "is kept: nothing uses it, but it is not due for collection yet";
    std::sort(explanation.users.begin(), explanation.users.end());
  }
}

result<GcResults> collect_garbage(fs::FileSystem& file_system, const std::string& root,
                                  WorkerPool& pool, const GcOptions& options) {
  const auto opened = open_storage_root(file_system, root, Durability::none, IfMissing::refuse);
  if (!opened) return opened.error();
  if (auto is = check_id(*opened, root, options.storage_id); !is) return is.error();
  const GcRun run{file_system, *opened, pool, options};
  const auto lock = CollectorLock::take(run);
  if (!lock) return lock.error();
  return Collection(run, *lock).run();
}

}  // namespace shaman
