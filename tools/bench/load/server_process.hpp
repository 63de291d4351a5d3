// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "shaman/blob_id.hpp"

namespace shaman::bench {

/// The server's process, as far as /proc tells of it. Without a pid file nothing is known: all is
/// empty. The file is read anew each time, as a restarted server has another pid.
class ServerProcess {
 public:
  struct Options {
    std::string pid_file;  ///< holds the pid as text; empty: there is none
    /// A shell command that returns when a new server accepts connections at the same address;
    /// empty: there is none.
    std::string restart_command;
    std::string storage;  ///< the server's folder as seen from here; empty: out of reach
    /// A shell command that collects the garbage of the storage; empty: there is none.
    std::string collect_command;
  };
  explicit ServerProcess(Options options);

  /// Whether start_cold() can be done: there is a restart command, and the storage is in reach.
  [[nodiscard]] bool can_start_cold() const noexcept;
  /// Makes these blobs ones that were used two days ago, and lets a new server serve them. Takes a
  /// minute, as a new server looks closer at what has changed in the last one.
  /// std::runtime_error when the restart fails, std::system_error when a blob is not there.
  void start_cold(std::span<const BlobId> blobs);

  [[nodiscard]] bool can_collect() const noexcept { return !options_.collect_command.empty(); }
  /// Collects once. std::runtime_error when that fails.
  void collect() const;

  /// Lets peak_memory() begin anew; needs to be the server's user, or root.
  void forget_peak();
  /// The most memory it had (VmHWM), in bytes, since its start or forget_peak().
  [[nodiscard]] std::optional<std::uint64_t> peak_memory();
  /// The highest peak_memory() over everything, also over restarts.
  [[nodiscard]] std::optional<std::uint64_t> highest_peak();
  /// Bytes that it has written to files by write() and the like.
  [[nodiscard]] std::optional<std::uint64_t> bytes_written() const;

 private:
  void restart();
  [[nodiscard]] std::optional<std::string> proc_file(const std::string& name) const;

  Options options_;
  std::optional<std::uint64_t> highest_;
};

}  // namespace shaman::bench
