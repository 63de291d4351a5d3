// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitoring/manager_check.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/program/pause.hpp"

namespace shaman::program {
namespace {

// Both may start together; then the Manager needs a while.
constexpr std::chrono::seconds kFirstTry{2};
constexpr std::chrono::seconds kLater{30};

using Tell = std::function<void(std::vector<std::string>)>;

void report(const std::vector<manager::Finding>& findings, const Tell& tell) {
  std::vector<std::string> wrong;
  bool is_good = true;
  for (const manager::Finding& finding : findings) {
    if (!finding.is_wrong && !finding.is_untried) continue;
    is_good = false;
    spdlog::warn("the Manager: {}", text::printable(finding.text));
    if (finding.is_wrong) wrong.push_back(finding.text);
  }
  if (is_good) spdlog::info("the Manager's configuration matches this storage");
  tell(std::move(wrong));
}

void check(const std::stop_token& stop, const std::string& url, const std::string& storage,
           manager::Position position, const Tell& tell) {
  const auto address = client::BaseUrl::parse(url);
  if (!address) return;
  bool complained = false;
  for (auto wait = kFirstTry; !stop.stop_requested(); wait = kLater) {
    manager::Manager manager(*address, stop);
    const auto findings = manager::check_manager(manager, storage, position);
    if (findings) return report(*findings, tell);
    if (!std::exchange(complained, true) && !stop.stop_requested())
      spdlog::warn("cannot read the Manager's configuration yet: {}",
                   text::printable(findings.error().message()));
    if (!pause_for(wait, stop)) return;
  }
}

}  // namespace

void ManagerCheck::start(std::string url, std::string storage, manager::Position position,
                         Tell tell) {
  thread_ = std::jthread([url = std::move(url), storage = std::move(storage), position,
                          tell = std::move(tell)](const std::stop_token& stop) {
    os::name_this_thread("manager-check");
    try {
      check(stop, url, storage, position, tell);
    } catch (const std::exception& error) {
      spdlog::error("cannot check the Manager's configuration: {}", text::printable(error.what()));
    }
  });
}

}  // namespace shaman::program
