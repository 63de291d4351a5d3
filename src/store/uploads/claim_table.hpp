// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "shaman/blob_id.hpp"

namespace shaman {

/// Which upload sends which blob. Does no I/O and reads no clock. All members may be called from
/// any thread.
///
/// A blob has one uploader while that one makes progress. When it stalls, another may start in
/// parallel; the first commit supersedes the others.
class ClaimTable {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = std::uint64_t;
  static constexpr int kTrusted = 10;

  /// An upload has stalled if it has received nothing in `stall_after`. Once it has run kTrusted
  /// times as long, it must have received `least_progress` bytes in that time.
  explicit ClaimTable(std::chrono::steady_clock::duration stall_after,
                      std::uint64_t least_progress = 1)
      : stall_after_(stall_after), least_progress_(least_progress) {}

  /// A ticket if no upload sends the blob, or all such uploads have stalled.
  [[nodiscard]] std::optional<Ticket> claim(const BlobId& id, Time now);

  /// The server itself is working for this upload (a write that blocks): it cannot stall until
  /// progress() is called.
  void working(Ticket ticket);
  void progress(Ticket ticket, std::uint64_t received, Time now);
  /// All bytes have arrived; from now on it cannot stall.
  void committing(Ticket ticket);
  /// Ends the upload. If it was committed, all other uploads of the blob are superseded.
  void release(Ticket ticket, bool committed);
  [[nodiscard]] bool is_superseded(Ticket ticket) const;

  [[nodiscard]] bool is_claimed(const BlobId& id) const;
  [[nodiscard]] bool is_committing(const BlobId& id) const;
  /// Bytes that the blob's furthest uploader has sent; 0 without one.
  [[nodiscard]] std::uint64_t received(const BlobId& id) const;
  /// Uploads under way.
  [[nodiscard]] std::size_t size() const;

  /// See Store::Waiter.
  class Waiter {
   public:
    Waiter() = default;
    Waiter(Waiter&&) noexcept = default;
    Waiter& operator=(Waiter&& other) noexcept;
    ~Waiter() { cancel(); }

   private:
    friend class ClaimTable;
    struct Call;
    explicit Waiter(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    void cancel() noexcept;
    std::shared_ptr<Call> call_;
  };
  [[nodiscard]] Waiter wait(const BlobId& id, std::function<void()> wake, Time now);

  /// Wakes the waiters of uploads that have stalled.
  void wake_stalled(Time now);
  [[nodiscard]] bool has_waiters() const;

 private:
  struct Uploader {
    BlobId id;
    std::uint64_t received = 0;
    std::uint64_t received_at_progress = 0;
    Time begun;
    Time last_progress;
    bool working = false;
    bool committing = false;
    bool superseded = false;
  };
  struct Claim {
    std::vector<Ticket> tickets;
    std::vector<std::weak_ptr<Waiter::Call>> waiters;
  };
  using Calls = std::vector<std::weak_ptr<Waiter::Call>>;

  [[nodiscard]] bool has_stalled(const Claim& claim, Time now) const;
  [[nodiscard]] Uploader* find(Ticket ticket);
  static void run(const Calls& calls);

  const std::chrono::steady_clock::duration stall_after_;
  const std::uint64_t least_progress_;
  mutable std::mutex mutex_;
  Ticket next_ticket_ = 1;
  std::unordered_map<Ticket, Uploader> uploaders_;
  std::unordered_map<BlobId, Claim> claims_;
};

}  // namespace shaman
