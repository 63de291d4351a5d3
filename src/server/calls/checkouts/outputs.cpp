// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <string>
#include <utility>

#include "base/json_writer.hpp"
#include "protocol/file_list_answer.hpp"
#include "protocol/files_request.hpp"
#include "protocol/parameters.hpp"
#include "server/access/admission.hpp"
#include "server/access/reader.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

Response no_difference() {
  return Response::error(400, "\"base\" has no meaning here: outputs are sent as a list of files");
}

}  // namespace

Task<Response> post_outputs(Exchange& exchange) {
  if (auto refused = refuse_other_than_json(exchange)) co_return *std::move(refused);
  JsonBody body;
  if (auto failed = co_await read_json_body(exchange, body)) co_return *std::move(failed);
  exchange.connection.enter_working();
  exchange.checkout = path_of(exchange.parameters);
  const std::string& path = exchange.checkout;
  WorkerPool& pool = exchange.services.pools.requests;
  auto request = co_await run_on(pool, exchange.connection, [&] {
    return read_files_request(body, FilesRequestKind::requirements,
                              exchange.options.limits.json_files);
  });
  if (!request) co_return Response::error(request.error());
  if (request->difference) co_return no_difference();
  const auto added = co_await run_on(pool, exchange.connection, [&] {
    return exchange.services.checkouts.add_outputs(path, request->files, exchange.requester,
                                                   reader_of(exchange));
  });
  if (!added) co_return Response::error(added.error());
  co_return Response::empty(204);
}

Task<Response> get_outputs(Exchange& exchange) {
  // Of a film's shot; more frames than that belong to several jobs.
  constexpr std::size_t kUsual = 256 * 1024;
  if (auto refused = co_await set_aside_for_json(exchange, kUsual)) co_return *std::move(refused);
  exchange.connection.enter_working();
  exchange.checkout = path_of(exchange.parameters);
  const std::string& path = exchange.checkout;
  auto files = co_await run_on(exchange.services.pools.requests, exchange.connection, [&] {
    return exchange.services.checkouts.outputs_of(path, reader_of(exchange));
  });
  if (!files) co_return Response::error(files.error());
  std::string head;
  JsonObject(head).text("checkoutPath", path);
  Response response;
  auto source = std::make_unique<FileListAnswer>(std::move(head), *std::move(files));
  if (source->produce(response.body)) response.stream = std::move(source);
  co_return response;
}

}  // namespace shaman::http
