// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/scan_watch.hpp"

namespace shaman::client {

std::string ScanWatch::find(const std::string& blend, const std::string& what) {
  const std::int64_t read_at_ns = os::now_ns();
  const result<os::FileInfo> info = os::info(blend);
  if (!info) return {};
  {
    const std::scoped_lock lock(mutex_);
    const auto [noted, is_new] = noted_.try_emplace(blend, Noted{*info, read_at_ns});
    // Scanned before in another state: a scan of this one would not match the rest.
    if (!is_new && noted->second.info != *info) return {};
  }
  return cache_ != nullptr ? cache_->find_scan({blend, *info}, what) : std::string();
}

void ScanWatch::keep(const std::string& blend, const std::string& what, const std::string& value) {
  if (cache_ == nullptr) return;
  const result<os::FileInfo> info = os::info(blend);
  if (!info) return;
  std::int64_t read_at_ns = 0;
  {
    const std::scoped_lock lock(mutex_);
    const auto noted = noted_.find(blend);
    if (noted == noted_.end() || noted->second.info != *info) return;
    read_at_ns = noted->second.read_at_ns;
  }
  cache_->keep_scan({blend, *info}, read_at_ns, what, value);
}

std::optional<os::FileInfo> ScanWatch::traced_state(const std::string& blend) const {
  const std::scoped_lock lock(mutex_);
  const auto noted = noted_.find(blend);
  if (noted == noted_.end()) return std::nullopt;
  return noted->second.info;
}

}  // namespace shaman::client
