// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/reverse_proxy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "shaman/text.hpp"

#include "flamenco/front/answer_head.hpp"
#include "flamenco/front/head_text.hpp"
#include "flamenco/front/judgement/job_calls.hpp"
#include "flamenco/front/judgement/manager_paths.hpp"
#include "flamenco/front/judgement/repair.hpp"
#include "flamenco/front/judgement/roles.hpp"
#include "flamenco/front/loop_watch.hpp"
#include "flamenco/front/question.hpp"
#include "flamenco/front/tunnel.hpp"
#include "flamenco/front/upstream.hpp"
#include "http/target.hpp"
#include "server/access/forwarded.hpp"

namespace shaman::proxy {
namespace {

using http::Connection;
using http::Exchange;
using http::RequestBody;
using http::RequestHead;
using http::Response;
using http::Task;
using Phase = Connection::Phase;

constexpr std::size_t kPiece = 32 * 1024;
// Answers that this server changes have a few hundred bytes.
constexpr std::size_t kMostChanged = 1024 * 1024;

// Reads `\` and an escaped slash as separators, because a Manager may.
bool leads_up(const std::string& segment) {
  std::string path = "/" + segment + "/";
  std::ranges::replace(path, '\\', '/');
  return path.find("/./") != path.npos || path.find("/../") != path.npos;
}

// One forwarded request, and how far it has come.
class ProxiedRequest {
 public:
  ProxiedRequest(Exchange& exchange, Upstream& upstream, LoopWatch& watch, const JobHooks& hooks)
      : exchange_(exchange),
        client_(exchange.connection),
        upstream_(upstream),
        watch_(watch),
        under_way_(std::in_place, watch),
        jobs_(exchange, upstream, hooks) {}

  Task<Response> run();

 private:
  Task<> ask_for_loop();
  Task<bool> leads_back();
  Task<std::optional<Response>> exchange_heads();
  Task<std::optional<Response>> connect_and_send();
  Task<bool> send_request();
  Task<bool> send_body();
  Task<bool> read_head();
  Task<Response> pass_answer();
  Task<Response> pass_changed();
  Task<bool> pass_body(RequestBody& body, bool is_chunked);
  Task<bool> pass_until_close(bool is_chunked);
  Task<bool> send_piece(Connection& to, std::string_view piece, bool is_chunked);
  Task<Response> upgrade();

  [[nodiscard]] Response refuse_loop() const;
  void wait_for_manager();
  void give_back_manager();
  [[nodiscard]] bool may_repeat() const;
  [[nodiscard]] bool has_answer_body() const;
  [[nodiscard]] bool will_go_on() const;
  [[nodiscard]] BodyFraming request_framing() const;
  [[nodiscard]] BodyFraming answer_framing() const;
  [[nodiscard]] Response no_answer() const;
  [[nodiscard]] Response sent(bool heard, bool goes_on);

  Exchange& exchange_;
  Connection& client_;
  Upstream& upstream_;
  LoopWatch& watch_;
  std::optional<LoopWatch::Entry> under_way_;  // until the answer begins
  JobCalls jobs_;
  Upstream::Lease manager_;
  std::shared_ptr<void> giving_way_;  // while manager_ serves this client alone
  bool has_answer_begun_ = false;
  std::optional<std::string> body_;  // what replaces the body of the client
  AnswerHead answer_;
};

Task<Response> ProxiedRequest::run() {
  const RequestHead& head = exchange_.head;
  if (co_await leads_back()) co_return refuse_loop();
  if (!head.target().starts_with('/'))
    co_return Response::error(400, "an address that is forwarded must begin with a slash");
  if (std::ranges::any_of(head.segments, leads_up))
    co_return Response::error(400,
                              "an address with . or .. in it is not forwarded: write it without");
  // The server has taken one token out of the address. Another one would be ambiguous, and the
  // Manager would write it to its log.
  if (http::holds_token(head.target()))
    co_return Response::error(
        400,
        "an address with a second token, or with a token that is not its first part, is not"
        " forwarded: write the token once, as http://host/~TOKEN/");
  if (overrides_method(head))
    co_return Response::error(
        400, "a header must not override the method: send the request with that method itself");
  if (auto refused = co_await jobs_.judge(body_)) co_return std::move(*refused);
  if (auto failed = co_await exchange_heads()) co_return std::move(*failed);
  under_way_.reset();
  jobs_.answered(answer_.status());
  // Over plain HTTP, a browser does not say that it asks for a frame.
  if (exchange_.options.access != nullptr) answer_.forbid_foreign_frames();
  if (answer_.status() == 101) co_return co_await upgrade();
  const bool is_changed = tells_location(head) || jobs_.repairs_answer();
  if (answer_.status() == 200 && is_changed) co_return co_await pass_changed();
  co_return co_await pass_answer();
}

Task<> ProxiedRequest::ask_for_loop() {
  const manager::Request question{"GET", watch_.question()};
  const auto answer = co_await ask_manager(upstream_, client_, question);
  // Only whether the request arrives here matters, not the answer.
  static_cast<void>(answer);
}

Task<bool> ProxiedRequest::leads_back() {
  if (watch_.is_question(exchange_.head)) watch_.found(http::Clock::now());
  if (watch_.should_ask(http::Clock::now())) co_await ask_for_loop();
  co_return has_passed(exchange_.head, upstream_.own_name()) || watch_.is_loop(http::Clock::now());
}

Response ProxiedRequest::refuse_loop() const {
  const std::string manager = text::printable(upstream_.address().authority());
  if (exchange_.services.rare_warnings.is_due("loop", http::Clock::now()))
    spdlog::error(
        "requests that were forwarded to {} (option manager) come back to this server. Change the"
        " option manager, or the proxy at that address, so that it leads to the Flamenco Manager",
        manager);
  Response response = Response::error(
      508, "this request has come back to the server that forwarded it: the address " + manager +
               " (option manager of shaman-server) must lead to the Flamenco Manager, not to this"
               " server or to a proxy in front of it");
  response.close = exchange_.head.has_body();
  return response;
}

bool ProxiedRequest::may_repeat() const {
  return only_reads(exchange_.head) && !wants_upgrade(exchange_.head);
}

// Tries the open connections first. Only a request that may be repeated can use them, because the
// Manager may have closed one.
Task<std::optional<Response>> ProxiedRequest::exchange_heads() {
  if (may_repeat()) {
    for (manager_ = upstream_.reuse(); manager_; manager_ = upstream_.reuse()) {
      const auto watch = client_.watch(manager_->interrupter());
      bool done = co_await send_request();
      if (done) done = co_await read_head();
      if (done) co_return std::nullopt;
      const bool may_go_on = !has_answer_begun_ && !manager_->is_expired() && !client_.is_lost() &&
                             !client_.gave_way();
      if (!may_go_on) co_return no_answer();
    }
  }
  co_return co_await connect_and_send();
}

Task<std::optional<Response>> ProxiedRequest::connect_and_send() {
  const http::Strand strand = client_.strand();
  auto connected = co_await upstream_.connect(strand);
  if (!connected) co_return Response::error(connected.error());
  manager_ = *std::move(connected);
  const auto watch = client_.watch(manager_->interrupter());
  bool sent_all = co_await send_request();
  if (sent_all) sent_all = co_await send_body();
  if (exchange_.body.failure() != RequestBody::Failure::none)
    co_return http::response_to_failed_body(exchange_.body);
  // The Manager may answer before it has read the whole body.
  if (!co_await read_head()) co_return no_answer();
  if (!sent_all) answer_.keep_alive = false;
  co_return std::nullopt;
}

BodyFraming ProxiedRequest::request_framing() const {
  if (body_) return {false, body_->size()};
  return {exchange_.head.is_chunked, exchange_.head.content_length};
}

Task<bool> ProxiedRequest::send_request() {
  const bool keeps_tokens = exchange_.options.access != nullptr;
  const std::string path = http::forwarded_for(exchange_);
  const ClientForManager client{path, http::client_scheme(exchange_), http::client_host(exchange_)};
  const ForwardedRequest request{exchange_.head, client, upstream_.own_name(), request_framing(),
                                 keeps_tokens};
  const std::string text = request_text(request);
  const std::string_view body = body_ ? std::string_view(*body_) : std::string_view();
  co_return co_await manager_->write({text, body, {}});
}

Task<bool> ProxiedRequest::send_piece(Connection& to, std::string_view piece, bool is_chunked) {
  if (!is_chunked) co_return co_await to.write({piece, {}, {}});
  std::array<char, 20> size{};
  const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  const std::string_view head(size.data(), static_cast<std::size_t>(digits));
  co_return co_await to.write({head, piece, "\r\n"});
}

Task<bool> ProxiedRequest::send_body() {
  if (body_ || !exchange_.head.has_body()) co_return true;
  const bool is_chunked = exchange_.head.is_chunked;
  std::vector<char> piece(kPiece);
  while (const std::size_t length = co_await exchange_.body.read(piece))
    if (!co_await send_piece(*manager_, {piece.data(), length}, is_chunked)) co_return false;
  if (exchange_.body.failure() != RequestBody::Failure::none) co_return false;
  if (is_chunked) co_return co_await manager_->write({"0\r\n\r\n", {}, {}});
  co_return true;
}

// A request that may be repeated gives up its place if another client needs it.
void ProxiedRequest::wait_for_manager() {
  client_.enter(only_reads(exchange_.head) ? Phase::waiting : Phase::working,
                upstream_.timeouts().answer * 2);
}

Task<bool> ProxiedRequest::read_head() {
  manager_->enter(Phase::reading, upstream_.timeouts().answer);
  wait_for_manager();
  co_return co_await read_answer_head(*manager_, answer_, has_answer_begun_);
}

Response ProxiedRequest::no_answer() const {
  const std::string manager = "the Flamenco Manager at " + upstream_.address().authority();
  if (client_.is_lost()) {
    Response response;
    response.unheard = true;
    return response;
  }
  if (client_.gave_way())
    return Response::error(
        503,
        "too many requests wait for the Manager, and other clients need this one's place: try again"
        " later");
  if (manager_->is_expired())
    return Response::error(504, manager + " did not answer within " +
                                    std::to_string(upstream_.timeouts().answer.count() / 1000) +
                                    " s");
  return Response::error(502, manager + (has_answer_begun_ ? " sent an answer that is not HTTP"
                                                           : " closed the connection without an"
                                                             " answer"));
}

// The answer must have been read to its end.
void ProxiedRequest::give_back_manager() {
  giving_way_.reset();
  if (manager_ && answer_.keep_alive) upstream_.give_back(std::move(manager_));
}

bool ProxiedRequest::has_answer_body() const {
  const unsigned status = answer_.status();
  return exchange_.head.method() != "HEAD" && status != 204 && status != 304;
}

bool ProxiedRequest::will_go_on() const {
  const bool ends_with_connection =
      has_answer_body() && exchange_.head.is_http_1_0 && !answer_.content_length;
  return exchange_.head.keep_alive && !ends_with_connection &&
         (exchange_.body.is_done() || body_.has_value()) &&
         !exchange_.services.connections.is_stopping();
}

BodyFraming ProxiedRequest::answer_framing() const {
  // The answer to a HEAD states the length that the answer to a GET would have. A 204 and a 304
  // have no body.
  if (!has_answer_body())
    return {false, exchange_.head.method() == "HEAD" ? answer_.content_length : std::nullopt};
  if (answer_.content_length) return {false, answer_.content_length};
  return {!exchange_.head.is_http_1_0, std::nullopt};
}

Response ProxiedRequest::sent(bool heard, bool goes_on) {
  Response response;
  response.status = answer_.status();
  response.is_sent = true;
  response.unheard = !heard;
  response.close = !goes_on || !heard;
  return response;
}

Task<Response> ProxiedRequest::pass_answer() {
  const bool goes_on = will_go_on();
  const BodyFraming framing = answer_framing();
  const std::string text = answer_text(answer_, framing, goes_on, exchange_.head.is_http_1_0);
  // Gives the connection back first: with the whole answer, the client may send its next request at
  // once, on another connection.
  if (!has_answer_body()) give_back_manager();
  bool heard = co_await client_.write({text, {}, {}});
  if (!heard || !has_answer_body()) co_return sent(heard, goes_on);
  giving_way_ = client_.when_giving_way(manager_->interrupter());
  const bool ends_with_connection = !answer_.is_chunked && !answer_.content_length;
  if (ends_with_connection) {
    heard = co_await pass_until_close(framing.is_chunked);
    co_return sent(heard, goes_on);
  }
  RequestHead ending;
  ending.content_length = answer_.content_length;
  ending.is_chunked = answer_.is_chunked;
  RequestBody body(*manager_, ending);
  heard = co_await pass_body(body, framing.is_chunked);
  co_return sent(heard, goes_on);
}

Task<bool> ProxiedRequest::pass_body(RequestBody& body, bool is_chunked) {
  std::vector<char> piece(kPiece);
  while (const std::size_t length = co_await body.read(piece)) {
    if (body.is_done()) give_back_manager();
    if (!co_await send_piece(client_, {piece.data(), length}, is_chunked)) co_return false;
    wait_for_manager();
  }
  // Leaves the answer unfinished, so that the client notices.
  if (!body.is_done()) co_return false;
  give_back_manager();
  if (is_chunked) co_return co_await client_.write({"0\r\n\r\n", {}, {}});
  co_return true;
}

Task<bool> ProxiedRequest::pass_until_close(bool is_chunked) {
  for (;;) {
    manager_->enter(Phase::reading, upstream_.timeouts().answer);
    if (manager_->buffered().empty() && !co_await manager_->fill()) break;
    const std::string piece(manager_->buffered());
    manager_->consume(piece.size());
    if (!co_await send_piece(client_, piece, is_chunked)) co_return false;
    wait_for_manager();
  }
  if (manager_->is_lost() || manager_->is_expired()) co_return false;
  if (is_chunked) co_return co_await client_.write({"0\r\n\r\n", {}, {}});
  co_return true;
}

Task<Response> ProxiedRequest::pass_changed() {
  if (answer_.content_length.value_or(kMostChanged) >= kMostChanged && !answer_.is_chunked)
    co_return co_await pass_answer();
  RequestHead ending;
  ending.content_length = answer_.content_length;
  ending.is_chunked = answer_.is_chunked;
  RequestBody body(*manager_, ending);
  std::string text;
  std::vector<char> piece(kPiece);
  while (const std::size_t length = co_await body.read(piece)) {
    text.append(piece.data(), length);
    if (text.size() > kMostChanged) break;
  }
  if (!body.is_done()) co_return no_answer();
  if (jobs_.repairs_answer())
    text = co_await jobs_.repair_answer(std::move(text));
  else
    text = repair_location(text);
  answer_.is_chunked = false;
  answer_.content_length = text.size();
  give_back_manager();
  const bool goes_on = will_go_on();
  const std::string head =
      answer_text(answer_, answer_framing(), goes_on, exchange_.head.is_http_1_0);
  const bool heard = co_await client_.write({head, text, {}});
  co_return sent(heard, goes_on);
}

Task<Response> ProxiedRequest::upgrade() {
  if (!wants_upgrade(exchange_.head)) co_return no_answer();
  const std::string text = upgrade_text(answer_);
  const bool heard = co_await client_.write({text, {}, {}});
  if (heard) co_await tunnel(client_, *manager_, upstream_.timeouts().tunnel);
  co_return sent(heard, false);
}

class ManagerProxy : public http::ReverseProxy {
 public:
  ManagerProxy(const ManagerAddress& address, const ManagerTimeouts& timeouts, JobHooks hooks)
      : upstream_(address, timeouts), hooks_(std::move(hooks)) {}

  Task<Response> pass(Exchange& exchange) override {
    ProxiedRequest passing(exchange, upstream_, watch_, hooks_);
    co_return co_await passing.run();
  }
  [[nodiscard]] auth::Role role_for(const http::RequestHead& head) const override {
    // The request that detects loops carries no token.
    return watch_.is_question(head) ? auth::Role::nobody : proxy::role_for(head);
  }
  void check(http::Clock::time_point now) override { upstream_.check(now); }
  void cancel() override { upstream_.cancel(); }

 private:
  Upstream upstream_;
  LoopWatch watch_;
  const JobHooks hooks_;
};

}  // namespace

std::shared_ptr<http::ReverseProxy> reverse_proxy_to(const ManagerAddress& address,
                                                     const ManagerTimeouts& timeouts,
                                                     JobHooks hooks) {
  return std::make_shared<ManagerProxy>(address, timeouts, std::move(hooks));
}

}  // namespace shaman::proxy
