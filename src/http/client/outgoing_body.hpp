// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "shaman/error.hpp"

#include "http/client/body_source.hpp"

namespace shaman::client {

/// The bytes of a request's body as they go to the socket: the content as it is, or compressed with
/// zstd, in one frame that states the content's size. The size of what is compressed is not known
/// before its end, so it has the chunked transfer coding (RFC 9112, 7.1). One thread at a time.
class OutgoingBody {
 public:
  /// `content` must outlive it, and has `length` bytes.
  OutgoingBody(BodySource& content, std::uint64_t length, std::optional<int> zstd_level);
  ~OutgoingBody();
  OutgoingBody(const OutgoingBody&) = delete;
  OutgoingBody& operator=(const OutgoingBody&) = delete;

  /// The least room for next().
  static constexpr std::size_t kLeastRoom = 256;
  /// Servers need this much memory to decode it, besides their decoder.
  static constexpr int kWindowLog = 20;

  struct Piece {
    std::size_t bytes = 0;      ///< made
    std::uint64_t content = 0;  ///< bytes of the content that were read for it
  };
  /// Makes the next bytes, at least one until is_done(). Blocks on the content.
  /// errc::changed_while_read if that is shorter than `length`; its own errors.
  [[nodiscard]] result<Piece> next(std::span<std::byte> room);
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }

 private:
  struct Compressor;
  [[nodiscard]] result<Piece> next_plain(std::span<std::byte> room);
  [[nodiscard]] result<Piece> next_compressed(std::span<std::byte> room);
  [[nodiscard]] result<void> read(std::span<std::byte> into);

  BodySource& content_;
  std::uint64_t left_;
  std::unique_ptr<Compressor> compressor_;
  bool is_done_;
};

}  // namespace shaman::client
