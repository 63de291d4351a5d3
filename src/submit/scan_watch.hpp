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

/// What tracing asks of a cache, and a note of the state in which each .blend was traced: what is
/// found in it holds for that state alone.
class ScanWatch : public trace::ScanCache {
 public:
  /// `cache` may be null; otherwise it must outlive this.
  explicit ScanWatch(HashCache* cache) : cache_(cache) {}

  [[nodiscard]] std::string find(const std::string& blend, const std::string& what) override;
  void keep(const std::string& blend, const std::string& what, const std::string& value) override;

  /// Of a .blend that was traced; nothing of any other file.
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
