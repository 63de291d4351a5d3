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
  /// How long the Manager may be unreachable: it restarts, or a laptop changes its network.
  std::chrono::minutes absence{10};
  /// After how many looks without a task to run the job counts as stuck: a Manager takes a moment
  /// to move on.
  int looks_at_nothing = 5;
};

/// Decides after each look at a job whether to wait longer. Uses neither sockets nor a clock.
class JobWait {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Next : std::uint8_t {
    wait,
    completed,
    failed,
    canceled,
    stuck,     ///< tasks failed and no task is left to run, but the Manager does not end the job
    deleted,   ///< the job existed at an earlier look
    unknown,   ///< there is no such job
    given_up,  ///< the Manager was unreachable for too long
  };

  explicit JobWait(WaitPatience patience = {}) : patience_(patience) {}

  /// Call this after an answer with the job and its tasks.
  [[nodiscard]] Next answered(const Job& job, const TaskCounts& tasks);
  /// Call this after an error, also if the Manager answered that there is no such job.
  [[nodiscard]] Next failed_to_ask(const Error& error, Time now);

  /// Whether the last question got no answer.
  [[nodiscard]] bool is_absent() const noexcept { return absent_since_.has_value(); }
  /// `10 minutes`.
  [[nodiscard]] std::string longest_absence() const;
  /// The error to report after Next::given_up; `error` is the last one. errc::unreachable.
  [[nodiscard]] Error after_absence(const Error& error, const std::string& job_id) const;

 private:
  WaitPatience patience_;
  std::optional<Time> absent_since_;
  int looks_at_nothing_ = 0;
  bool was_seen_ = false;
};

/// For a wait that ends before the job: the job continues, and this command waits for it again.
[[nodiscard]] std::string how_to_go_on(const std::string& job_id);

}  // namespace shaman::manager
