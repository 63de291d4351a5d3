// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "shaman/blob_id.hpp"

namespace shaman {

/// Which request of this process works on which partial upload: one at a time. A later request
/// interrupts the present one, whose connection may have died unnoticed. No I/O; thread-safe.
class PartialTable {
 public:
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&& other) noexcept {
      std::swap(table_, other.table_);
      std::swap(id_, other.id_);
      return *this;
    }
    ~Lease() {
      if (table_) table_->release(id_);
    }

   private:
    friend class PartialTable;
    struct Nothing {
      void operator()(PartialTable*) const noexcept {}
    };
    Lease(PartialTable& table, const BlobId& id) : table_(&table), id_(id) {}
    std::unique_ptr<PartialTable, Nothing> table_;
    BlobId id_;
  };

  /// `interrupt` is called, at most once and from any thread, when another request wants it: give
  /// it back soon. If another request has it now, that one is interrupted, and `wake` is called
  /// once it is free: then try again.
  [[nodiscard]] std::optional<Lease> try_take(const BlobId& id, std::function<void()> interrupt,
                                              std::function<void()> wake);
  [[nodiscard]] bool is_taken(const BlobId& id) const;
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return slots_.size();
  }

 private:
  struct Slot {
    std::function<void()> interrupt;
    std::vector<std::function<void()>> waiting;
  };
  void release(const BlobId& id);

  mutable std::mutex mutex_;
  std::map<BlobId, Slot> slots_;
};

}  // namespace shaman
