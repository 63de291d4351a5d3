// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>

#include "shaman/checkout.hpp"
#include "shaman/digest.hpp"
#include "shaman/error.hpp"

namespace shaman {

/// Remembers for a while the answers to requests with an idempotency key, so that a repetition gets
/// the same answer instead of a second checkout. Reads no clock. All members may be called from any
/// thread; none blocks.
class IdempotencyTable {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Answer = result<MadeCheckout>;

  /// Remembers at most `capacity` answers, and forgets the oldest first.
  IdempotencyTable(std::chrono::seconds keep, std::size_t capacity)
      : keep_(keep), capacity_(capacity) {}

  struct Begin {};  ///< a new request: execute it, then call finish()
  /// Another call executes the request or has done so: wait for its answer.
  using Joined = std::shared_future<Answer>;

  /// `request` is a digest of the key and the content of the request.
  [[nodiscard]] std::variant<Begin, Joined> begin(const Digest& request, Time now);
  /// Answers all waiting calls. Does not remember failures.
  void finish(const Digest& request, const Answer& answer, Time now);

  /// Forgets the answer to the request if it is still this checkout, which no longer exists.
  void forget(const Digest& request, const MadeCheckout& gone);
  /// Forgets all answers with this path, because its checkout no longer exists.
  void forget(const std::string& path);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    std::promise<Answer> promise;
    std::shared_future<Answer> answer;
    bool finished = false;
    Time since;
  };
  template <class IsGone>
  void forget_if(const IsGone& is_gone);
  void forget_old(Time now);

  const std::chrono::seconds keep_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<Digest, Entry> entries_;
  std::list<Digest> finished_;  ///< oldest first
};

}  // namespace shaman
