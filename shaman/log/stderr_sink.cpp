// SPDX-License-Identifier: GPL-3.0-or-later
#include "log/stderr_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <spdlog/pattern_formatter.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/os.hpp"

namespace shaman::program {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{4} << 20;
constexpr std::size_t kWriteAtOnce = 64 * 1024;
// How long a line may wait for others.
constexpr std::chrono::milliseconds kGather{10};
// At the end, how long to wait for a reader that does not read.
constexpr int kStuckMs = 1000;

// Anything but a regular file may block for ever.
bool may_block_for_ever() {
  struct stat status {};
  return ::fstat(STDERR_FILENO, &status) != 0 || !S_ISREG(status.st_mode);
}

// False if no reader takes the lines at the end.
bool wait_for_reader(const std::atomic<bool>& stopping) {
  for (;;) {
    pollfd standard_error{STDERR_FILENO, POLLOUT, 0};
    const bool was_stopping = stopping;
    if (::poll(&standard_error, 1, kStuckMs) != 0) return true;
    if (was_stopping) return false;
  }
}

void write_all(const spdlog::memory_buf_t& text, const std::atomic<bool>& stopping) {
  static const bool may_block = may_block_for_ever();
  const char* next = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    if (may_block && !wait_for_reader(stopping)) return;
    // A pipe that poll() calls writable takes that much without blocking.
    const std::size_t most = may_block ? std::size_t{PIPE_BUF} : left;
    const ssize_t length = ::write(STDERR_FILENO, next, std::min(left, most));
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return;  // there is no reader any more, and no place to report that
    next += length;
    left -= static_cast<std::size_t>(length);
  }
}

}  // namespace

StderrSink::StderrSink()
    : formatter_(std::make_unique<spdlog::pattern_formatter>()), writer_([this] { run(); }) {}

StderrSink::~StderrSink() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void StderrSink::log(const spdlog::details::log_msg& message) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_;
    return;
  }
  const bool was_empty = waiting_.size() == 0;
  if (dropped_ > 0) tell_of_dropped_lines();
  formatter_->format(message, waiting_);
  const bool now = message.level >= spdlog::level::warn || waiting_.size() >= kWriteAtOnce;
  if (was_empty || (now && !urgent_)) wake_.notify_one();
  urgent_ = urgent_ || now;
}

void StderrSink::tell_of_dropped_lines() {
  const std::string text =
      fmt::format("{} log lines were dropped here, because they were not read in time", dropped_);
  dropped_ = 0;
  formatter_->format(spdlog::details::log_msg("shaman", spdlog::level::warn, text), waiting_);
}

void StderrSink::flush() {
  std::unique_lock lock(mutex_);
  urgent_ = true;
  wake_.notify_one();
  written_.wait_for(lock, std::chrono::milliseconds(kStuckMs),
                    [this] { return waiting_.size() == 0 && !is_writing_; });
}

void StderrSink::set_pattern(const std::string& pattern) {
  set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
}

void StderrSink::set_formatter(std::unique_ptr<spdlog::formatter> formatter) {
  const std::lock_guard lock(mutex_);
  formatter_ = std::move(formatter);
}

void StderrSink::run() {
  os::name_this_thread("log");
  spdlog::memory_buf_t text;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return waiting_.size() > 0 || stopping_; });
    wake_.wait_for(lock, kGather, [this] { return urgent_ || stopping_; });
    if (stopping_ && dropped_ > 0) tell_of_dropped_lines();
    if (waiting_.size() == 0) return;
    text.clear();
    std::swap(text, waiting_);
    urgent_ = false;
    is_writing_ = true;
    lock.unlock();
    write_all(text, stopping_);
    lock.lock();
    is_writing_ = false;
    written_.notify_all();
  }
}

}  // namespace shaman::program
