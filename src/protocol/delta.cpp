// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/delta.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include <zstd.h>

#include "shaman/text.hpp"

#include "base/number_text.hpp"

namespace shaman::protocol {
namespace {

// `copy`, and two numbers of 19 digits.
constexpr std::size_t kLongestHeader = 44;
// The fastest level: the disk and the line are not much slower.
constexpr int kLevel = 1;

// Decimal digits only, up to 2^63-1.
std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = number_of<std::uint64_t>(text);
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (!value || *value > kMost) return std::nullopt;
  return value;
}

struct Words {
  std::string_view verb;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> second{};
};

std::optional<Words> split(std::string_view line) {
  Words words;
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return std::nullopt;
  words.verb = line.substr(0, first);
  line.remove_prefix(first + 1);
  const std::size_t second = line.find(' ');
  const auto value = number(line.substr(0, second));
  if (!value) return std::nullopt;
  words.first = *value;
  if (second == std::string_view::npos) return words;
  words.second = number(line.substr(second + 1));
  if (!words.second) return std::nullopt;
  return words;
}

}  // namespace

std::string delta_base(const BlobId& base) {
  return base.digest.hex() + " " + std::to_string(base.size);
}

result<BlobId> parse_delta_base(std::string_view value) {
  const std::size_t space = std::min(value.find(' '), value.size());
  const auto digest = Digest::from_hex(value.substr(0, space));
  const auto size = number(value.substr(std::min(space + 1, value.size())));
  if (!digest || !size)
    return Error{
        errc::invalid_argument,
        "the base of a delta must be a SHA-256 of 64 hex digits, a space and a size, not '" +
            text::printable(value.substr(0, 100)) + "'"};
  return BlobId{*digest, *size};
}

std::string copy_part(std::uint64_t offset, std::uint64_t length) {
  return "copy " + std::to_string(offset) + " " + std::to_string(length) + "\n";
}

std::string data_part(std::uint64_t length) {
  return "data " + std::to_string(length) + "\n";
}

std::string packed_part(std::uint64_t length, std::uint64_t packed_length) {
  return "zstd " + std::to_string(length) + " " + std::to_string(packed_length) + "\n";
}

std::string packed(std::span<const std::byte> content) {
  std::string out(content.size() - content.size() / 10, '\0');
  const std::size_t length =
      ZSTD_compress(out.data(), out.size(), content.data(), content.size(), kLevel);
  out.resize(ZSTD_isError(length) != 0U ? 0 : length);
  return out;
}

Error DeltaDecoder::malformed(std::string_view why) const {
  return {errc::invalid_argument, "the delta is invalid after " +
                                      text::count_of(made_, "byte", "bytes") +
                                      " of the file: " + std::string(why)};
}

result<DeltaStep> DeltaDecoder::next(std::span<const std::byte>& input) {
  while (!input.empty()) {
    result<DeltaStep> step = DeltaStep{};
    switch (state_) {
      case State::header:
        step = take_header(input);
        break;
      case State::data:
        return take_data(input);
      case State::packed:
        step = take_packed(input);
        break;
    }
    if (!step || !step->is_none()) return step;
  }
  return DeltaStep{};
}

result<DeltaStep> DeltaDecoder::take_header(std::span<const std::byte>& input) {
  const auto line_end = std::ranges::find(input, std::byte{'\n'});
  const auto length = static_cast<std::size_t>(line_end - input.begin());
  header_.append(reinterpret_cast<const char*>(input.data()),
                 std::min(length, kLongestHeader + 1 - header_.size()));
  if (header_.size() > kLongestHeader) return malformed("a header line is too long");
  const bool is_whole = line_end != input.end();
  input = input.subspan(length + (is_whole ? 1 : 0));
  if (!is_whole) return DeltaStep{};
  auto step = begin_part();
  header_.clear();
  return step;
}

result<DeltaStep> DeltaDecoder::begin_part() {
  const auto words = split(header_);
  const bool is_copy = words && words->verb == "copy" && words->second;
  const bool is_data = words && words->verb == "data" && !words->second;
  const bool is_packed = words && words->verb == "zstd" && words->second;
  if (!is_copy && !is_data && !is_packed)
    return malformed("'" + text::printable(header_) + "' is not the header line of a part");
  const std::uint64_t length = is_copy ? *words->second : words->first;
  if (length == 0) return malformed("a part is empty");
  if (parts_left_-- == 0) return malformed("it has too many parts for the size of the file");
  if (length > file_size_ - made_)
    return Error{errc::content_mismatch, "the delta results in more bytes than the file has"};
  if (is_copy) {
    const std::uint64_t offset = words->first;
    if (offset > base_size_ || length > base_size_ - offset)
      return malformed("a range is not in the base");
    // A few bytes must not make a server write for hours.
    if (length > kMostCopies * base_size_ - copied_)  // files are smaller than 2^63 bytes
      return malformed("it copies more than twice the size of the base");
    made_ += length;
    copied_ += length;
    return DeltaStep{{}, offset, length};
  }
  left_ = is_data ? length : *words->second;
  state_ = is_data ? State::data : State::packed;
  if (is_data) return DeltaStep{};
  if (length > kMostUnpacked || left_ == 0 || left_ >= length)
    return malformed("a packed part is larger than allowed, or than its content");
  unpacked_length_ = static_cast<std::size_t>(length);
  packed_.clear();
  packed_.reserve(static_cast<std::size_t>(left_));
  return DeltaStep{};
}

DeltaStep DeltaDecoder::take_data(std::span<const std::byte>& input) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  const std::span<const std::byte> content = input.first(length);
  input = input.subspan(length);
  left_ -= length;
  made_ += length;
  if (left_ == 0) state_ = State::header;
  return {content};
}

result<DeltaStep> DeltaDecoder::take_packed(std::span<const std::byte>& input) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  packed_.insert(packed_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(length));
  input = input.subspan(length);
  left_ -= length;
  if (left_ > 0) return DeltaStep{};
  state_ = State::header;
  unpacked_.resize(unpacked_length_);
  const std::size_t unpacked =
      ZSTD_decompress(unpacked_.data(), unpacked_.size(), packed_.data(), packed_.size());
  if (ZSTD_isError(unpacked) != 0U || unpacked != unpacked_length_)
    return malformed("a packed part does not give what its header line says");
  made_ += unpacked;
  return DeltaStep{unpacked_};
}

result<void> DeltaDecoder::end() const {
  if (state_ != State::header || !header_.empty()) return malformed("it ends within a part");
  if (made_ != file_size_)
    return Error{errc::content_mismatch, "the delta results in " +
                                             text::count_of(made_, "byte", "bytes") +
                                             ", but the file has " + std::to_string(file_size_)};
  return {};
}

}  // namespace shaman::protocol
