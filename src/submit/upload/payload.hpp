// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"

#include "submit/cache/hash_cache.hpp"
#include "submit/delta/cutter.hpp"
#include "submit/upload/file_bodies.hpp"

namespace shaman::client {

/// Smaller files are sent whole, never as a delta.
inline constexpr std::uint64_t kDeltaFrom = std::uint64_t{1} << 20U;

/// One blob to send, and its source file.
struct Payload {
  BlobId id;
  std::string place;  ///< the file's in the checkout; for messages and the server's log
  FileState state;    ///< of the file when it gave this blob
  std::vector<pack::Patch> patches;  ///< not empty: the .blend is sent rewritten
  bool is_traced = false;  ///< a .blend; if it changes, its dependencies may change as well
  std::shared_ptr<const CutPieces> pieces;  ///< of the blob, if it may be sent as a delta; or null
  bool has_changed = false;                 ///< `id` and `state` differ from the original ones

  [[nodiscard]] result<std::unique_ptr<BodySource>> open() const {
    if (patches.empty()) return file_body(state);
    return rewritten_body(state, patches);
  }
};

}  // namespace shaman::client
