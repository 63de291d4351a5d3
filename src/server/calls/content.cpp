// SPDX-License-Identifier: GPL-3.0-or-later
// The content of one file (docs/protocol.md).
#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "auth/base64url.hpp"
#include "http/selection/byte_range.hpp"
#include "protocol/parameters.hpp"
#include "server/access/reader.hpp"
#include "server/blob_part.hpp"
#include "server/handlers.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

std::string tag_of(const BlobId& id) {
  return '"' + id.digest.hex() + '-' + std::to_string(id.size) + '"';
}

void add_line(Response& response, std::string_view name, std::string_view value) {
  response.headers.append(name).append(": ").append(value).append("\r\n");
}

// The content at this address never changes.
void add_validators(Response& response, const BlobId& id) {
  add_line(response, "ETag", tag_of(id));
  add_line(response, "Cache-Control", "private, max-age=31536000, immutable");
}

// RFC 9110, 13.2.2.
std::optional<Response> judge_conditions(const RequestHead& head, const BlobId& id) {
  const std::string tag = tag_of(id);
  if (head.fields.count("If-Match") > 0 &&
      !lists_tag(head.header_list("If-Match"), tag, TagComparison::strong))
    return Response::error(412, "the file has another entity tag than If-Match names");
  if (lists_tag(head.header_list("If-None-Match"), tag, TagComparison::weak)) {
    Response response = Response::empty(304);
    add_validators(response, id);
    return response;
  }
  return std::nullopt;
}

// RFC 9530, with a byte sequence of RFC 9651.
std::string repr_digest(const Digest& digest) {
  std::string base64 = auth::to_base64url(std::as_bytes(std::span(digest.bytes())));
  std::ranges::replace(base64, '-', '+');
  std::ranges::replace(base64, '_', '/');
  base64.append((4 - base64.size() % 4) % 4, '=');
  return "sha-256=:" + base64 + ":";
}

ByteRange range_of(const RequestHead& head, const BlobId& id) {
  const bool is_asked = head.method() == "GET" && head.fields.count("Range") > 0;
  // A date, too, is not the tag: the whole file is right then.
  const bool still_counts =
      head.fields.count("If-Range") == 0 || head.header_list("If-Range") == tag_of(id);
  return parse_range(is_asked && still_counts ? head.header_list("Range") : std::string(), id.size);
}

Response unsatisfiable(const BlobId& id) {
  const std::string size = std::to_string(id.size);
  Response response =
      Response::error(416, "the file has " + size + " bytes, and none in this range");
  add_line(response, "Content-Range", "bytes */" + size);
  return response;
}

Response answer_with(StoredBlob blob, const ByteRange& range) {
  const BlobId id = blob.id();
  Response response;
  response.content_type = "application/octet-stream";
  add_line(response, "Accept-Ranges", "bytes");
  add_validators(response, id);
  add_line(response, "Repr-Digest", repr_digest(id.digest));
  if (range.kind == ByteRange::Kind::part) {
    response.status = 206;
    add_line(response, "Content-Range",
             "bytes " + std::to_string(range.first) + "-" +
                 std::to_string(range.first + range.length - 1) + "/" + std::to_string(id.size));
  }
  response.file = std::make_shared<BlobPart>(std::move(blob), range.first, range.length);
  return response;
}

}  // namespace

Task<Response> get_content(Exchange& exchange) {
  const auto id = parse_blob_id(exchange.parameters[0], exchange.parameters[1]);
  if (!id) co_return Response::error(id.error());
  exchange.connection.enter_working();
  Store& store = exchange.services.store;
  const Requester reader = reader_of(exchange);
  // Open from here on: the file may be collected meanwhile.
  auto blob = co_await run_on(exchange.services.pools.quick, exchange.connection,
                              [&] { return store.open_blob(*id, reader); });
  if (!blob) co_return Response::error(blob.error());
  if (!*blob) co_return Response::error(404, "file " + id->brief() + " is not stored");
  if (auto judged = judge_conditions(exchange.head, *id)) co_return *std::move(judged);
  const ByteRange range = range_of(exchange.head, *id);
  if (range.kind == ByteRange::Kind::unsatisfiable) co_return unsatisfiable(*id);
  co_return answer_with(**std::move(blob), range);
}

}  // namespace shaman::http
