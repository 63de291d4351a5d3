// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

#include "shaman/client/submitter.hpp"

namespace shaman::client {

/// Adds the time until its end to a figure.
class Stopwatch {
 public:
  explicit Stopwatch(SubmitTimes::Duration& sum) : sum_(sum) {}
  ~Stopwatch() { sum_ += std::chrono::steady_clock::now() - begin_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  SubmitTimes::Duration& sum_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace shaman::client
