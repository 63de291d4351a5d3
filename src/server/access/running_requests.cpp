// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/access/running_requests.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/target.hpp"
#include "server/access/admission.hpp"

namespace shaman::http {
namespace {

// Most requests end earlier, and are never checked.
constexpr std::chrono::seconds kYoung{1};

}  // namespace

struct RunningRequests::Question {
  std::uint64_t number = 0;
  Evidence evidence;
  auth::Role needed = auth::Role::nobody;
};

RunningRequests::Entry::Entry(RunningRequests& all, const Exchange& exchange, auth::Role needed)
    : all_(all), exchange_(exchange), needed_(needed) {
  const std::lock_guard lock(all_.mutex_);
  number_ = ++all_.last_number_;
  place_ = all_.entries_.insert(all_.entries_.end(), this);
}

RunningRequests::Entry::~Entry() {
  const std::lock_guard lock(all_.mutex_);
  all_.entries_.erase(place_);
}

std::list<RunningRequests::Question> RunningRequests::questions() {
  std::list<Question> asked;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  for (const Entry* entry : entries_)
    if (now - entry->begun_ >= kYoung && entry->needed_ != auth::Role::nobody)
      asked.push_back({entry->number_, evidence_of(entry->exchange_), entry->needed_});
  return asked;
}

void RunningRequests::check(const ServerOptions& options) {
  std::list<Question> asked = questions();
  // Many requests come from few principals, and verifying a signature takes a while.
  std::map<Evidence, auth::Role> known;
  asked.remove_if([&](const Question& question) {
    const auto [place, is_new] = known.try_emplace(question.evidence, auth::Role::nobody);
    if (is_new) place->second = judge(question.evidence, options).role;
    return place->second >= question.needed;
  });
  if (!asked.empty()) end(asked);
}

void RunningRequests::end(const std::list<Question>& refused) {
  const std::lock_guard lock(mutex_);
  for (const Entry* entry : entries_) {
    const auto found = std::ranges::find(refused, entry->number_, &Question::number);
    if (found == refused.end()) continue;
    const Exchange& exchange = entry->exchange_;
    spdlog::info("{} {} of {} is cut off: {} is no longer allowed to make it",
                 text::escape(exchange.head.method()),
                 text::escape(without_tokens(exchange.head.target())), exchange.connection.peer(),
                 text::printable(exchange.principal.name));
    exchange.connection.interrupter()();
  }
}

}  // namespace shaman::http
