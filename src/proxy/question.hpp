// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/error.hpp"

#include "http/task.hpp"
#include "proxy/answer_head.hpp"
#include "proxy/upstream.hpp"

namespace shaman::proxy {

/// Reads an answer's head from the Manager, skipping interim ones. False where none comes in time,
/// or it is no HTTP; `has_begun` tells whether anything came.
[[nodiscard]] http::Task<bool> read_answer_head(http::Connection& manager, AnswerHead& head,
                                                bool& has_begun);

/// A question of this server's own to the Manager, on a connection of its own: the body of its
/// answer, empty where that is not a 200. errc::unreachable.
[[nodiscard]] http::Task<result<std::string>> ask_manager(Upstream& upstream,
                                                          const http::Strand& strand,
                                                          const std::string& path);

}  // namespace shaman::proxy
