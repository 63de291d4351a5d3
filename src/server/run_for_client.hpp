// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <variant>

#include "async/run_on.hpp"
#include "http/connection.hpp"

namespace shaman::http {

/// Like run_on(), but on behalf of the connection's client: the work waits behind that client's
/// other work, and for its turn among the clients.
template <class F>
[[nodiscard]] Task<std::invoke_result_t<F&>> run_on(WorkerPool& pool, Connection& connection,
                                                    F work) {
  const auto outcome = start_on(pool, connection.strand(), std::move(work), connection.client());
  auto done = co_await outcome.get();
  if (const auto* const error = std::get_if<1>(&done)) std::rethrow_exception(*error);
  co_return std::move(std::get<0>(done));
}

}  // namespace shaman::http
