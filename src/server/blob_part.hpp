// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "shaman/stored_blob.hpp"

#include "http/response.hpp"

namespace shaman::http {

/// A part of a stored blob as an answer's body. By sendfile(2) without TLS, and where the file
/// system can; else through this thread's buffer. Holds a descriptor and no memory.
class BlobPart final : public FilePart {
 public:
  BlobPart(StoredBlob blob, std::uint64_t first, std::uint64_t length)
      : blob_(std::move(blob)), first_(first), length_(length) {}

  [[nodiscard]] std::uint64_t length() const noexcept override { return length_; }
  [[nodiscard]] Step send(Connection& connection) override;

 private:
  [[nodiscard]] Step send_directly(Connection& connection, int socket, std::uint64_t at_most);
  [[nodiscard]] Step send_by_buffer(Connection& connection);
  [[nodiscard]] Step failed(const Error& error) const;

  const StoredBlob blob_;
  const std::uint64_t first_;
  const std::uint64_t length_;
  std::uint64_t sent_ = 0;
  bool is_direct_ = true;
};

}  // namespace shaman::http
