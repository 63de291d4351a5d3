// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>

namespace shaman::http {

/// A limited amount of something (bytes, buffers) that many share: first come, first served, so
/// that a large wish is not starved by small ones. Sans-I/O; all members from any thread.
class FairBudget {
 public:
  explicit FairBudget(std::uint64_t total) : free_(total), total_(total) {}
  FairBudget(const FairBudget&) = delete;
  FairBudget& operator=(const FairBudget&) = delete;

  /// A share; given back when destroyed. The budget must outlive it.
  class Grant {
   public:
    Grant() = default;
    Grant(Grant&& other) noexcept;
    Grant& operator=(Grant&& other) noexcept;
    ~Grant() { release(); }
    [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }
    void release() noexcept;

   private:
    friend class FairBudget;
    Grant(FairBudget& owner, std::uint64_t amount) : owner_(&owner), amount_(amount) {}
    FairBudget* owner_ = nullptr;
    std::uint64_t amount_ = 0;
  };

  /// At once, or not at all: also not while others wait.
  [[nodiscard]] std::optional<Grant> try_acquire(std::uint64_t amount);

  /// A place in the queue. `wake` is called, from any thread, when the grant is there; it must be
  /// short. Destroying it leaves the queue, or gives back what was granted.
  class Request {
   public:
    Request(FairBudget& budget, std::uint64_t amount, std::function<void()> wake);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;
    /// The grant, once, as soon as it is there.
    [[nodiscard]] std::optional<Grant> take();

   private:
    friend class FairBudget;
    FairBudget& budget_;
    std::uint64_t amount_;
    std::function<void()> wake_;
    bool granted_ = false;
    bool taken_ = false;
    std::list<Request*>::iterator place_;
  };

  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t available() const;

 private:
  void give_back(std::uint64_t amount) noexcept;
  void serve_queue();  // with the mutex held

  mutable std::mutex mutex_;
  std::uint64_t free_;
  const std::uint64_t total_;
  std::list<Request*> queue_;
};

}  // namespace shaman::http
