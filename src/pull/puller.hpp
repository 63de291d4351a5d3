// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

#include "pull/pull_state.hpp"

namespace shaman::pull {

struct PullOptions {
  client::Server server;
  std::string checkout;  ///< its path
  bool outputs = false;  ///< what was rendered from it, in place of its files
  std::string folder;    ///< to make or to update
  std::string cache;     ///< its folder
  std::uint64_t cache_bytes = std::uint64_t{200} << 30U;
  std::optional<Mode> mode;  ///< nothing: as this system allows it
  std::size_t jobs = 4;
  std::uint64_t limit_rate = 0;  ///< bytes per second; 0: no limit
};

struct PullReport {
  std::string folder;  ///< absolute
  Mode mode = Mode::symlink;
  bool is_new = false;  ///< the folder was made
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t placed_files = 0;   ///< new or changed in the folder
  std::uint64_t removed_files = 0;  ///< no longer in the checkout
  std::uint64_t received_files = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t resumed_bytes = 0;  ///< received by an earlier run
  std::vector<std::string> warnings;
};

/// Makes the folder have exactly the files of the checkout, and what others put into it. Blocks. A
/// new folder appears complete or not at all. On failure what came stays in the cache.
/// errc::conflicting_paths: the folder is not a pulled one, or something in it is in the way;
/// errc::unsafe_path: the server sent a list that is refused; errc::not_found, errc::unreachable,
/// errc::access_denied, errc::protocol_error, errc::content_mismatch, errc::storage_full,
/// errc::io_error, errc::cancelled. `progress` shows what happens.
[[nodiscard]] result<PullReport> pull_checkout(const PullOptions& options,
                                               client::Progress& progress,
                                               const std::stop_token& stop);

}  // namespace shaman::pull
