// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/ingest.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "http/client/percent.hpp"

namespace shaman::protocol {
namespace {

using Eight = std::array<std::byte, 8>;

Eight big_endian(std::uint64_t value) noexcept {
  Eight bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(value >> (56 - 8 * i));
  return bytes;
}

std::uint64_t first_eight(const Digest& digest) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8U | digest.bytes()[i];
  return value;
}

void add(Sha256& hash, const Digest& digest) {
  hash.update(std::as_bytes(std::span(digest.bytes())));
}

Digest challenge_of(const Digest& seed, const BlobId& id) {
  Sha256 hash;
  add(hash, seed);
  add(hash, id.digest);
  hash.update(big_endian(id.size));
  return hash.finish();
}

Error malformed(std::string_view why) {
  return {errc::invalid_argument,
          "the path of the file to ingest " + std::string(why) + ": send the file"};
}

}  // namespace

std::string ingest_path(std::string_view path) {
  std::string out;
  for (;;) {
    const std::size_t slash = path.find('/');
    out += client::percent_encoded(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    out += '/';
    path.remove_prefix(slash + 1);
  }
}

result<std::string> parse_ingest_path(std::string_view value) {
  if (value.size() > 3 * kLongestIngestPath) return malformed("is too long");
  std::string path = without_escapes(value);
  if (path.empty()) return malformed("is empty");
  if (path.size() > kLongestIngestPath) return malformed("is too long");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(path, is_control)) return malformed("has control characters");
  return path;
}

// Both are of a fixed length, so that no scope's seed continues another's.
Digest ingest_seed(const Digest& secret, std::string_view scope) {
  Sha256 hash;
  add(hash, secret);
  add(hash, Sha256::of(scope));
  return hash.finish();
}

IngestChallenge::IngestChallenge(const Digest& seed, const BlobId& id)
    : challenge_(challenge_of(seed, id)) {
  const std::uint64_t part = id.size / kProofRanges;
  const std::uint64_t longer = id.size % kProofRanges;  // the first parts have one byte more
  for (std::uint64_t i = 0; i < kProofRanges; ++i) {
    const std::uint64_t begin = i * part + std::min(i, longer);
    const std::uint64_t length = part + (i < longer ? 1 : 0);
    Sha256 hash;
    add(hash, challenge_);
    hash.update(big_endian(i));
    offsets_[i] = begin + first_eight(hash.finish()) % (length - kProofRangeBytes + 1);
  }
}

IngestProof::IngestProof(const IngestChallenge& challenge) : challenge_(challenge) {
  add(hash_, challenge_.challenge());
}

void IngestProof::update(std::span<const std::byte> piece) {
  const std::uint64_t end = position_ + piece.size();
  while (next_ < kProofRanges && challenge_.offset(next_) < end) {
    const std::uint64_t range_end = challenge_.offset(next_) + kProofRangeBytes;
    const std::uint64_t from = std::max(challenge_.offset(next_), position_);
    const std::uint64_t to = std::min(range_end, end);
    hash_.update(piece.subspan(from - position_, to - from));
    if (to < range_end) break;
    ++next_;
  }
  position_ = end;
}

}  // namespace shaman::protocol
