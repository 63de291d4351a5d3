// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "http/chunk_grammar.hpp"

namespace shaman::http {

/// Decodes the chunked transfer coding (RFC 9112, 7.1) in place. Sans-I/O. Strict where leniency
/// has enabled request smuggling: only CRLF ends a line, sizes are plain hex digits, extensions and
/// trailers must match their grammar; bounded where the RFC is not: a size has at most 15 digits,
/// and extensions and trailers together may take 16 KiB (they are ignored).
class ChunkDecoder {
 public:
  struct Step {
    std::size_t data = 0;      ///< bytes of the body, now at the front of `bytes`
    std::size_t consumed = 0;  ///< bytes of `bytes` that belong to this body
  };
  /// Decodes all of `bytes`, or up to the end of the body, or up to the first fault.
  Step decode(std::span<char> bytes);

  [[nodiscard]] bool is_done() const noexcept { return state_ == State::done; }
  [[nodiscard]] bool is_bad() const noexcept { return state_ == State::bad; }

 private:
  enum class State : std::uint8_t {
    size_start,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    last_lf,
    done,
    bad,
  };
  void take(char c);
  void take_size_digit(char c);
  void take_extension(char c);
  void take_trailer(char c);
  void take_overhead(State next);

  State state_ = State::size_start;
  std::uint64_t left_ = 0;  // of this chunk
  std::size_t size_digits_ = 0;
  ChunkExtensions extensions_;
  TrailerField field_;
  std::size_t overhead_ = 0;
};

}  // namespace shaman::http
