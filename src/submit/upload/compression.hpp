// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "http/client/line_meter.hpp"
#include "http/client/rate_limit.hpp"
#include "submit/upload/payload.hpp"

namespace shaman::client {

/// What compressing a sample of some content showed.
struct CompressionTrial {
  double ratio = 1;             ///< compressed size by size
  double bytes_per_second = 0;  ///< of content, on one core
};

/// Compresses the sample once.
[[nodiscard]] CompressionTrial try_compression(std::span<const std::byte> sample, int level);

/// What is to be sent.
struct CompressionCase {
  std::uint64_t size = 0;
  double line = 0;            ///< bytes a second
  bool is_resumable = false;  ///< if it is not compressed
};
/// Whether compressing makes sending that much faster. Sending and compressing count one after the
/// other, as on a machine with a single free core.
[[nodiscard]] bool is_worth_compressing(const CompressionTrial& trial, const CompressionCase& what);

/// Decides which uploads are sent compressed: those of content that a sample shows to be
/// compressible, while the line limits. Thread-safe; reads files.
class Compression {
 public:
  static constexpr int kLevel = 3;

  /// `rate`: to what the line is limited; null: to nothing. Both must outlive it.
  Compression(const LineMeter& line, const RateLimit* rate) : line_(line), rate_(rate) {}

  /// The level for these files as one body; none: send them as they are.
  [[nodiscard]] std::optional<int> level_for(std::span<const Payload* const> payloads,
                                             bool is_resumable) const;

 private:
  [[nodiscard]] std::optional<double> line() const;

  const LineMeter& line_;
  const RateLimit* const rate_;
};

}  // namespace shaman::client
