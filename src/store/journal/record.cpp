// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/journal/record.hpp"

#include <array>
#include <span>

namespace shaman::journal {
namespace {

constexpr std::string_view kSegmentMagic = "shaman-journal-1";
constexpr std::string_view kRecordMagic = "shamrec1";
constexpr std::size_t kNumber = 8;
constexpr std::size_t kCheck = 8;
static_assert(kSegmentHeader == kSegmentMagic.size() + kNumber + kCheck);
static_assert(kRecordHeader == kRecordMagic.size() + 3 * kNumber + Digest::kBytes + kCheck);

void add_number(std::string& text, std::uint64_t number) {
  for (std::size_t i = 0; i < kNumber; ++i, number >>= 8U)
    text += static_cast<char>(number & 0xffU);
}

std::uint64_t number_at(std::string_view bytes, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = kNumber; i-- > 0;)
    number = number << 8U | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

// The first bytes of the SHA-256 of what stands before.
void add_check(std::string& text) {
  const Digest digest = Sha256::of(text);
  for (std::size_t i = 0; i < kCheck; ++i)
    text += static_cast<char>(digest.bytes()[i]);
}

bool is_whole(std::string_view bytes, std::size_t size, std::string_view magic) {
  if (bytes.size() < size || !bytes.starts_with(magic)) return false;
  std::string checked(bytes.substr(0, size - kCheck));
  add_check(checked);
  return checked == bytes.substr(0, size);
}

}  // namespace

std::string segment_header(std::uint64_t nonce) {
  std::string text(kSegmentMagic);
  add_number(text, nonce);
  add_check(text);
  return text;
}

std::optional<std::uint64_t> read_segment_header(std::string_view bytes) {
  if (!is_whole(bytes, kSegmentHeader, kSegmentMagic)) return std::nullopt;
  return number_at(bytes, kSegmentMagic.size());
}

std::string record_header(const BlobId& id, std::uint64_t nonce, std::uint64_t offset) {
  std::string text(kRecordMagic);
  add_number(text, nonce);
  add_number(text, offset);
  add_number(text, id.size);
  for (const std::uint8_t byte : id.digest.bytes())
    text += static_cast<char>(byte);
  add_check(text);
  return text;
}

std::optional<BlobId> read_record_header(std::string_view bytes, std::uint64_t nonce,
                                         std::uint64_t offset) {
  if (!is_whole(bytes, kRecordHeader, kRecordMagic)) return std::nullopt;
  std::size_t at = kRecordMagic.size();
  if (number_at(bytes, at) != nonce || number_at(bytes, at + kNumber) != offset)
    return std::nullopt;
  at += 2 * kNumber;
  BlobId id;
  id.size = number_at(bytes, at);
  at += kNumber;
  std::array<std::uint8_t, Digest::kBytes> digest{};
  for (std::uint8_t& byte : digest)
    byte = static_cast<std::uint8_t>(bytes[at++]);
  id.digest = Digest(digest);
  return id;
}

}  // namespace shaman::journal
