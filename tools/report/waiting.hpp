// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace shaman::tools {

/// While it lives and standard error is a terminal, shows there what the program waits for, after a
/// moment: `waiting for http://farm:8080, 7 s`, `reading shot.blend, 3 s`. The line is erased at
/// the end. At most one at a time.
class Waiting {
 public:
  /// `what` is printable.
  explicit Waiting(const std::string& what, const std::string& verb = "waiting for");
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  /// Before any other output: erases the line for good, if one is shown.
  static void wipe();

 private:
  void run();
  void end();

  const std::string text_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_ending_ = false;
  std::size_t drawn_ = 0;  ///< columns
  std::thread thread_;
};

}  // namespace shaman::tools
