// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace shaman::client {

enum class Stage : std::uint8_t {
  tracing,
  connecting,
  hashing,
  asking,
  uploading,
  creating,
  downloading
};

/// How much is done, and how much there is to do.
struct Amounts {
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> bytes_total{0};
  std::atomic<std::uint64_t> files_done{0};
  std::atomic<std::uint64_t> files_total{0};
};

/// The progress of a submission, written by the working threads and read by the display. All
/// members may be used from any thread. Its own amounts are those of the uploads, which begin while
/// files are still hashed.
struct Progress : Amounts {
  std::atomic<Stage> stage{Stage::tracing};
  Amounts hashing;
  std::atomic<std::uint64_t> files_waiting{0};  ///< that another client is uploading

  std::string server;  ///< its address; set before this is shown

  /// Begins a stage, and the uploads' amounts again. `files` and `bytes` are those of the stage.
  void begin(Stage next, std::uint64_t files, std::uint64_t bytes);
  /// The amounts to show during a stage.
  [[nodiscard]] const Amounts& of(Stage shown) const noexcept {
    return shown == Stage::hashing ? hashing : *this;
  }

  using Clock = std::chrono::steady_clock;
  /// Records that a try failed and the next one follows after `delay`.
  void server_is_away(std::chrono::milliseconds delay) { next_try = Clock::now() + delay; }
  void server_is_back() { next_try = Clock::time_point{}; }
  std::atomic<Clock::time_point> next_try{Clock::time_point{}};  ///< the epoch: not away
};

/// The state to show at one moment.
struct ProgressView {
  Stage stage = Stage::tracing;
  std::string server;  ///< its address
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t files_waiting = 0;
  std::chrono::milliseconds elapsed{0};  ///< since the stage began
  double bytes_per_second = 0;           ///< lately; 0: not known yet
  /// The server is away: how long until it is tried again; 0 while it is being tried.
  std::optional<std::chrono::seconds> next_try;
};

/// One line without a line end, at most `width` columns of ASCII:
/// `Uploading  [#####.....]  45 %  1.2 of 2.6 GB  310 of 1024 files  110.3 MB/s  0:13 left`.
/// Parts that do not fit are left out, the least needed first; a small bar stays while there is
/// room for it and the amounts. `Uploading  the server is away, next try in 4 s` while it is, and
/// `Waiting for http://farm:8080, 7 s` where nothing moves but time.
[[nodiscard]] std::string progress_bar(const ProgressView& view, std::size_t width);
/// The same as a line of a log, without the bar.
[[nodiscard]] std::string progress_text(const ProgressView& view);
/// `0:07`, `12:03`, `3:00:00`.
[[nodiscard]] std::string clock_text(std::chrono::seconds duration);

/// The rate over the last seconds, so that neither a slow start nor a pause is shown for ever.
class RateMeter {
 public:
  void sample(std::chrono::milliseconds at, std::uint64_t bytes);
  [[nodiscard]] double bytes_per_second() const noexcept { return rate_; }

 private:
  bool has_begun_ = false;
  std::chrono::milliseconds last_{0};
  std::uint64_t last_bytes_ = 0;
  double rate_ = 0;
};

}  // namespace shaman::client
