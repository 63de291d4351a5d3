// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/log/log_shares.hpp"

namespace shaman::http {

bool LogShares::may_log(std::string_view client, Time now) {
  if (!second_ || now - *second_ >= std::chrono::seconds(1)) begin_second(now);
  auto found = clients_.find(client);
  if (found == clients_.end()) found = clients_.emplace(client, Lines()).first;
  Lines& lines = found->second;
  // A single client may write all its lines: there is no other client to displace.
  const bool has_share = clients_.size() == 1 || lines.written < most_ / clients_.size();
  if (all_ >= most_ && !has_share) {
    ++lines.left_out;
    return false;
  }
  ++lines.written;
  ++all_;
  return true;
}

void LogShares::begin_second(Time now) {
  for (const auto& [name, lines] : clients_)
    if (lines.left_out > 0) left_out_.emplace_back(name, lines.left_out);
  clients_.clear();
  all_ = 0;
  second_ = now;
}

}  // namespace shaman::http
