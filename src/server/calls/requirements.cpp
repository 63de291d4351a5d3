// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <utility>
#include <vector>

#include "protocol/files_request.hpp"
#include "protocol/requirements_answer.hpp"
#include "server/access/admission.hpp"
#include "server/calls/checkouts/base_list.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

result<Response> answer(Store& store, FileList files, const Requester& requester) {
  std::vector<BlobStatus> statuses(files.size());
  if (const auto required = store.require(files, statuses, requester); !required)
    return required.error();
  auto source = std::make_unique<RequirementsAnswer>(std::move(files), std::move(statuses));
  Response response;
  if (source->produce(response.body)) response.stream = std::move(source);
  return response;
}

// A request for a few files must not wait for a core behind a request for 100,000.
constexpr std::uint64_t kFewFiles = 64 * 1024;  // bytes of JSON

WorkerPool& pool_for(const Exchange& exchange) {
  const ServerPools& pools = exchange.services.pools;
  return exchange.body.content_read() <= kFewFiles ? pools.quick : pools.requests;
}

}  // namespace

Task<Response> post_requirements(Exchange& exchange) {
  if (auto refused = refuse_other_than_json(exchange)) co_return *std::move(refused);
  JsonBody body;
  if (auto failed = co_await read_json_body(exchange, body)) co_return *std::move(failed);
  exchange.connection.enter_working();
  Store& store = exchange.services.store;
  FilesRequest request;
  // All in one job: passing it from thread to thread would cost a small request more than the work
  // itself.
  const auto read_and_answer = [&]() -> result<Response> {
    auto read = read_files_request(body, FilesRequestKind::requirements,
                                   exchange.options.limits.json_files);
    if (!read) return read.error();
    request = *std::move(read);
    if (request.difference) return Response();
    return answer(store, std::move(request.files), exchange.requester);
  };
  auto response = co_await run_on(pool_for(exchange), exchange.connection, read_and_answer);
  if (response && request.difference) {
    if (auto refused = co_await complete_list(exchange, request)) co_return *std::move(refused);
    response = co_await run_on(exchange.services.pools.requests, exchange.connection, [&] {
      return answer(store, std::move(request.files), exchange.requester);
    });
  }
  if (!response) co_return Response::error(response.error());
  co_return *std::move(response);
}

}  // namespace shaman::http
