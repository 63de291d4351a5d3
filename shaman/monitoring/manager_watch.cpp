// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitoring/manager_watch.hpp"

#include <chrono>
#include <utility>

#include "shaman/manager/manager.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::seconds kPeriod{5};

}  // namespace

ManagerWatch::ManagerWatch(std::string url, std::function<void(std::string)> tell)
    : url_(std::move(url)),
      tell_(std::move(tell)),
      asking_(
          "manager-watch", [this] { return url_.empty() ? std::chrono::seconds(0) : kPeriod; },
          [this](const std::atomic<bool>&) { ask(); }) {
  if (!url_.empty()) asking_.run_soon(std::chrono::milliseconds(0));
}

void ManagerWatch::ask() {
  const auto address = client::BaseUrl::parse(url_);
  if (!address) return;
  manager::Manager manager(*address, asking_.stop_token());
  const auto version = manager.version();
  if (asking_.stop_token().stop_requested()) return;
  tell_(version ? std::string() : version.error().message());
}

}  // namespace shaman::program
