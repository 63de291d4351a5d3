// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "submit/delta/delta.hpp"
#include "submit/upload/upload_fsm.hpp"

namespace shaman::client {

/// A file to send (again), and its progress so far.
struct UploadJob {
  std::size_t payload = 0;  ///< index
  UploadFsm fsm;
  bool was_deferred = false;
  std::chrono::steady_clock::time_point due;  ///< not before
  std::uint64_t bytes_counted = 0;            ///< as progress, of an upload that has ended
  unsigned attempts = 0;
  unsigned batches = 0;                  ///< in which another client was sending it
  std::uint64_t held = 0;                ///< by the server, at the last request
  std::uint64_t held_at_first = 0;       ///< by the server, before this client sent any of it
  bool has_sent = false;                 ///< perhaps some of the file
  std::shared_ptr<const Delta> delta{};  ///< to send instead of the file
  unsigned deltas_sent = 0;
  bool is_sent_without_delta = false;
  unsigned ingests_tried = 0;
  bool is_ingested = false;  ///< by the last attempt, if that succeeded
  bool may_not_be_ingested = false;
  bool is_sent_whole = false;       ///< because the server keeps no more partial uploads
  std::optional<int> zstd_level{};  ///< of this attempt, if it is compressed
  bool is_sent_plain = false;       ///< because a compressed attempt failed
};

/// A job that waits, with the size of its file, and its blob for those who do not have the job.
struct UploadItem {
  std::uint64_t size = 0;
  UploadJob job;
  BlobId id;
};

}  // namespace shaman::client
