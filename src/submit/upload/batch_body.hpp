// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "submit/upload/payload.hpp"

namespace shaman::client {

/// The body of a request that carries many small files: for each a line of its checksum and its
/// size, then its content.
class BatchBody : public BodySource {
 public:
  /// The payloads must outlive it.
  explicit BatchBody(std::vector<const Payload*> payloads) : payloads_(std::move(payloads)) {}

  [[nodiscard]] result<std::size_t> read(std::span<std::byte> into) override;

  /// The length of the body.
  [[nodiscard]] static std::uint64_t length_of(const std::vector<const Payload*>& payloads);

 private:
  [[nodiscard]] result<void> open_next();

  std::vector<const Payload*> payloads_;
  std::size_t next_ = 0;
  std::string header_;
  std::size_t header_read_ = 0;
  std::unique_ptr<BodySource> content_;
  std::uint64_t left_ = 0;  // of the content
};

}  // namespace shaman::client
