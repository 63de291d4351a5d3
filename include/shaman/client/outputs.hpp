// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

namespace shaman::client {

struct PushOptions {
  std::string folder;
  Server server;
  std::string checkout_path;
  std::uint64_t limit_rate = 0;  ///< bytes per second; 0: no limit
};

struct PushReport {
  std::uint64_t files = 0;  ///< listed now: new, or changed since they were listed
  std::uint64_t bytes = 0;  ///< of these
  std::uint64_t uploaded_files = 0;
  std::uint64_t uploaded_bytes = 0;
  std::vector<std::string> unfinished;  ///< empty, still changing, or changed while being read
};

/// Sends a folder's files to the server, and lists them as outputs of a checkout. Hidden files and
/// links are left out, and empty files: a renderer makes those in place of frames to come. For one
/// thread.
class OutputsPush {
 public:
  explicit OutputsPush(PushOptions options);
  ~OutputsPush();
  OutputsPush(const OutputsPush&) = delete;
  OutputsPush& operator=(const OutputsPush&) = delete;

  /// Sends and lists what is new or changed since the last call, but only files that nobody has
  /// written to for so long; 0: all. Blocks. errc::not_found: the folder, or the checkout;
  /// errc::unsafe_path; errc::unreachable, errc::protocol_error, errc::storage_full,
  /// errc::cancelled.
  [[nodiscard]] result<PushReport> push(std::chrono::milliseconds settled_for, Progress& progress,
                                        const std::stop_token& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::client
