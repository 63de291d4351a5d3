// SPDX-License-Identifier: GPL-3.0-or-later
// What is in a checkout, for a machine that pulls it (docs/protocol.md).
#include <memory>
#include <string>
#include <utility>

#include "shaman/auth/token_file.hpp"

#include "base/json_writer.hpp"
#include "http/selection/byte_range.hpp"
#include "protocol/file_list_answer.hpp"
#include "protocol/parameters.hpp"
#include "server/access/reader.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

std::string manifest_head(const std::string& path, const CheckoutContent& content) {
  std::string out;
  JsonObject(out).text("checkoutPath", path).text("created", auth::time_text(content.made));
  return out;
}

struct Tagged {
  std::unique_ptr<FileListAnswer> answer;
  std::string tag;
};

// The whole text is made twice and never in memory: the tag comes before it.
Tagged tagged(std::unique_ptr<FileListAnswer> answer) {
  Sha256 hash;
  std::string piece;
  for (bool more = true; more;) {
    piece.clear();
    more = answer->produce(piece);
    hash.update(std::as_bytes(std::span(piece)));
  }
  answer->rewind();
  return {std::move(answer), '"' + hash.finish().hex() + '"'};
}

result<Tagged> read(Checkouts& checkouts, const std::string& path, const Requester& reader) {
  auto content = checkouts.content_of(path, reader);
  if (!content) return content.error();
  std::string head = manifest_head(path, *content);
  return tagged(std::make_unique<FileListAnswer>(std::move(head), std::move(content->files)));
}

Response answer_to(const RequestHead& head, Tagged manifest) {
  const bool is_known =
      lists_tag(head.header_list("If-None-Match"), manifest.tag, TagComparison::weak);
  Response response;
  // The path may lead to another checkout later.
  response.headers = "ETag: " + manifest.tag + "\r\nCache-Control: private, no-cache\r\n";
  if (is_known)
    response.status = 304;
  else if (manifest.answer->produce(response.body))
    response.stream = std::move(manifest.answer);
  return response;
}

}  // namespace

Task<Response> get_manifest(Exchange& exchange) {
  exchange.connection.enter_working();
  exchange.checkout = path_of(exchange.parameters);
  const std::string& path = exchange.checkout;
  const Requester reader = reader_of(exchange);
  Checkouts& checkouts = exchange.services.checkouts;
  WorkerPool& pool = exchange.services.pools.requests;
  const auto manifest = co_await run_on(pool, exchange.connection,
                                        [&] { return checkouts.manifest_of(path, reader); });
  if (!manifest) co_return Response::error(manifest.error());
  if (auto refused = co_await set_aside_for_json(exchange, manifest->size))
    co_return *std::move(refused);
  exchange.connection.enter_working();
  auto found =
      co_await run_on(pool, exchange.connection, [&] { return read(checkouts, path, reader); });
  if (!found) co_return Response::error(found.error());
  co_return answer_to(exchange.head, *std::move(found));
}

}  // namespace shaman::http
