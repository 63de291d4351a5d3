// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "shaman/trace/trace.hpp"

#include "submit/cache/hash_cache.hpp"

namespace shaman::client {

/// A cache for tracing that also notes the state in which each .blend was traced: its results are
/// valid only for that state.
class ScanWatch : public trace::ScanCache {
 public:
  /// `cache` may be null; otherwise it must outlive this.
  explicit ScanWatch(HashCache* cache) : cache_(cache) {}

  [[nodiscard]] std::string find(const std::string& blend, const std::string& what) override;
  void keep(const std::string& blend, const std::string& what, const std::string& value) override;

  /// The state of a .blend that was traced; nothing for any other file.
  [[nodiscard]] std::optional<os::FileInfo> traced_state(const std::string& blend) const;

 private:
  struct Noted {
    os::FileInfo info;
    std::int64_t read_at_ns = 0;
  };

  HashCache* cache_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Noted> noted_;
};

}  // namespace shaman::client
