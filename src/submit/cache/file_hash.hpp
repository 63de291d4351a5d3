// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/rewrite.hpp"

#include "submit/cache/hash_cache.hpp"

namespace shaman::client {

/// A file's content, by its digest, and the state in which it had it.
struct HashedFile {
  FileState state;
  std::int64_t read_at_ns = 0;  ///< when reading began
  BlobId blob;
};

/// What hashing of one file needs to know of the world.
struct HashContext {
  std::stop_token stop;
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< counted up as bytes are read; may be null
};

/// Reads the file and computes its digest. Where it changes meanwhile, reads it again, a few times;
/// then errc::changed_while_read. errc::not_found, errc::io_error, errc::cancelled.
[[nodiscard]] result<HashedFile> hash_file(const std::string& path, const HashContext& context);

/// The same of what the .blend is when rewritten; `state` is the one of the .blend itself.
[[nodiscard]] result<HashedFile> hash_rewritten(const std::string& blend,
                                                std::span<const pack::Patch> patches,
                                                const HashContext& context);

/// Tells apart rewritings of one .blend: of the patches and of the version of what applies them.
[[nodiscard]] Digest recipe_of(std::span<const pack::Patch> patches);

}  // namespace shaman::client
