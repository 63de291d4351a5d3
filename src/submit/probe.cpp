// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/probe.hpp"

#include <ctime>
#include <iomanip>
#include <sstream>

#include "base/utc.hpp"
#include "http/client/network.hpp"
#include "http/client/refusal.hpp"
#include "protocol/names.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::client {
namespace {

using WallClock = std::chrono::system_clock;

// `Wed, 25 Nov 2026 17:48:21 GMT` (RFC 9110, 5.6.7).
std::optional<WallClock::time_point> parse_date(const std::string& text) {
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
  request.path = protocol::kRequirements;
  request.headers = {{"Content-Type", "application/json"}};
  request.body_length = FilesBody::length_of(kNone, {});
  request.open_body = [] {
    return result<std::unique_ptr<BodySource>>(
        std::make_unique<FilesBody>(kNone, std::string_view()));
  };
  return request;
}

// A file that is never kept, because its content does not match its address: only an upload shows
// whether there is room and whether the storage can be written.
HttpRequest send_for_trial() {
  // The digest of nothing, with a size of 1.
  const BlobId not_empty{Sha256().finish(), 1};
  HttpRequest request;
  request.method = "POST";
  request.path = protocol::file_address(not_empty);
  request.headers = {{"Content-Type", "application/octet-stream"},
                     {std::string(protocol::kOriginalFilename), "trial by shaman doctor"}};
  request.body_length = 1;
  request.open_body = [] {
    return result<std::unique_ptr<BodySource>>(std::make_unique<TextBody>("x"));
  };
  return request;
}

// Empty if the server accepts files; `asked` is its answer to the requirements call.
boost::asio::awaitable<std::string> why_no_files(HttpConnection& connection,
                                                 const HttpResponse& asked) {
  static constexpr const char* kWhat = "does not accept files from you";
  if (asked.status != 200) co_return refusal(kWhat, asked).message();
  const HttpRequest trial = send_for_trial();
  const result<HttpResponse> answer = co_await exchange_patiently(connection, trial, kFirstContact);
  if (!answer) co_return answer.error().message();
  constexpr unsigned kMismatch = 417;
  if (answer->status == kMismatch || answer->status < 300) co_return std::string();
  co_return refusal(kWhat, *answer).message();
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
  const result<HttpResponse> answer =
      co_await exchange_patiently(connection, request, kFirstContact);
  if (!answer) co_return answer.error();
  found.why_no_submission = co_await why_no_files(connection, *answer);
  if (found.why_no_submission.empty())
    if (const auto may = check_may_submit(found.server); !may)
      found.why_no_submission = may.error().message();
  if (const auto date = parse_date(answer->date))
    found.clock_ahead = std::chrono::duration_cast<std::chrono::seconds>(WallClock::now() - *date);
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
