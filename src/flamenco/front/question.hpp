// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/error.hpp"

#include "async/task.hpp"
#include "flamenco/front/answer_head.hpp"
#include "flamenco/front/upstream.hpp"
#include "flamenco/manager/calls.hpp"

namespace shaman::proxy {

/// Reads an answer's head from the Manager, skipping interim ones. False where none comes in time,
/// or it is no HTTP; `has_begun` tells whether anything came.
[[nodiscard]] http::Task<bool> read_answer_head(http::Connection& manager, AnswerHead& head,
                                                bool& has_begun);

/// Asks a question of this server's own on a connection of its own, for a client, and only as long
/// as that is there. Of an answer that is no 200, the body is left out. errc::unreachable where no
/// whole answer comes; errc::bad_answer where it is longer than any Manager's.
[[nodiscard]] http::Task<result<manager::Answer>> ask_manager(Upstream& upstream,
                                                              http::Connection& client,
                                                              const manager::Request& question);

}  // namespace shaman::proxy
