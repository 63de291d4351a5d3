// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "shaman/fs.hpp"

namespace shaman::test {

/// As if the checkout in this folder had been made, or given to a client again, at `time`.
inline void set_made(const std::string& folder, fs::Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const ::timespec at{static_cast<::time_t>(seconds.count()), 0};
  const ::timespec times[] = {at, at};
  ASSERT_EQ(
      ::utimensat(AT_FDCWD, (folder + "/.shaman-checkout").c_str(), times, AT_SYMLINK_NOFOLLOW), 0)
      << folder;
}

}  // namespace shaman::test
