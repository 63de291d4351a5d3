// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shaman/blob_id.hpp"
#include "shaman/digest.hpp"
#include "shaman/error.hpp"

/// Files that the server reads itself, from a folder that client and server see
/// (docs/protocol.md). The client proves that it can read the file by the digest of ranges that the
/// server chooses.
namespace shaman::protocol {

inline constexpr std::size_t kProofRanges = 256;
inline constexpr std::size_t kProofRangeBytes = 4096;
/// Smaller files are sent: for them the ranges would not fit.
inline constexpr std::uint64_t kIngestFrom = std::uint64_t{kProofRanges} * kProofRangeBytes;
/// The longest path, as bytes of UTF-8.
inline constexpr std::size_t kLongestIngestPath = 4096;

/// The value of the header field that names the file: percent-coded, except for slashes.
[[nodiscard]] std::string ingest_path(std::string_view path);
/// The inverse. errc::invalid_argument: empty, too long, or with a control character.
[[nodiscard]] result<std::string> parse_ingest_path(std::string_view value);

/// The seed that a server gives to a scope, made from a secret of its own.
[[nodiscard]] Digest ingest_seed(const Digest& secret, std::string_view scope);

/// The ranges of one file that a seed demands. Each 256th part of the file has one of them, at a
/// random place.
class IngestChallenge {
 public:
  /// The file has at least kIngestFrom bytes.
  IngestChallenge(const Digest& seed, const BlobId& id);
  [[nodiscard]] std::uint64_t offset(std::size_t range) const noexcept { return offsets_[range]; }
  [[nodiscard]] const Digest& challenge() const noexcept { return challenge_; }

 private:
  Digest challenge_;
  std::array<std::uint64_t, kProofRanges> offsets_{};  ///< ascending, without overlaps
};

/// Computes the proof from the file's content, which comes in order. One thread at a time.
class IngestProof {
 public:
  explicit IngestProof(const IngestChallenge& challenge);
  /// The next bytes of the file.
  void update(std::span<const std::byte> piece);
  /// In place of update(), for a reader of the ranges alone: the next range.
  void add_range(std::span<const std::byte> range) { hash_.update(range); }
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  const IngestChallenge challenge_;
  Sha256 hash_;
  std::uint64_t position_ = 0;
  std::size_t next_ = 0;  ///< the range that is not complete
};

}  // namespace shaman::protocol
