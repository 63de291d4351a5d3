// SPDX-License-Identifier: GPL-3.0-or-later
#include "logging.hpp"

#include <memory>

#include <spdlog/spdlog.h>

#include "stderr_sink.hpp"

namespace shaman::program {

Logging::Logging(spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("shaman", std::make_shared<StderrSink>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

Logging::~Logging() {
  spdlog::shutdown();
}

}  // namespace shaman::program
