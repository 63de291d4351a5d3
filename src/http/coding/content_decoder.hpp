// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace shaman::http {

/// Of a request's body (RFC 9110, 8.4.1).
enum class ContentCoding : std::uint8_t {
  zstd,  ///< RFC 8878
  gzip,  ///< RFC 1952
};

/// Decodes a body that has a content coding: exactly one zstd frame or gzip member, with nothing
/// before or behind it. Sans-I/O. One thread at a time.
///
/// What is decoded may be far larger than what it is decoded from. The decoder bounds only its own
/// memory: whoever gives it room bounds the content.
class ContentDecoder {
 public:
  /// The largest window of a zstd frame (RFC 9659).
  static constexpr std::uint64_t kMostWindow = std::uint64_t{8} << 20;

  explicit ContentDecoder(ContentCoding coding);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Takes the head of the coding, and returns how many bytes of `in` it had. Allocates nothing.
  std::size_t take_head(std::span<const char> in);
  /// The whole head is there: memory() and size() say what it says.
  [[nodiscard]] bool has_head() const noexcept { return has_head_; }
  /// Bytes that decoding takes, from the first decode() until the end.
  [[nodiscard]] std::uint64_t memory() const noexcept { return memory_; }
  /// The size of the content, if the head states it. Content of another size is bad.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }

  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };
  /// Decodes until `in` is used up or `out` is full; what does not fit comes with the next call.
  [[nodiscard]] Step decode(std::span<const char> in, std::span<char> out);
  /// The whole content has been produced. Another byte is bad.
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }
  /// No more bytes follow: bad, unless it is done.
  void end();
  /// More bytes came than the content may take: bad. Empty blocks could go on for ever.
  void refuse_length();

  [[nodiscard]] bool is_bad() const noexcept { return !problem_.empty(); }
  /// For a person: `the body is not valid zstd: …`.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Zstd;
  struct Gzip;
  void read_zstd_head();
  void fail(const std::string& why);
  [[nodiscard]] Step decode_zstd(std::span<const char> in, std::span<char> out);
  [[nodiscard]] Step decode_gzip(std::span<const char> in, std::span<char> out);

  const ContentCoding coding_;
  static constexpr std::size_t kLongestHead = 18;  // of a zstd frame, its magic number included
  std::array<char, kLongestHead> head_{};
  std::size_t head_length_ = 0;
  std::size_t head_wanted_ = 0;
  bool has_head_ = false;
  bool is_done_ = false;
  std::uint64_t memory_ = 0;
  std::optional<std::uint64_t> size_;
  std::uint64_t produced_ = 0;  // by zstd
  std::string problem_;
  std::unique_ptr<Zstd> zstd_;
  std::unique_ptr<Gzip> gzip_;
};

}  // namespace shaman::http
