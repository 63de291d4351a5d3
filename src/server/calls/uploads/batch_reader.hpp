// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/store.hpp"

#include "protocol/batch.hpp"

namespace shaman::http {

/// The limits of one request with many files.
struct BatchLimits {
  std::size_t files = 10'000;
  std::uint64_t file_bytes = std::uint64_t{1} << 20;
  std::size_t commits_at_once = 256;
};

/// The result of each file, filled in as the disk finishes. Thread-safe.
class BatchOutcome {
 public:
  using File = protocol::BatchedFile;

  /// `wake` is called, from any thread, whenever a file gets its answer.
  explicit BatchOutcome(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Adds a file without an answer yet; returns its index.
  [[nodiscard]] std::size_t add(const BlobId& id);
  void answer(std::size_t place, unsigned status, std::string message);
  [[nodiscard]] std::size_t size() const;
  /// Files without an answer.
  [[nodiscard]] std::size_t pending() const;
  /// Once all have their answer: batch_answer() of them.
  [[nodiscard]] std::string json() const;
  /// Why a full storage did not accept a file, for the first such file; empty: none.
  [[nodiscard]] std::string why_full() const;

 private:
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::vector<File> files_;
  std::size_t pending_ = 0;
};

/// Splits a body of many files (docs/protocol.md) and stores each separately. Uses no socket. One
/// thread at a time; blocks on the disk.
class BatchReader {
 public:
  BatchReader(Store& store, Requester requester, const BatchLimits& limits,
              std::shared_ptr<BatchOutcome> outcome)
      : store_(store),
        requester_(std::move(requester)),
        limits_(limits),
        outcome_(std::move(outcome)) {}

  /// Takes as much of the body as it can before too many files wait for the disk; give the rest
  /// again. errc::invalid_argument: this is not a batch, or has too many files; earlier files keep
  /// their results.
  [[nodiscard]] result<std::size_t> take(std::span<const std::byte> body);
  /// At the body's end. errc::invalid_argument if it ends within a file.
  [[nodiscard]] result<void> end();

 private:
  [[nodiscard]] result<std::size_t> take_header(std::span<const std::byte> body);
  [[nodiscard]] std::size_t take_content(std::span<const std::byte> body);
  [[nodiscard]] result<void> begin_file();
  void end_file();

  Store& store_;
  const Requester requester_;
  const BatchLimits limits_;
  const std::shared_ptr<BatchOutcome> outcome_;
  std::string header_;
  BlobId id_;
  std::size_t place_ = 0;
  std::uint64_t left_ = 0;  ///< of this file's content
  bool is_in_file_ = false;
  std::optional<Upload> upload_;  ///< none: the content is not wanted
};

}  // namespace shaman::http
