// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

/// A delta (docs/protocol.md): a file as what can be copied from another one, its *base*, and the
/// rest. Each of its parts is a header line, and the content that the line announces.
namespace shaman::protocol {

/// The most content of one packed part.
inline constexpr std::size_t kMostUnpacked = std::size_t{256} << 10U;
/// Of the base's size: what the ranges of a delta may have in all.
inline constexpr std::uint64_t kMostCopies = 2;
/// Limits the cost of a delta in proportion to its file.
[[nodiscard]] constexpr std::uint64_t most_delta_parts(std::uint64_t file_size) noexcept {
  return file_size / 2048 + 16;
}
/// More than any valid delta has.
[[nodiscard]] constexpr std::uint64_t longest_delta(std::uint64_t file_size) noexcept {
  return file_size + file_size / 32 + 1024;
}

/// `SHA SIZE`: the header field that names the base.
[[nodiscard]] std::string delta_base(const BlobId& base);
/// errc::invalid_argument.
[[nodiscard]] result<BlobId> parse_delta_base(std::string_view value);

/// The header lines of parts.
[[nodiscard]] std::string copy_part(std::uint64_t offset, std::uint64_t length);
[[nodiscard]] std::string data_part(std::uint64_t length);
[[nodiscard]] std::string packed_part(std::uint64_t length, std::uint64_t packed_length);

/// The content as a zstd frame; empty if that would not save a tenth. At most kMostUnpacked bytes.
[[nodiscard]] std::string packed(std::span<const std::byte> content);

/// A step of decoding: bytes of the file, a range of the base, or nothing.
struct DeltaStep {
  std::span<const std::byte> content;  ///< valid until the next step, and as long as the input
  std::uint64_t offset = 0;            ///< in the base
  std::uint64_t length = 0;            ///< of the range in the base; 0: none
  [[nodiscard]] bool is_none() const noexcept { return content.empty() && length == 0; }
};

/// Decodes a delta piece by piece. Uses memory only for one packed part. One thread at a time.
class DeltaDecoder {
 public:
  DeltaDecoder(std::uint64_t file_size, std::uint64_t base_size)
      : file_size_(file_size), base_size_(base_size), parts_left_(most_delta_parts(file_size)) {}

  /// Removes bytes from the front of `input` until they result in a step; none if more input is
  /// needed. errc::invalid_argument; errc::content_mismatch: more than the file's size.
  [[nodiscard]] result<DeltaStep> next(std::span<const std::byte>& input);
  /// At the end of the input. errc::invalid_argument: it ends within a part;
  /// errc::content_mismatch: it results in less than the file's size.
  [[nodiscard]] result<void> end() const;

  /// The file's bytes so far, and those of them that come from the base.
  [[nodiscard]] std::uint64_t made() const noexcept { return made_; }
  [[nodiscard]] std::uint64_t copied() const noexcept { return copied_; }

 private:
  enum class State : std::uint8_t { header, data, packed };
  [[nodiscard]] result<DeltaStep> take_header(std::span<const std::byte>& input);
  [[nodiscard]] result<DeltaStep> begin_part();
  [[nodiscard]] DeltaStep take_data(std::span<const std::byte>& input);
  [[nodiscard]] result<DeltaStep> take_packed(std::span<const std::byte>& input);
  [[nodiscard]] Error malformed(std::string_view why) const;

  std::uint64_t file_size_;
  std::uint64_t base_size_;
  std::uint64_t parts_left_;
  std::uint64_t made_ = 0;
  std::uint64_t copied_ = 0;
  State state_ = State::header;
  std::string header_;
  std::uint64_t left_ = 0;  // of this part's input
  std::size_t unpacked_length_ = 0;
  std::vector<std::byte> packed_;
  std::vector<std::byte> unpacked_;
};

}  // namespace shaman::protocol
