// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace shaman::http {

/// How many connections each client address has. Thread-safe.
class AddressCounts {
 public:
  /// One connection's place, which is freed when this is destroyed.
  class Seat {
   public:
    Seat(AddressCounts& counts, std::string address)
        : counts_(&counts), address_(std::move(address)) {}
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    ~Seat() { counts_->leave(address_); }

   private:
    AddressCounts* counts_;
    std::string address_;
  };

  /// Nothing if the address already has `most`.
  [[nodiscard]] std::shared_ptr<Seat> enter(const std::string& address, std::size_t most) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = counts_[address];
    if (count >= most) return nullptr;
    ++count;
    return std::make_shared<Seat>(*this, address);
  }

 private:
  void leave(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(address);
    if (--found->second == 0) counts_.erase(found);
  }

  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace shaman::http
