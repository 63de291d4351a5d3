// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shaman/manager/manager.hpp"

namespace shaman::manager {

struct TaskCounts {
  std::size_t completed = 0;
  std::size_t running = 0;
  std::size_t failed = 0;
  std::size_t retried = 0;  ///< failed once, and given to another worker
  std::size_t canceled = 0;
  std::size_t all = 0;
};

[[nodiscard]] TaskCounts count(const std::vector<Task>& tasks);

struct WaitPatience {
  /// Of a Manager that does not answer: it restarts, or a laptop changes its network.
  std::chrono::minutes absence{10};
  /// So often nothing is left to run before that counts: a Manager takes a moment to move on.
  int looks_at_nothing = 5;
};

/// Decides after each look at a job whether to go on waiting for it. Knows no socket and no clock.
class JobWait {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Next : std::uint8_t {
    wait,
    completed,
    failed,
    canceled,
    stuck,     ///< tasks failed and nothing is left to run, but the Manager keeps the job
    deleted,   ///< it was there at first
    unknown,   ///< there is no such job
    given_up,  ///< the Manager was away for too long
  };

  explicit JobWait(WaitPatience patience = {}) : patience_(patience) {}

  /// The Manager has answered.
  [[nodiscard]] Next answered(const Job& job, const TaskCounts& tasks);
  /// It has not, or only that there is no such job.
  [[nodiscard]] Next failed_to_ask(const Error& error, Time now);

  /// Whether the last question had no answer.
  [[nodiscard]] bool is_absent() const noexcept { return absent_since_.has_value(); }
  /// `10 minutes`.
  [[nodiscard]] std::string longest_absence() const;
  /// What to say where it has given up, after this last error: errc::unreachable.
  [[nodiscard]] Error after_absence(const Error& error, const std::string& job_id) const;

 private:
  WaitPatience patience_;
  std::optional<Time> absent_since_;
  int looks_at_nothing_ = 0;
  bool was_seen_ = false;
};

/// For a wait that ends before the job does: that the job goes on, and how to follow it.
[[nodiscard]] std::string how_to_go_on(const std::string& job_id);

}  // namespace shaman::manager
