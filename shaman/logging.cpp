// SPDX-License-Identifier: GPL-3.0-or-later
#include "logging.hpp"

#include <memory>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace shaman::program {
namespace {

constexpr std::size_t kWaitingLines = 8192;

}  // namespace

Logging::Logging(spdlog::level::level_enum level) {
  spdlog::init_thread_pool(kWaitingLines, 1);
  auto logger = std::make_shared<spdlog::async_logger>(
      "shaman", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
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
