// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"

#include "http/client/body_source.hpp"
#include "submit/delta/cutter.hpp"

namespace shaman::client {

/// An earlier version of a file, which the server may have.
struct EarlierVersion {
  BlobId blob;
  CutPieces pieces;
};

/// A range of a file, in order: from the base, or new.
struct DeltaRange {
  std::uint64_t length = 0;
  std::uint64_t offset = 0;  ///< in the base
  bool is_in_base = false;
  friend bool operator==(const DeltaRange&, const DeltaRange&) = default;
};

/// The ranges of a file, adjacent ones merged.
[[nodiscard]] std::vector<DeltaRange> compare(const CutPieces& file, const CutPieces& base);

using OpenBody = std::function<result<std::unique_ptr<BodySource>>()>;

/// The memory for packed parts of all deltas of one submission, in bytes. Thread-safe.
class PackedBudget {
 public:
  static constexpr std::size_t kTotal = std::size_t{64} << 20U;

  /// False if so much is not left.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    std::size_t left = left_;
    while (left >= bytes) {
      if (left_.compare_exchange_weak(left, left - bytes)) return true;
    }
    return false;
  }
  void give_back(std::size_t bytes) noexcept { left_ += bytes; }

 private:
  std::atomic<std::size_t> left_ = kTotal;
};

/// A delta that is ready to be sent: what to copy, and what to send, packed where that helps. The
/// packed parts are in memory, as far as the budget allows; all else is read again when it is sent.
class Delta {
 public:
  Delta(const BlobId& base, PackedBudget& budget) : base_(base), budget_(budget) {}
  ~Delta() { budget_.give_back(packed_); }
  Delta(const Delta&) = delete;
  Delta& operator=(const Delta&) = delete;

  /// Reads what is new of the file. Null if the delta would have more than `at_most` bytes. The
  /// budget must outlive it. Blocks.
  [[nodiscard]] static result<std::shared_ptr<const Delta>> make(
      const OpenBody& open, const BlobId& base, const std::vector<DeltaRange>& ranges,
      std::uint64_t at_most, PackedBudget& budget);

  [[nodiscard]] const BlobId& base() const noexcept { return base_; }
  /// Of the body.
  [[nodiscard]] std::uint64_t length() const noexcept { return length_; }
  /// The request's body. `delta` is kept; `open` opens the file's content.
  [[nodiscard]] static result<std::unique_ptr<BodySource>> body(std::shared_ptr<const Delta> delta,
                                                                const OpenBody& open);

 private:
  friend class DeltaBody;
  struct Part {
    std::string text;          ///< the header line; of a packed part also its content
    std::uint64_t sent = 0;    ///< bytes of the file that follow
    std::uint64_t spared = 0;  ///< bytes of the file that need not be sent
  };
  void add(Part part);
  [[nodiscard]] result<void> add_new(BodySource& content, std::uint64_t length);

  BlobId base_;
  PackedBudget& budget_;
  std::vector<Part> parts_;
  std::uint64_t length_ = 0;
  std::size_t packed_ = 0;
};

}  // namespace shaman::client
