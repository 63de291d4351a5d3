// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/access_log.hpp"

#include <mutex>
#include <string>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/log_shares.hpp"
#include "http/target.hpp"

namespace shaman::http {
namespace {

// A target may be 16 kB of anything; a log line should stay one that can be read.
constexpr std::size_t kMaxShown = 1024;

std::string shown(std::string_view text) {
  std::string out = text::escape(text.substr(0, kMaxShown));
  if (text.size() > kMaxShown) out += "…";
  return out;
}

// Of lines a second: far more than anybody reads, far fewer than would be dropped.
constexpr std::size_t kSharedFrom = 5000;

bool has_share(std::string_view client) {
  static std::mutex mutex;
  static LogShares shares(kSharedFrom);
  const std::lock_guard lock(mutex);
  const bool may_log = shares.may_log(client, std::chrono::steady_clock::now());
  for (const auto& [name, lines] : shares.take_left_out())
    spdlog::warn("{} of {} are not in this log: others had less than their share of it",
                 text::count_of(lines, "request", "requests"), text::printable(name));
  return may_log;
}

}  // namespace

void log_access(const AccessRecord& record) {
  if (!spdlog::should_log(spdlog::level::info)) return;
  if (!has_share(record.client)) return;
  const double milliseconds = std::chrono::duration<double, std::milli>(record.duration).count();
  std::string name;
  if (!record.original_filename.empty()) name = " \"" + shown(record.original_filename) + "\"";
  spdlog::info("{} {} {}{} in={} out={} {:.1f}ms {}{}",
               record.method.empty() ? "-" : shown(record.method),
               record.target.empty() ? "-" : shown(without_tokens(record.target)), record.status,
               record.unheard ? " (client gone)" : "", record.bytes_in, record.bytes_out,
               milliseconds, record.peer, name);
}

}  // namespace shaman::http
