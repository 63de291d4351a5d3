// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/upload_steps.hpp"

#include <utility>

#include "http/one_shot.hpp"
#include "http/run_on.hpp"

namespace shaman::http {
namespace {

// A claim that is told free but is taken again at once must not make us spin.
constexpr std::chrono::milliseconds kBetweenClaims{20};

}  // namespace

// Now and then the claim is asked for again even without a wake: that shows the store that somebody
// still waits.
Task<> wait_for_claim(Exchange& exchange, const BlobId& id) {
  Connection& connection = exchange.connection;
  const auto begin = Clock::now();
  const auto waiter =
      exchange.services.store.when_released(id, connection.event().waker(), exchange.asker);
  co_await connection.event().wait(begin + connection.timeouts().work / 4);
  if (!connection.is_lost() && Clock::now() - begin < kBetweenClaims)
    co_await connection.event().wait(begin + kBetweenClaims);
}

Task<result<void>> commit_upload(Exchange& exchange, const SharedUpload& upload) {
  const OneShot<result<void>> committed(exchange.connection.strand());
  exchange.services.store.commit(
      std::move(*upload), [committed](result<void> outcome) { committed.set(std::move(outcome)); });
  co_return co_await committed.get();
}

Task<> drop_upload(Exchange& exchange, const SharedUpload& upload) {
  auto drop = [upload] {
    const Upload dropped = std::move(*upload);
    return true;
  };
  co_await run_on(exchange.services.pools.disk, exchange.connection.strand(), std::move(drop));
}

Response client_is_gone() {
  Response gone;
  gone.status = 503;
  gone.unheard = true;
  return gone;
}

}  // namespace shaman::http
