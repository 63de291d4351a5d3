// SPDX-License-Identifier: GPL-3.0-or-later
#include "key_watch.hpp"

#include <spdlog/spdlog.h>

#include "options/key_exposure.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::seconds kPeriod{2};

}  // namespace

KeyWatch::KeyWatch(const Settings& settings)
    : settings_(settings),
      looking_(
          "key-reload", [] { return kPeriod; }, [this](const std::atomic<bool>&) { look(); }) {
  looking_.run_soon(std::chrono::milliseconds(0));
}

void KeyWatch::look() {
  for (const KeyExposure& key : key_exposures(*settings_.current())) {
    bool& was_open = is_open_[key.path];
    if (key.is_open && !was_open) spdlog::error("{}", key.complaint);
    was_open = key.is_open;
  }
}

}  // namespace shaman::program
