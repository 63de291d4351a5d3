// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "shaman/blob_id.hpp"

namespace shaman::bench {

/// The server's process, as far as /proc shows it. Without a pid file all results are empty. The
/// file is read each time, because a restarted server has another pid.
class ServerProcess {
 public:
  struct Options {
    std::string pid_file;  ///< contains the pid as text; empty: none
    /// A shell command that returns when a new server accepts connections at the same address;
    /// empty: none.
    std::string restart_command;
    std::string storage;  ///< the server's folder on this machine; empty: not accessible
    /// A shell command that runs a garbage collection; empty: none.
    std::string collect_command;
  };
  explicit ServerProcess(Options options);

  /// Whether start_cold() is possible: there is a restart command, and the storage is accessible.
  [[nodiscard]] bool can_start_cold() const noexcept;
  /// Marks these blobs as last used two days ago, and starts a new server. Takes a minute, because
  /// a new server checks files that changed in the last minute more closely. std::runtime_error if
  /// the restart fails, std::system_error if a blob does not exist.
  void start_cold(std::span<const BlobId> blobs);

  [[nodiscard]] bool can_collect() const noexcept { return !options_.collect_command.empty(); }
  /// Runs one collection. std::runtime_error if that fails.
  void collect() const;

  /// Resets peak_memory(); needs the server's user, or root.
  void forget_peak();
  /// The most memory it had (VmHWM), in bytes, since its start or forget_peak().
  [[nodiscard]] std::optional<std::uint64_t> peak_memory();
  /// The highest peak_memory() of the whole run, also over restarts.
  [[nodiscard]] std::optional<std::uint64_t> highest_peak();
  /// Bytes that it has written to files with write() and similar calls.
  [[nodiscard]] std::optional<std::uint64_t> bytes_written() const;

 private:
  void restart();
  [[nodiscard]] std::optional<std::string> proc_file(const std::string& name) const;

  Options options_;
  std::optional<std::uint64_t> highest_;
};

}  // namespace shaman::bench
