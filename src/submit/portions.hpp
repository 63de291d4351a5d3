// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace shaman::client {

/// Collects files whose digests are known, and divides them into the portions in which the server
/// is asked what it lacks: large enough for few requests, and early enough that the uploads begin
/// while other files are still hashed. Files that had to be read make a portion due; those from the
/// cache, which the server probably has, go with the first one. So a project that is known whole is
/// one portion. All members may be called from any thread.
class Portions {
 public:
  /// Each portion has twice as many files that were read as the one before, up to a bound; the last
  /// one has fewer, or up to `files` more.
  struct Sizes {
    std::size_t files = 512;
    std::uint64_t bytes = std::uint64_t{64} << 20U;
    std::size_t most_growth = 16;
  };
  Portions() = default;
  explicit Portions(const Sizes& sizes) : sizes_(sizes) {}

  /// Files by their index, each once: from the cache …
  void add_known(std::span<const std::size_t> files);
  /// … and read just now.
  void add_read(std::size_t file, std::uint64_t bytes);
  /// All files were added: the rest is the last portion.
  void end();
  /// There is nobody to ask any more: take() returns nothing.
  void abandon();

  /// Waits for the next portion; its indices in ascending order. Nothing after the last one.
  [[nodiscard]] std::optional<std::vector<std::size_t>> take();
  /// The same without waiting: empty if no portion is due.
  [[nodiscard]] std::vector<std::size_t> take_if_due();

 private:
  // With the mutex held.
  [[nodiscard]] bool is_due() const noexcept;
  [[nodiscard]] bool is_small_rest() const noexcept;
  [[nodiscard]] std::vector<std::size_t> next();

  const Sizes sizes_;
  std::mutex mutex_;
  std::condition_variable wake_;
  struct Read {
    std::size_t file;
    std::uint64_t bytes;
  };
  std::vector<std::size_t> known_;
  std::deque<Read> read_;
  std::uint64_t read_bytes_ = 0;
  std::size_t growth_ = 1;
  bool is_ended_ = false;
  bool is_abandoned_ = false;
};

}  // namespace shaman::client
