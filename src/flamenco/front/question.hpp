// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/error.hpp"

#include "async/task.hpp"
#include "flamenco/front/answer_head.hpp"
#include "flamenco/front/upstream.hpp"
#include "flamenco/manager/calls.hpp"

namespace shaman::proxy {

/// Reads the head of the Manager's answer and skips interim ones. False if none arrives in time, or
/// if it is not HTTP. `has_begun` becomes true with the first byte.
[[nodiscard]] http::Task<bool> read_answer_head(http::Connection& manager, AnswerHead& head,
                                                bool& has_begun);

/// Sends a request of this server's own to the Manager, on a new connection, and stops if the
/// client leaves. The body of an answer other than 200 is left out. errc::unreachable: no complete
/// answer arrives; errc::protocol_error: its length is unknown or too large.
[[nodiscard]] http::Task<result<manager::Answer>> ask_manager(Upstream& upstream,
                                                              http::Connection& client,
                                                              const manager::Request& question);

}  // namespace shaman::proxy
