// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/session.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "http/endpoint_text.hpp"
#include "http/target.hpp"
#include "server/access/admission.hpp"
#include "server/access/browser_login.hpp"
#include "server/access/running_requests.hpp"
#include "server/log/access_log.hpp"
#include "server/log/trace_id.hpp"
#include "server/reverse_proxy.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

using Phase = Connection::Phase;

// How long a client has to stop sending when the connection closes, in total.
constexpr std::chrono::seconds kLingerStall{5};
constexpr std::chrono::seconds kLingerAll{60};
constexpr std::size_t kLingerBytes = std::size_t{64} << 20;

struct HeadOutcome {
  std::optional<RequestHead> head;
  std::optional<Response> refusal;
  std::string method;  // of a refused request, as far as readable
  std::string target;
  Clock::time_point begun;
};

Response refuse_slow_header() {
  Response response = Response::error(408, "the request's header took too long");
  response.close = true;
  return response;
}

// Neither a head nor a refusal: the connection has ended between two requests.
Task<HeadOutcome> read_head(Connection& connection, const Services& services,
                            std::size_t most_bytes) {
  HeadParser parser(most_bytes);
  HeadOutcome outcome;
  connection.enter(Phase::idle, connection.timeouts().idle);
  if (services.connections.is_stopping() && connection.buffered().empty()) co_return outcome;
  bool begun = false;
  for (;;) {
    if (!connection.buffered().empty()) {
      if (!std::exchange(begun, true)) {
        outcome.begun = Clock::now();
        connection.enter(Phase::header, connection.timeouts().header);
      }
      std::size_t consumed = 0;
      const auto state = parser.parse(connection.buffered(), consumed);
      connection.consume(consumed);
      if (state == HeadParser::State::complete) {
        outcome.head = parser.take();
        co_return outcome;
      }
      if (state == HeadParser::State::bad) {
        outcome.refusal = Response::error(parser.error().status, parser.error().message);
        outcome.refusal->close = true;
        break;
      }
    }
    if (!co_await connection.fill()) {
      if (!begun || !connection.is_expired() || connection.is_lost()) co_return outcome;
      outcome.refusal = refuse_slow_header();
      break;
    }
  }
  outcome.method = parser.method();
  outcome.target = parser.target();
  co_return outcome;
}

Response answer_without_handler(const Router::Match& match, const RequestHead& head) {
  if (head.method() == "OPTIONS" && (head.target() == "*" || !match.allow.empty())) {
    Response response = Response::empty(204);
    response.allow = match.allow.empty() ? "GET, HEAD, POST, OPTIONS" : match.allow;
    return response;
  }
  switch (match.outcome) {
    case Router::Outcome::method_unknown:
      return Response::error(501, "this server does not know the method " +
                                      text::printable(head.method().substr(0, 40)));
    case Router::Outcome::method_not_allowed: {
      Response response = Response::error(405, "this address allows " + match.allow);
      response.allow = match.allow;
      return response;
    }
    default:
      return Response::error(404,
                             "there is nothing at this address: this is a Shaman file store, which"
                             " has files and checkouts but no jobs");
  }
}

// All requests that are not Shaman's, if another server is behind this one.
bool is_passed_on(const Exchange& exchange) {
  static constexpr std::array<std::string_view, 3> kOurs{"api", "v3", "shaman"};
  const std::vector<std::string>& path = exchange.head.segments;
  if (exchange.services.reverse_proxy == nullptr || path.empty()) return false;
  return path.size() < kOurs.size() || !std::equal(kOurs.begin(), kOurs.end(), path.begin());
}

// A tunnel keeps its place for as long as it lasts.
Task<Response> pass_on(Exchange& exchange) {
  auto watch = exchange.connection.watch();
  // What the Manager changes for a client is not broken off.
  const auto may_be =
      only_reads(exchange.head) ? Connection::TakenBack::yes : Connection::TakenBack::for_now;
  const auto place = co_await exchange.connection.acquire(exchange.services.passed_on, 1, may_be);
  watch.reset();
  if (!place)
    co_return Response::error(503, "too many requests to the Manager at once: try again later");
  co_return co_await exchange.services.reverse_proxy->pass(exchange);
}

FigureRow row_of(const Router::Match& match, bool passes) {
  if (match.handler != nullptr) return {FigureRow::Kind::route, match.route};
  return {passes ? FigureRow::Kind::passed_on : FigureRow::Kind::other, 0};
}

bool is_for_all(const Router::Match& match) {
  return match.handler != nullptr && match.role == auth::Role::nobody;
}

Task<Response> dispatch(Exchange& exchange) {
  const RequestHead& head = exchange.head;
  if (head.has_unknown_expectation)
    co_return Response::error(417, "the only expectation that is understood is 100-continue");
  const Router::Match match = exchange.services.router.match(head.method(), head.segments);
  // Load balancers name an address, not a host, and get nothing that a page may not know.
  if (!is_for_all(match))
    if (auto refused = refuse_host(exchange)) co_return *std::move(refused);
  if (auto refused = refuse_too_many(exchange)) co_return *std::move(refused);
  const bool passes = match.handler == nullptr && is_passed_on(exchange);
  exchange.passes = passes;
  exchange.row = row_of(match, passes);
  if (!passes)
    if (auto answer = answer_preflight(exchange)) co_return *std::move(answer);
  const auth::Role needed = passes          ? exchange.services.reverse_proxy->role_for(head)
                            : match.handler ? match.role
                                            : auth::Role::worker;
  if (auto refused = admit(exchange, needed)) co_return *std::move(refused);
  if (match.handler == nullptr && !passes) co_return answer_without_handler(match, head);
  if (passes)
    if (auto login = log_in(exchange)) co_return *std::move(login);
  const RunningRequests::Entry running(exchange.services.running, exchange, needed);
  exchange.parameters = match.parameters;
  std::exception_ptr error;
  try {
    if (passes) co_return co_await pass_on(exchange);
    co_return co_await match.handler(exchange);
  } catch (...) {
    error = std::current_exception();
  }
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    spdlog::error("{} {} failed: {}", text::escape(head.method()),
                  text::escape(without_tokens(head.target())), text::escape(exception.what()));
  }
  co_return Response::error(500, "internal error; see the server log");
}

// Pieces are made on the pool, one ahead: while the client reads the one before.
Task<bool> write_stream(Exchange& exchange, Response& response, bool chunked) {
  Connection& connection = exchange.connection;
  std::string piece = std::exchange(response.body, {});
  for (bool more = true;;) {
    std::array<char, 20> size{};
    const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
    const std::string_view head(size.data(), static_cast<std::size_t>(digits));
    // An empty chunk would end the answer (RFC 9112, 7.1).
    if (!piece.empty()) {
      const bool heard =
          co_await connection.write(chunked ? std::array<std::string_view, 3>{head, piece, "\r\n"}
                                            : std::array<std::string_view, 3>{piece, {}, {}});
      if (!heard) co_return false;
    }
    if (!more) break;
    piece.clear();
    connection.enter_working();
    more = co_await run_on(exchange.services.pools.requests, connection,
                           [&] { return response.stream->produce(piece); });
    if (!more && response.stream->has_failed()) co_return false;
  }
  // No `!chunked || co_await …`: GCC 12 always evaluates the right side.
  if (chunked) co_return co_await connection.write({"0\r\n\r\n", {}, {}});
  co_return true;
}

// In turns on the pool, which others take in between; the thread never waits for the client.
Task<bool> write_file(Exchange& exchange, const std::shared_ptr<FilePart>& file) {
  Connection& connection = exchange.connection;
  TransferRate rate(connection.timeouts().min_rate, connection.timeouts().rate_window);
  for (;;) {
    connection.enter_working();
    const std::uint64_t before = connection.bytes_out();
    const FilePart::Step step = co_await run_on(exchange.services.pools.disk, connection,
                                                [&] { return file->send(connection); });
    rate.moved(connection.bytes_out() - before);
    if (step == FilePart::Step::complete) co_return true;
    if (step == FilePart::Step::failed || connection.is_lost() || connection.gave_way())
      co_return false;
    if (step != FilePart::Step::would_block) continue;
    const bool goes_on = co_await connection.wait_writable(rate);
    if (!goes_on) co_return false;
  }
}

Task<bool> write_response(Exchange& exchange, Response& response, bool keep_alive) {
  const RequestHead& head = exchange.head;
  const Framing framing = !response.stream   ? Framing::length
                          : head.is_http_1_0 ? Framing::until_close
                                             : Framing::chunked;
  const std::string header = header_of(response, framing, keep_alive, head.is_http_1_0);
  if (head.method() == "HEAD") co_return co_await exchange.connection.write({header, {}, {}});
  if (!response.stream && !response.file)
    co_return co_await exchange.connection.write({header, response.body, {}});
  if (!co_await exchange.connection.write({header, {}, {}})) co_return false;
  if (response.file) co_return co_await write_file(exchange, response.file);
  co_return co_await write_stream(exchange, response, framing == Framing::chunked);
}

// Closing a socket with unread bytes resets the connection, which can discard the answer before the
// client has read it: so they are read first.
Task<> linger(Connection& connection, RequestBody* body) {
  connection.finish_writing();
  if (connection.is_expired() || connection.is_lost()) co_return;
  if (body != nullptr && !co_await body->discard(0)) co_return;
  const auto until = Clock::now() + kLingerAll;
  std::size_t discarded = connection.buffered().size();
  connection.consume(connection.buffered().size());
  while (Clock::now() < until && discarded < kLingerBytes) {
    connection.enter(Phase::reading, kLingerStall);
    if (!co_await connection.fill()) co_return;
    discarded += connection.buffered().size();
    connection.consume(connection.buffered().size());
  }
}

// The principal, as far as known, and the client's address, if a proxy forwarded the request.
std::string who_asked(const Exchange& exchange) {
  const std::string_view peer = exchange.connection.peer();
  std::string who = exchange.principal.role == auth::Role::nobody ? "" : exchange.principal.name;
  const std::string address = client_address(exchange);
  if (address == address_without_port(peer) || address == who) return who;
  return who + (who.empty() ? "" : ", ") + address;
}

// What a request that was cut off leaves open.
std::string note_on(const Exchange& exchange, const Response& response) {
  const auto length = exchange.head.content_length;
  const bool is_cut = exchange.body.failure() == RequestBody::Failure::disconnected;
  if (!exchange.note.empty() || !response.unheard || !is_cut || !length) return exchange.note;
  return "of " + text::count_of(*length, "byte", "bytes") + ", " +
         std::to_string(exchange.body.received()) + " had arrived";
}

// Of several fields, each reader may believe another.
std::string_view trace_of(const RequestHead& head) {
  constexpr std::string_view kName = "traceparent";
  if (head.fields.count(kName) != 1) return {};
  return trace_id_in(head.header(kName));
}

void log_request(const Exchange& exchange, const Response& response, const HeadOutcome& outcome,
                 std::uint64_t bytes_in, std::uint64_t bytes_out) {
  if (exchange.is_routine) return;
  if (!spdlog::should_log(spdlog::level::err)) return;
  const std::string who = who_asked(exchange);
  const std::string note = note_on(exchange, response);
  log_access({.method = exchange.head.method(),
              .target = exchange.head.target(),
              .status = response.status,
              .unheard = response.unheard,
              .bytes_in = bytes_in,
              .bytes_out = exchange.connection.bytes_out() - bytes_out,
              .duration = Clock::now() - outcome.begun,
              .client = exchange.connection.client(),
              .peer = exchange.connection.peer(),
              .original_filename = exchange.original_filename,
              .who = who,
              .checkout = exchange.checkout,
              .reason = response.reason,
              .note = note,
              .trace = trace_of(exchange.head)});
}

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

void count_request(const Exchange& exchange, const Response& response, const HeadOutcome& outcome,
                   std::uint64_t bytes_in, std::uint64_t bytes_out) {
  exchange.services.figures.requests.count({.row = exchange.row,
                                            .status = response.status,
                                            .seconds = seconds_since(outcome.begun),
                                            .bytes_in = bytes_in,
                                            .bytes_out = bytes_out,
                                            .unheard = response.unheard,
                                            .kind = response.kind});
}

// One request from its header to its answer; returns whether the connection continues.
Task<bool> serve_request(Connection& connection, const Services& services,
                         const ServerOptions& options, HeadOutcome& outcome) {
  const RequestHead& head = *outcome.head;
  RequestBody body(connection, head);
  Exchange exchange{services, options, connection, head, body};
  const std::uint64_t written_before = connection.bytes_out();
  connection.enter_working();
  Response response = co_await dispatch(exchange);
  if (!response.is_sent) add_cors(exchange, response);

  // A client that did not get 100 Continue may send its body all the same.
  const bool unasked = body.is_unasked_for();
  if (unasked)
    body.answered_unasked();
  else if (!response.close && !response.unheard && !co_await body.discard(exchange.discard_limit))
    response.close = true;
  const bool keep_alive = head.keep_alive && !response.close && !unasked &&
                          !services.connections.is_stopping() && !connection.gave_way() &&
                          !(response.stream && head.is_http_1_0);
  if (connection.is_lost()) response.unheard = true;
  if (!response.unheard && !response.is_sent) {
    const bool heard = co_await write_response(exchange, response, keep_alive);
    response.unheard = !heard;
  }
  exchange.grants.clear();
  count_request(exchange, response, outcome, body.received(),
                connection.bytes_out() - written_before);
  log_request(exchange, response, outcome, body.received(), written_before);
  if (response.unheard) co_return false;
  if (!keep_alive) co_await linger(connection, unasked ? &body : nullptr);
  co_return keep_alive;
}

Task<> refuse_request(Connection& connection, const Services& services, HeadOutcome& outcome) {
  const Response& response = *outcome.refusal;
  const std::string header = header_of(response, Framing::length, false, false);
  const std::uint64_t written_before = connection.bytes_out();
  const bool heard = co_await connection.write({header, response.body, {}});
  services.figures.requests.count({.row = {},
                                   .status = response.status,
                                   .seconds = seconds_since(outcome.begun),
                                   .bytes_out = connection.bytes_out() - written_before,
                                   .unheard = !heard,
                                   .kind = std::nullopt});
  log_access({.method = outcome.method,
              .target = outcome.target,
              .status = response.status,
              .unheard = !heard,
              .bytes_out = connection.bytes_out(),
              .duration = Clock::now() - outcome.begun,
              .client = connection.client(),
              .peer = connection.peer(),
              .reason = response.reason});
  if (heard) co_await linger(connection, nullptr);
}

// Answers a client whose request was not read.
Task<> refuse_unread(Connection& connection, Response response) {
  const std::string header = header_of(response, Framing::length, false, false);
  connection.enter(Phase::writing, kLingerStall);
  if (!co_await connection.write({header, response.body, {}})) co_return;
  connection.finish_writing();
  connection.enter(Phase::idle, kLingerStall);
  while (co_await connection.fill())
    connection.consume(connection.buffered().size());
}

// It costs more processor time than anything that may follow.
Task<bool> shake_hands(Connection& connection, const Services& services,
                       const tls::ServerIdentity& identity) {
  const auto place =
      co_await connection.acquire(services.handshakes, 1, Connection::TakenBack::yes);
  if (!place) co_return false;
  co_return co_await connection.secure(identity);
}

Task<> end_without_tls(Connection& connection) {
  const Connection::TlsFailure& failure = connection.tls_failure();
  if (failure.was_plain_http) {
    spdlog::info("{} did not speak TLS", connection.peer());
    co_await refuse_unread(
        connection,
        Response::error(400, "this server speaks TLS: its address begins with https://"));
  } else if (!failure.why.empty()) {
    spdlog::info("no TLS with {}: {}", connection.peer(), text::escape(failure.why));
  }
}

}  // namespace

Response response_to_failed_body(const RequestBody& body) {
  Response response;
  switch (body.failure()) {
    case RequestBody::Failure::too_slow:
      response = Response::error(408, "the request's body came too slowly");
      break;
    case RequestBody::Failure::malformed:
      response = Response::error(400, "the request's chunked coding is malformed");
      break;
    case RequestBody::Failure::undecodable:
      return Response::error(400, body.problem());
    case RequestBody::Failure::overloaded:
      response = Response::error(503, "the server is overloaded: try again later");
      break;
    case RequestBody::Failure::none:
    case RequestBody::Failure::disconnected:
      response.status = 400;
      response.unheard = true;
      break;
  }
  response.close = true;
  return response;
}

Task<> serve_connection(Socket socket, const Services& services, std::shared_ptr<void> seat) {
  std::exception_ptr error;
  try {
    auto options = services.options.get();
    Connection connection(std::move(socket), services.connections, options->timeouts,
                          std::move(seat));
    // No `options->tls && !co_await …`: GCC 12 always evaluates the right side.
    if (options->tls) {
      const bool is_secure = co_await shake_hands(connection, services, *options->tls);
      if (!is_secure) co_await end_without_tls(connection);
      if (!is_secure) co_return;
    }
    for (bool go_on = true; go_on;) {
      HeadOutcome outcome = co_await read_head(connection, services, options->limits.header_bytes);
      if (outcome.refusal) co_await refuse_request(connection, services, outcome);
      go_on = false;
      if (!outcome.head) continue;
      options = services.options.get();
      connection.use(options->timeouts);
      go_on = co_await serve_request(connection, services, *options, outcome);
    }
  } catch (const std::exception& exception) {
    spdlog::error("a connection was given up: {}", text::escape(exception.what()));
  }
}

Task<> refuse_connection(Socket socket, const Services& services, std::string_view message) {
  const auto options = services.options.get();
  // A handshake would cost more than closing saves.
  if (options->tls) co_return;
  Connection connection(std::move(socket), services.connections, options->timeouts);
  co_await refuse_unread(connection, Response::error(503, message));
}

}  // namespace shaman::http
