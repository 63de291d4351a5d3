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

/// Remembers what requests with an idempotency key were answered, for a while, so that a repetition
/// gets the same answer and not a second checkout. Looks at no clock. All members may be called
/// from any thread; none blocks.
class IdempotencyTable {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Answer = result<MadeCheckout>;

  /// Remembers at most `capacity` answers; the oldest go first.
  IdempotencyTable(std::chrono::seconds keep, std::size_t capacity)
      : keep_(keep), capacity_(capacity) {}

  struct Begin {};  ///< it is new: do it, then call finish()
  using Joined =
      std::shared_future<Answer>;  ///< somebody else does it: wait for this, or has done it

  /// `request` stands for key and content of the request.
  [[nodiscard]] std::variant<Begin, Joined> begin(const Digest& request, Time now);
  /// Answers all who joined. Failures are not remembered.
  void finish(const Digest& request, const Answer& answer, Time now);

  /// Forgets what the request was answered, if that is still this checkout: it is gone.
  void forget(const Digest& request, const MadeCheckout& gone);
  /// Forgets those that were answered this path: there is no such checkout any longer.
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
