// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/probe.hpp"

#include <ctime>
#include <iomanip>
#include <sstream>

#include "shaman/utc.hpp"

#include "network.hpp"
#include "refusal.hpp"
#include "shaman_calls.hpp"

namespace shaman::client {
namespace {

using Clock = std::chrono::system_clock;

// `Wed, 25 Nov 2026 17:48:21 GMT` (RFC 9110, 5.6.7).
std::optional<Clock::time_point> parse_date(const std::string& text) {
  std::tm parts{};
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S");
  if (!in) return std::nullopt;
  return from_utc(parts);
}

HttpRequest ask_for_nothing() {
  static const FileList kNone;
  HttpRequest request;
  request.method = "POST";
  request.path = "/api/v3/shaman/checkout/requirements";
  request.headers = {{"Content-Type", "application/json"}};
  request.body_length = FilesBody::length_of(kNone, {});
  request.open_body = [] {
    return result<std::unique_ptr<BodySource>>(
        std::make_unique<FilesBody>(kNone, std::string_view()));
  };
  return request;
}

boost::asio::awaitable<result<Probe>> look(HttpConnection& connection) {
  const auto begun = std::chrono::steady_clock::now();
  result<ServerInfo> server = co_await identify(connection);
  if (!server) co_return server.error();
  Probe found;
  found.server = std::move(*server);
  found.answered_in = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  if (found.server.kind == ServerInfo::Kind::other) co_return found;
  const HttpRequest request = ask_for_nothing();
  const result<HttpResponse> answer = co_await connection.exchange(request);
  if (!answer) co_return answer.error();
  if (answer->status != 200)
    found.why_no_submission = refusal("takes no files from us", *answer).message();
  if (const auto date = parse_date(answer->date))
    found.clock_ahead = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - *date);
  co_return found;
}

}  // namespace

result<Probe> probe(const Server& server) {
  Network network(1);
  const Network::Strand strand = network.make_strand();
  HttpConnection connection(strand, server);
  return network.run<Probe>(strand, {}, [&] { return look(connection); });
}

}  // namespace shaman::client
