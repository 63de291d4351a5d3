// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "base/json_writer.hpp"
#include "protocol/files_request.hpp"
#include "protocol/names.hpp"
#include "protocol/parameters.hpp"
#include "server/access/admission.hpp"
#include "server/calls/checkouts/base_list.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

struct Prepared {
  CheckoutPlan plan;
  std::vector<BlobId> being_uploaded;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
};

std::uint64_t size_of(const FileList& files) {
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < files.size(); ++i)
    size += files[i].id.size;
  return size;
}

result<Prepared> prepare(Exchange& exchange, FilesRequest request, std::string idempotency_key) {
  const bool may_reuse = is_yes(exchange.head.header(protocol::kReuseCheckout));
  const Services& services = exchange.services;
  const std::size_t files = request.files.size();
  const std::uint64_t bytes = size_of(request.files);
  auto plan =
      services.checkouts.validate({std::move(request.checkout_path), std::move(request.files),
                                   std::move(idempotency_key), exchange.requester, may_reuse});
  if (!plan) return plan.error();
  auto uploads = services.checkouts.being_uploaded(*plan);
  if (!uploads) return uploads.error();
  return Prepared{*std::move(plan), *std::move(uploads), files, bytes};
}

void count_checkout(CallFigures& figures, const Prepared& prepared, bool is_reused) {
  if (is_reused) {
    ++figures.checkouts_reused;
    return;
  }
  ++figures.checkouts_made;
  figures.files_linked += prepared.files;
  figures.bytes_linked += prepared.bytes;
}

std::uint64_t progress_of(const Store& store, const std::vector<BlobId>& ids,
                          const Requester& requester) {
  std::uint64_t sum = 0;
  for (const BlobId& id : ids)
    sum += store.upload_progress(id, requester);
  return sum;
}

// Waits for uploads while they make progress: until all have ended, none has made progress for as
// long as a stall takes, or the time is up.
class UploadWait {
 public:
  UploadWait(Exchange& exchange, Clock::time_point until)
      : connection_(exchange.connection),
        store_(exchange.services.store),
        requester_(exchange.requester),
        until_(until) {}

  // False if waiting longer is useless.
  [[nodiscard]] Task<bool> until_released(std::vector<BlobId> ids) {
    while (!ids.empty()) {
      const auto released = std::make_shared<std::atomic<bool>>(false);
      auto wake = [released, wake = connection_.event().waker()] {
        *released = true;
        wake();
      };
      const auto waiter = store_.when_released(ids.back(), std::move(wake), requester_);
      while (!*released)
        if (!co_await look_later(ids)) co_return false;
      ids.pop_back();
    }
    co_return true;
  }

  // A stalled claim counts as free, and may be found again at once.
  [[nodiscard]] Task<bool> pause() {
    co_await connection_.event().wait(Clock::now() + kPause);
    co_return is_worthwhile();
  }

 private:
  static constexpr std::chrono::seconds kLook{1};
  static constexpr std::chrono::milliseconds kPause{50};

  [[nodiscard]] Task<bool> look_later(const std::vector<BlobId>& ids) {
    const Clock::time_point stalled_at = moved_at_ + store_.options().stall_after;
    const Clock::time_point next_look =
        std::min<Clock::time_point>(Clock::now() + kLook, std::min(until_, stalled_at));
    co_await connection_.event().wait(next_look);
    // An upload that ended counts as progress, like one that grew.
    const auto progress = std::pair(ids.size(), progress_of(store_, ids, requester_));
    if (std::exchange(seen_, progress) != progress) moved_at_ = Clock::now();
    co_return is_worthwhile();
  }

  [[nodiscard]] bool is_worthwhile() const {
    const auto now = Clock::now();
    return !connection_.is_lost() && !connection_.gave_way() && now < until_ &&
           now < moved_at_ + store_.options().stall_after;
  }

  Connection& connection_;
  Store& store_;
  const Requester& requester_;
  const Clock::time_point until_;
  Clock::time_point moved_at_ = Clock::now();
  std::pair<std::size_t, std::uint64_t> seen_;
};

// The add-on calls create at once when one of its files was deferred because another client sends
// it.
Task<result<void>> wait_for_uploads(Exchange& exchange, Prepared& prepared) {
  const Services& services = exchange.services;
  const Timeouts& timeouts = exchange.connection.timeouts();
  UploadWait wait(exchange, Clock::now() + timeouts.create_wait);
  while (!prepared.being_uploaded.empty()) {
    exchange.connection.enter(Connection::Phase::waiting, timeouts.create_wait + timeouts.work);
    const bool is_released = co_await wait.until_released(prepared.being_uploaded);
    if (exchange.connection.gave_way())
      co_return Error{
          errc::busy,
          "other clients need the memory that this request holds while it waits for files"
          " that are being uploaded: try again later"};
    if (!is_released) break;
    exchange.connection.enter_working();
    auto uploads = co_await run_on(services.pools.requests, exchange.connection, [&] {
      return services.checkouts.being_uploaded(prepared.plan);
    });
    if (!uploads) co_return uploads.error();
    prepared.being_uploaded = *std::move(uploads);
    if (!prepared.being_uploaded.empty() && !co_await wait.pause()) break;
  }
  co_return result<void>();
}

}  // namespace

Task<Response> post_create(Exchange& exchange) {
  if (auto refused = refuse_other_than_json(exchange)) co_return *std::move(refused);
  JsonBody body;
  if (auto failed = co_await read_json_body(exchange, body)) co_return *std::move(failed);
  exchange.connection.enter_working();
  const Services& services = exchange.services;
  const std::string key(exchange.head.header(protocol::kIdempotencyKey));
  auto request = co_await run_on(services.pools.requests, exchange.connection, [&] {
    return read_files_request(body, FilesRequestKind::create, exchange.options.limits.json_files);
  });
  if (!request) co_return Response::error(request.error());
  exchange.checkout = request->checkout_path;
  if (auto refused = co_await complete_list(exchange, *request)) co_return *std::move(refused);
  auto prepared = co_await run_on(services.pools.requests, exchange.connection,
                                  [&] { return prepare(exchange, *std::move(request), key); });
  if (!prepared) co_return Response::error(prepared.error());
  if (const auto waited = co_await wait_for_uploads(exchange, *prepared); !waited)
    co_return Response::error(waited.error());
  exchange.connection.enter_working();
  const auto made = co_await run_on(services.pools.requests, exchange.connection,
                                    [&] { return services.checkouts.create(prepared->plan); });
  if (!made) co_return Response::error(made.error());
  exchange.checkout = made->path;
  count_checkout(services.figures.calls, *prepared, made->is_reused);
  std::string out;
  {
    JsonObject object(out);
    object.text("checkoutPath", made->path);
    if (made->is_reused) object.boolean("reused", true);
  }
  co_return Response::json(std::move(out));
}

}  // namespace shaman::http
