// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/uploads/group_commit.hpp"

#include <algorithm>
#include <utility>

namespace shaman {
namespace {

// A round may take this long, and longer for what its own blobs hold.
constexpr std::chrono::milliseconds kLongestRound{300};
constexpr std::uint64_t kSlowestDisk = std::uint64_t{20} << 20U;  // bytes per second
constexpr std::chrono::seconds kSlowFor{10};
constexpr std::size_t kNamesPerTurn = 16;

}  // namespace

void GroupCommit::add(PendingBlob blob, fs::Time marked, Done done) {
  Waiting waiting{std::move(blob), marked, std::move(done), {}};
  if (calls_ == WholeFlush::Calls::own) {
    Group alone;
    Group named;
    alone.push_back(std::move(waiting));
    run_round(alone, named);
    alone.clear();
    return run_round(alone, named);
  }
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(waiting));
  if (!std::exchange(is_running_, true)) post_([this] { run(); });
}

void GroupCommit::run() {
  Group named;
  for (;;) {
    Group come = take(named.empty());
    if (come.empty() && named.empty()) return;
    run_round(come, named);
  }
}

GroupCommit::Group GroupCommit::take(bool is_last_round) {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty() && is_last_round) is_running_ = false;
  return std::exchange(waiting_, {});
}

// Ends those of the last round, which have their names, and names those that have come.
void GroupCommit::run_round(Group& come, Group& named) {
  const std::uint64_t losses = storage_.losses();
  const auto begin = file_system_.steady_now();
  const bool is_flushed = storage_.run(losses).has_value();
  note_time(file_system_.steady_now() - begin, come);
  // Others are flushed by themselves: the system then tells each file's own fate.
  const auto is_on_disk = [&](const Waiting& each) {
    return is_flushed && each.blob.losses == losses;
  };
  pool_.parallel_for(come.size(), kNamesPerTurn, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      come[i].outcome = committer_.name_flushed(come[i].blob, is_on_disk(come[i]));
  });
  for (Waiting& each : named)
    each.done(committer_.confirm(each.blob.id, each.marked, is_on_disk(each)));
  named.clear();
  for (Waiting& each : come) {
    if (each.outcome)
      named.push_back(std::move(each));
    else
      each.done(each.outcome);
  }
}

void GroupCommit::note_time(std::chrono::nanoseconds took, const Group& come) {
  std::uint64_t bytes = 0;
  for (const Waiting& each : come)
    bytes += each.blob.id.size;
  const std::chrono::duration<double> own(static_cast<double>(bytes) / kSlowestDisk);
  if (took > kLongestRound + own) slow_until_ = file_system_.steady_now() + kSlowFor;
}

}  // namespace shaman
