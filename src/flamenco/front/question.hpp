// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

#include "async/task.hpp"
#include "flamenco/front/answer_head.hpp"
#include "flamenco/front/upstream.hpp"

namespace shaman::proxy {

/// Reads an answer's head from the Manager, skipping interim ones. False where none comes in time,
/// or it is no HTTP; `has_begun` tells whether anything came.
[[nodiscard]] http::Task<bool> read_answer_head(http::Connection& manager, AnswerHead& head,
                                                bool& has_begun);

/// A question of this server's own to the Manager.
struct Question {
  std::string method;
  std::string path;
  std::string json;  ///< the body; empty: none
};
struct ManagerAnswer {
  unsigned status = 0;
  std::string body;  ///< of a 200
};

/// Asks on a connection of its own, for a client, and only as long as that is there.
/// errc::unreachable where no whole answer comes; errc::bad_answer where it is longer than any
/// Manager's.
[[nodiscard]] http::Task<result<ManagerAnswer>> ask_manager(Upstream& upstream,
                                                            http::Connection& client,
                                                            const Question& question);

}  // namespace shaman::proxy
