// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/upload/compression.hpp"

#include <algorithm>
#include <chrono>

#include <zstd.h>

#include "shaman/os.hpp"

namespace shaman::client {
namespace {

// Below this, the head of a request weighs more than what is saved.
constexpr std::uint64_t kLeastBytes = 4096;
constexpr std::size_t kParts = 8;
constexpr std::size_t kPartBytes = 32 * 1024;

constexpr double kWorthIt = 0.8;  // of the time without compression
// A compressed upload cannot be resumed: the gain must be larger, and little be lost by starting
// again.
constexpr double kWorthStartingAgain = 0.7;
constexpr double kMostSecondsToLose = 600;

// Parts from all over the content: the head of a file often differs from the rest, and the files of
// a batch from each other. What cannot be read shows when it is sent.
std::vector<std::byte> sample_of(std::span<const Payload* const> payloads) {
  std::uint64_t whole = 0;
  for (const Payload* const payload : payloads)
    whole += payload->state.info.size;
  const std::uint64_t step = std::max<std::uint64_t>(whole / kParts + 1, kPartBytes);
  std::vector<std::byte> sample(kParts * kPartBytes);
  std::size_t length = 0;
  std::uint64_t begin = 0;  // of this file in the content
  std::uint64_t next = 0;   // where the next part begins
  for (const Payload* const payload : payloads) {
    const std::uint64_t end = begin + payload->state.info.size;
    if (next < end) {
      const auto file = os::InputFile::open(payload->state.path);
      for (; next < end && length + kPartBytes <= sample.size(); next += step) {
        if (!file) continue;
        const auto got = file->read_at(next - begin, std::span(sample).subspan(length, kPartBytes));
        if (got) length += *got;
      }
    }
    begin = end;
  }
  sample.resize(length);
  return sample;
}

}  // namespace

CompressionTrial try_compression(std::span<const std::byte> sample, int level) {
  if (sample.empty()) return {};
  std::vector<std::byte> out(ZSTD_compressBound(sample.size()));
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t length =
      ZSTD_compress(out.data(), out.size(), sample.data(), sample.size(), level);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  if (ZSTD_isError(length) != 0) return {};
  const auto size = static_cast<double>(sample.size());
  return {static_cast<double>(length) / size, size / std::max(time.count(), 1e-9)};
}

bool is_worth_compressing(const CompressionTrial& trial, const CompressionCase& what) {
  if (trial.bytes_per_second <= 0 || what.line <= 0) return false;
  const double time = trial.ratio + what.line / trial.bytes_per_second;
  if (!what.is_resumable) return time < kWorthIt;
  const double seconds = time * static_cast<double>(what.size) / what.line;
  return time < kWorthStartingAgain && seconds < kMostSecondsToLose;
}

std::optional<double> Compression::line() const {
  const auto measured = line_.bytes_per_second(LineMeter::Clock::now());
  if (rate_ == nullptr) return measured;
  const double most = rate_->bytes_per_second();
  return std::min(measured.value_or(most), most);
}

std::optional<int> Compression::level_for(std::span<const Payload* const> payloads,
                                          bool is_resumable) const {
  const std::optional<double> bytes_per_second = line();
  if (!bytes_per_second) return std::nullopt;
  CompressionCase what{0, *bytes_per_second, is_resumable};
  for (const Payload* const payload : payloads)
    what.size += payload->id.size;
  if (what.size < kLeastBytes) return std::nullopt;
  const CompressionTrial trial = try_compression(sample_of(payloads), kLevel);
  if (!is_worth_compressing(trial, what)) return std::nullopt;
  return kLevel;
}

}  // namespace shaman::client
