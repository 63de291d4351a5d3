// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"

#include "submit/cache/hash_cache.hpp"
#include "submit/delta/cutter.hpp"

namespace shaman::client {

/// The digest of a file's content, and the file's state at that time.
struct HashedFile {
  FileState state;
  std::int64_t read_at_ns = 0;  ///< when reading began
  BlobId blob;
  std::shared_ptr<const CutPieces> pieces;  ///< of the blob, if they were asked for
};

/// The environment for hashing one file.
struct HashContext {
  std::stop_token stop;
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< counts the bytes read; may be null
  bool cuts = false;                                 ///< also cut it into pieces
};

/// Reads the file and computes its digest. If it changes meanwhile, reads it again, a few times;
/// then errc::changed_while_read. errc::not_found, errc::io_error, errc::cancelled.
[[nodiscard]] result<HashedFile> hash_file(const std::string& path, const HashContext& context);

/// The same for the rewritten .blend; `state` is that of the .blend itself.
[[nodiscard]] result<HashedFile> hash_rewritten(const std::string& blend,
                                                std::span<const pack::Patch> patches,
                                                const HashContext& context);

/// Identifies a rewriting of a .blend: from the patches and the version of the code that applies
/// them.
[[nodiscard]] Digest recipe_of(std::span<const pack::Patch> patches);

}  // namespace shaman::client
