// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/storage_watch.hpp"

#include <string_view>

#include "shaman/text.hpp"

#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// Failures of this process or machine, which say nothing about the storage.
bool is_passing(const boost::system::error_code& error) {
  return error == errors::too_many_files_open || error == errors::too_many_files_open_in_system ||
         error == errors::not_enough_memory || error == errors::interrupted;
}

}  // namespace

std::string_view StorageWatch::name_of(std::size_t watched) noexcept {
  static constexpr std::array<std::string_view, kWatched> kNames{"", layout::kBlobsPath,
                                                                 layout::kJobs, layout::kPrivate};
  return kNames[watched];
}

fs::result<StorageWatch::Identity> StorageWatch::identity_of(const fs::Folder& root,
                                                             std::size_t watched) {
  const auto stat =
      watched == 0 ? file_system_.stat(root) : file_system_.stat(root, name_of(watched));
  if (!stat) return stat.error();
  return Identity{stat->device, stat->inode};
}

result<void> StorageWatch::expect(const StorageRoot& root) {
  const std::array open = {&root.root, &root.blobs, &root.jobs, &root.private_folder};
  static_assert(open.size() == kWatched);
  Identities found;
  for (std::size_t i = 0; i < kWatched; ++i) {
    const auto stat = file_system_.stat(*open[i]);
    if (!stat)
      return Error{errc::not_a_store, "cannot use the storage folder " + text::printable(path_) +
                                          ": " + stat.error().message()};
    found[i] = {stat->device, stat->inode};
  }
  const auto now = file_system_.steady_now();
  {
    const std::lock_guard lock(mutex_);
    expected_ = found;
  }
  learn({}, now);
  return {};
}

fs::result<std::string> StorageWatch::find_problem() {
  Identities expected;
  {
    const std::lock_guard lock(mutex_);
    if (!expected_) return std::string();
    expected = *expected_;
  }
  const auto root = file_system_.open_root(path_);
  if (!root && is_passing(root.error())) return root.error();
  if (!root) return "it cannot be opened (" + root.error().message() + ")";
  for (std::size_t i = 0; i < kWatched; ++i) {
    const std::string name = i == 0 ? "its path" : std::string(name_of(i)) + " in it";
    const auto identity = identity_of(*root, i);
    if (!identity && is_passing(identity.error())) return identity.error();
    if (!identity) return name + " cannot be looked at (" + identity.error().message() + ")";
    if (*identity != expected[i])
      return name + " leads to another folder than when the server started";
  }
  return std::string();
}

bool StorageWatch::is_other(const fs::Folder& root) {
  const auto identity = identity_of(root, 0);
  const std::lock_guard lock(mutex_);
  return identity && expected_ && *identity != (*expected_)[0];
}

result<void> StorageWatch::check() {
  const auto age = file_system_.steady_now() - looked_at_.load();
  // The problem may be over by now, and no request should be refused for a past one.
  if (age >= kFresh || !problem().empty()) return look();
  return {};
}

result<void> StorageWatch::look() {
  const auto begun = file_system_.steady_now();
  const std::uint64_t epoch = epoch_;
  auto found = find_problem();
  if (found && !found->empty())
    *found = "the storage " + text::printable(path_) + " is not in its place: " + *found +
             ". Nothing is taken until it is back: mount it, or move it back";
  // Otherwise the compared folders are outdated.
  if (found && epoch == epoch_) learn(std::move(*found), begun);
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) return {};
  return Error{kStorageAway, problem_};
}

void StorageWatch::learn(std::string problem, std::chrono::steady_clock::time_point begun) {
  std::optional<std::string> event;
  LogLevel level = LogLevel::error;
  {
    const std::lock_guard lock(mutex_);
    if (begun < learned_at_) return;  // a later look was faster
    learned_at_ = begun;
    looked_at_ = begun;
    if (problem.empty() != problem_.empty()) {
      level = problem.empty() ? LogLevel::warning : LogLevel::error;
      event = problem.empty() ? "the storage " + text::printable(path_) + " is back: going on"
                              : problem;
    }
    problem_ = std::move(problem);
  }
  if (event && log_) log_(level, *event);
}

std::string StorageWatch::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

}  // namespace shaman
