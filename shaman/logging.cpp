// SPDX-License-Identifier: GPL-3.0-or-later
#include "logging.hpp"

#include <cerrno>
#include <memory>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace shaman::program {
namespace {

constexpr std::size_t kWaitingLines = 8192;
constexpr std::size_t kWriteAtOnce = 32 * 1024;

// Standard error, with one write for all the lines that wait: tens of thousands of requests a
// second would otherwise spend their time in as many writes. Used by the log's thread alone.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  // Not spdlog::thread_pool(): that waits for the lock under which spdlog::shutdown() waits for us.
  explicit StderrSink(spdlog::details::thread_pool& threads) : threads_(threads) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    formatter_->format(message, waiting_);
    if (waiting_.size() >= kWriteAtOnce || threads_.queue_size() == 0) flush_();
  }
  void flush_() override {
    const char* next = waiting_.data();
    std::size_t left = waiting_.size();
    while (left > 0) {
      const ssize_t length = ::write(STDERR_FILENO, next, left);
      if (length < 0 && errno == EINTR) continue;
      if (length <= 0) break;  // nobody reads any more, and there is nowhere to say so
      next += length;
      left -= static_cast<std::size_t>(length);
    }
    waiting_.clear();
  }
  spdlog::details::thread_pool& threads_;
  spdlog::memory_buf_t waiting_;
};

}  // namespace

Logging::Logging(spdlog::level::level_enum level) {
  spdlog::init_thread_pool(kWaitingLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "shaman", std::make_shared<StderrSink>(*spdlog::thread_pool()), spdlog::thread_pool(),
      spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

Logging::~Logging() {
  const std::size_t lost = spdlog::thread_pool()->overrun_counter();
  if (lost > 0) spdlog::warn("{} log lines were dropped, because they were not read in time", lost);
  spdlog::shutdown();
}

}  // namespace shaman::program
