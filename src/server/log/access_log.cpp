// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/access_log.hpp"

#include <mutex>
#include <string>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/target.hpp"
#include "server/log/log_shares.hpp"

namespace shaman::http {
namespace {

// A target may be 16 kB of any text; a log line should remain readable.
constexpr std::size_t kMaxShown = 1024;

std::string shown(std::string_view text) {
  return text::escape(text::shortened(text, kMaxShown));
}

// Lines per second: far more than a person reads, far fewer than would be dropped.
constexpr std::size_t kSharedFrom = 5000;

bool has_share(std::string_view client) {
  static std::mutex mutex;
  static LogShares shares(kSharedFrom);
  const std::lock_guard lock(mutex);
  const bool may_log = shares.may_log(client, std::chrono::steady_clock::now());
  for (const auto& [name, lines] : shares.take_left_out())
    spdlog::warn("{} of {} are not in this log: the space is left to other clients",
                 text::count_of(lines, "request", "requests"), text::printable(name));
  return may_log;
}

// The reason of a Manager's answer is not known here, and is not this server's problem.
spdlog::level::level_enum level_of(const AccessRecord& record) {
  if (record.reason.empty()) return spdlog::level::info;
  if (record.status == 500) return spdlog::level::err;
  return record.status == 507 ? spdlog::level::warn : spdlog::level::info;
}

// A quote in it must not end it.
std::string log_field(std::string_view text) {
  std::string out = "\"";
  for (const char c : shown(text)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out += '"';
}

// The parts that only some requests have: the principal, the file or checkout, the error, the note.
std::string further(const AccessRecord& record) {
  std::string text;
  if (!record.original_filename.empty()) text += " " + log_field(record.original_filename);
  if (!record.who.empty()) text += " by " + log_field(record.who);
  if (!record.checkout.empty()) {
    // Clients begin a checkout's path with its project.
    const std::string_view project = record.checkout.substr(0, record.checkout.find('/'));
    text += " checkout " + log_field(record.checkout) + " project " + log_field(project);
  }
  if (!record.trace.empty()) text.append(" trace ").append(record.trace);
  const bool has_reason = record.status >= 500 || record.status == 403;
  if (has_reason && !record.reason.empty()) text += ": " + shown(record.reason);
  if (!record.note.empty()) text += ": " + shown(record.note);
  return text;
}

}  // namespace

void log_access(const AccessRecord& record) {
  const auto level = level_of(record);
  if (!spdlog::should_log(level)) return;
  // The maker or eraser of a checkout is always logged.
  const bool is_deed = !record.checkout.empty() && record.status < 300;
  if (!is_deed && !has_share(record.client)) return;
  const double milliseconds = std::chrono::duration<double, std::milli>(record.duration).count();
  spdlog::log(level, "{} {} {}{} in={} out={} {:.1f}ms {}{}",
              record.method.empty() ? "-" : shown(record.method),
              record.target.empty() ? "-" : shown(without_tokens(record.target)), record.status,
              record.unheard ? " (client gone)" : "", record.bytes_in, record.bytes_out,
              milliseconds, record.peer, further(record));
}

}  // namespace shaman::http
