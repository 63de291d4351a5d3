// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/retries.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "http/client/refusal.hpp"

namespace shaman::client {

namespace asio = boost::asio;

namespace {

bool is_passing(unsigned status, const Patience& patience) {
  return client::is_passing(status) && (status != 500 || patience.retries_internal_error);
}

Error no_answer_within(const BaseUrl& url, std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return {errc::unreachable, url.text() + " does not answer: no response within " +
                                 std::to_string(seconds) +
                                 " s. The server may hang or be overloaded, or something else "
                                 "listens at this address"};
}

asio::awaitable<result<HttpResponse>> try_repeatedly(HttpConnection& connection,
                                                     const HttpRequest& request, Patience patience,
                                                     Progress* progress) {
  asio::steady_timer timer(connection.strand());
  for (unsigned failures = 1;; ++failures) {
    result<HttpResponse> answer = co_await connection.exchange(request);
    if (answer && progress != nullptr) progress->server_is_back();
    const bool may_pass =
        answer ? is_passing(answer->status, patience) : answer.error().code == errc::unreachable;
    if (!may_pass || failures >= patience.attempts) co_return answer;
    std::chrono::milliseconds delay = patience.backoff.delay(failures, random_share());
    if (answer && answer->retry_after)
      delay = std::max<std::chrono::milliseconds>(
          delay, std::min(*answer->retry_after, kLongestRetryAfter));
    if (!answer && progress != nullptr) progress->server_is_away(delay);
    timer.expires_after(delay);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace

asio::awaitable<result<HttpResponse>> exchange_patiently(HttpConnection& connection,
                                                         const HttpRequest& request,
                                                         Patience patience, Progress* progress) {
  if (!patience.within) co_return co_await try_repeatedly(connection, request, patience, progress);
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer deadline(connection.strand(), *patience.within);
  auto outcome = co_await (try_repeatedly(connection, request, patience, progress) ||
                           deadline.async_wait(asio::use_awaitable));
  if (outcome.index() == 0) co_return std::get<0>(std::move(outcome));
  co_return no_answer_within(connection.url(), *patience.within);
}

}  // namespace shaman::client
