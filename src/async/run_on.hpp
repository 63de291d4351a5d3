// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "shaman/worker_pool.hpp"

#include "async/one_shot.hpp"

namespace shaman::http {

template <class T>
using Outcome = std::variant<T, std::exception_ptr>;

template <class F>
[[nodiscard]] Outcome<std::invoke_result_t<F&>> outcome_of(F& work) {
  using Result = Outcome<std::invoke_result_t<F&>>;
  try {
    return Result(std::in_place_index<0>, work());
  } catch (...) {
    return Result(std::in_place_index<1>, std::current_exception());
  }
}

/// Starts work that blocks on the pool; the outcome arrives on the strand.
template <class F>
[[nodiscard]] OneShot<Outcome<std::invoke_result_t<F&>>> start_on(WorkerPool& pool,
                                                                  const Strand& strand, F work,
                                                                  std::string_view client) {
  const OneShot<Outcome<std::invoke_result_t<F&>>> outcome(strand);
  const WorkerPool::OnBehalfOf scope(client);
  // Shared, because jobs must be copyable.
  pool.post([told = outcome, shared = std::make_shared<F>(std::move(work))]() mutable {
    told.set(outcome_of(*shared));
  });
  return outcome;
}

/// Runs work that blocks on the pool, on behalf of the server itself; the coroutine continues on
/// its strand when it is done. Throws the exception of the work.
/// A lambda inside the co_await may capture references only: GCC 12 destroys the members of such a
/// temporary twice. Give a lambda that owns something a name, and move it here.
template <class F>
[[nodiscard]] Task<std::invoke_result_t<F&>> run_on(WorkerPool& pool, const Strand& strand,
                                                    F work) {
  const auto outcome = start_on(pool, strand, std::move(work), {});
  auto done = co_await outcome.get();
  if (const auto* const error = std::get_if<1>(&done)) std::rethrow_exception(*error);
  co_return std::move(std::get<0>(done));
}

}  // namespace shaman::http
