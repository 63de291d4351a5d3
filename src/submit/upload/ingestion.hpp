// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/client/server_info.hpp"
#include "shaman/digest.hpp"

#include "submit/cache/hash_cache.hpp"

namespace shaman::client {

/// Which files the server may read itself instead of receiving them (docs/protocol.md), and whether
/// that works: one file shows it first, while others are sent. Thread-safe.
class Ingestion {
 public:
  explicit Ingestion(const IngestOffer& offer);

  /// The file's path as the server knows it; nothing if it is in none of its folders. Links are
  /// followed, because the server follows none.
  [[nodiscard]] std::optional<std::string> path_of(const std::string& path) const;
  /// The proof that this client can read the file. errc::changed_while_read, errc::io_error.
  [[nodiscard]] result<Digest> prove(const FileState& state, const BlobId& id) const;

  /// Whether to let the server read a file now. Each yes is answered by one of the calls below.
  [[nodiscard]] bool may_begin();
  void worked();
  void was_refused();
  /// Neither: the answer does not depend on the file.
  void stays_open();

 private:
  enum class State : std::uint8_t { unknown, being_tried, works, given_up };
  struct Folder {
    std::string real;  ///< on this machine, with all links resolved
    std::string named;
  };
  Digest seed_;
  std::vector<Folder> folders_;
  std::mutex mutex_;
  State state_ = State::unknown;
  unsigned refusals_ = 0;  ///< since it last worked
};

}  // namespace shaman::client
