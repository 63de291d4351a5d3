// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"

#include "bench/load/load.hpp"

namespace shaman::bench {

/// Content that no earlier run had, so that none of it is already stored: each file begins with
/// unique bytes, and shares the rest with the others. Not thread-safe.
class Content {
 public:
  /// Seeds itself from the system's entropy.
  Content();

  /// `size` bytes that do not compress, valid until a call for more.
  [[nodiscard]] std::string_view shared(std::size_t size);
  /// The beginning of one file: 32 bytes.
  [[nodiscard]] std::string fresh_start();
  /// The id of an unknown blob.
  [[nodiscard]] BlobId fresh_id(std::uint64_t size);
  /// A checkout path or name that is not taken: `bench-<seed>/<number>`.
  [[nodiscard]] std::string fresh_name();

 private:
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
  std::string shared_;
};

/// The upload of one file, with `extra` headers (each ending with CRLF).
[[nodiscard]] Request make_upload(const Endpoint& server, const BlobId& id, std::string start,
                                  std::string_view rest, std::string_view extra = {});

/// Makes and hashes `count` new files of `size` bytes (at least 32); all bytes except the first 32
/// are content.shared(). Their ids are appended to `ids`.
[[nodiscard]] std::vector<Request> make_uploads(const Endpoint& server, Content& content,
                                                std::size_t count, std::size_t size,
                                                std::vector<BlobId>* ids = nullptr);

/// A request with a JSON body, which must live as long as the request.
[[nodiscard]] Request post_json(const Endpoint& server, std::string_view path,
                                std::string_view body);
[[nodiscard]] Request get(const Endpoint& server, std::string_view path);

}  // namespace shaman::bench
