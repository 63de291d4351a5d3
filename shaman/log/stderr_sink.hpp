// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

namespace shaman::program {

/// Writes log lines to standard error from its own thread, many with one write: tens of thousands
/// of requests a second would otherwise spend their time in as many writes and wakes. A slow or
/// stuck reader never delays the server: if too many lines wait, some are dropped, and their number
/// is logged as soon as there is room. Warnings and errors are written at once. Thread-safe.
class StderrSink final : public spdlog::sinks::sink {
 public:
  StderrSink();
  /// Writes the remaining lines, unless no reader takes them.
  ~StderrSink() override;

  void log(const spdlog::details::log_msg& message) override;
  /// Waits until all lines are written, but at most a second, because there may be no reader.
  void flush() override;
  void set_pattern(const std::string& pattern) override;
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

 private:
  void run();
  void tell_of_dropped_lines();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable written_;
  std::unique_ptr<spdlog::formatter> formatter_;
  spdlog::memory_buf_t waiting_;
  std::size_t dropped_ = 0;
  bool urgent_ = false;
  bool is_writing_ = false;
  std::atomic<bool> stopping_{false};
  std::thread writer_;
};

}  // namespace shaman::program
