// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "shaman/worker_pool.hpp"

#include "http/one_shot.hpp"

namespace shaman::http {

/// Work that was handed to a pool and has not been waited for yet. Whoever starts it must wait for
/// it before what the work uses goes away.
template <class T>
class Started {
 public:
  template <class F>
  Started(WorkerPool& pool, const Strand& strand, F work) : outcome_(strand) {
    auto shared = std::make_shared<F>(std::move(work));
    pool.post([outcome = outcome_, shared] {
      try {
        outcome.set(Outcome(std::in_place_index<0>, (*shared)()));
      } catch (...) {
        outcome.set(Outcome(std::in_place_index<1>, std::current_exception()));
      }
    });
  }

  /// Throws what the work threw.
  [[nodiscard]] Task<T> wait() {
    Outcome outcome = co_await outcome_.get();
    if (auto* error = std::get_if<1>(&outcome)) std::rethrow_exception(*error);
    co_return std::move(std::get<0>(outcome));
  }

 private:
  using Outcome = std::variant<T, std::exception_ptr>;
  OneShot<Outcome> outcome_;
};

template <class F>
[[nodiscard]] auto start_on(WorkerPool& pool, const Strand& strand, F work) {
  return Started<std::invoke_result_t<F&>>(pool, strand, std::move(work));
}

/// Runs work that blocks on the pool; the coroutine goes on, on its strand, when it is done.
/// A lambda written inside the co_await may capture references only: what such a temporary owns is
/// destroyed twice by GCC 12. Give one that owns something a name, and move it here.
template <class F>
[[nodiscard]] Task<std::invoke_result_t<F&>> run_on(WorkerPool& pool, const Strand& strand,
                                                    F work) {
  auto started = start_on(pool, strand, std::move(work));
  co_return co_await started.wait();
}

}  // namespace shaman::http
