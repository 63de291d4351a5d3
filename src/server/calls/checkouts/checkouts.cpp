// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shaman/auth/token_file.hpp"

#include "base/json_writer.hpp"
#include "protocol/file_list_answer.hpp"
#include "protocol/parameters.hpp"
#include "server/handlers.hpp"
#include "server/read_json_body.hpp"
#include "server/run_for_client.hpp"

namespace shaman::http {
namespace {

constexpr std::size_t kListedAtOnce = 64 * 1024;

struct List {
  std::vector<FoundCheckout> checkouts;
  std::size_t unread = 0;

  [[nodiscard]] std::size_t memory() const {
    std::size_t bytes = checkouts.size() * sizeof(FoundCheckout);
    for (const FoundCheckout& checkout : checkouts)
      bytes += checkout.path.size() + checkout.identity.size();
    return bytes;
  }
};

result<List> list(const Exchange& exchange) {
  std::vector<std::string> unread;
  auto found = exchange.services.checkouts.list_for(exchange.requester, &unread);
  if (!found) return found.error();
  return List{*std::move(found), unread.size()};
}

/// `{"checkouts":[…],"unread":…}`
class ListAnswer final : public PieceSource {
 public:
  explicit ListAnswer(List list) : list_(std::move(list)) {}

  bool produce(std::string& out) override {
    if (next_ == 0) out += R"({"checkouts":[)";
    const std::size_t enough = out.size() + kListedAtOnce;
    while (next_ < list_.checkouts.size() && out.size() < enough) {
      const FoundCheckout& checkout = list_.checkouts[next_];
      if (next_++ > 0) out += ',';
      JsonObject(out).text("path", checkout.path).text("made", auth::time_text(checkout.made));
    }
    if (next_ < list_.checkouts.size()) return true;
    out += ']';
    // Only their number: their names may be those of other users' projects.
    if (list_.unread > 0) out += ",\"unread\":" + std::to_string(list_.unread);
    out += '}';
    return false;
  }

 private:
  const List list_;
  std::size_t next_ = 0;
};

// `{"path":…,"made":…,"bytes":…}`
std::string head_of(const std::string& path, const CheckoutContent& content) {
  std::string out;
  JsonObject(out)
      .text("path", path)
      .text("made", auth::time_text(content.made))
      .number("bytes", content.bytes);
  return out;
}

Response answer_of(std::unique_ptr<PieceSource> source) {
  Response response;
  if (source->produce(response.body)) response.stream = std::move(source);
  return response;
}

}  // namespace

// A long list is made twice: its memory is known only then, and a request that waits for memory
// must hold none.
Task<Response> get_checkouts(Exchange& exchange) {
  constexpr std::size_t kUsual = 64 * 1024;
  if (auto refused = co_await set_aside_for_json(exchange, kUsual)) co_return *std::move(refused);
  exchange.connection.enter_working();
  WorkerPool& pool = exchange.services.pools.requests;
  const auto look = [&] { return list(exchange); };
  auto found = co_await run_on(pool, exchange.connection, look);
  if (!found) co_return Response::error(found.error());
  if (const std::size_t bytes = found->memory(); bytes > kUsual) {
    *found = List{};
    if (auto refused = co_await set_aside_for_json(exchange, bytes)) co_return *std::move(refused);
    exchange.connection.enter_working();
    found = co_await run_on(pool, exchange.connection, look);
    if (!found) co_return Response::error(found.error());
  }
  co_return answer_of(std::make_unique<ListAnswer>(*std::move(found)));
}

Task<Response> get_checkout(Exchange& exchange) {
  exchange.connection.enter_working();
  exchange.checkout = path_of(exchange.parameters);
  const std::string& path = exchange.checkout;
  Checkouts& checkouts = exchange.services.checkouts;
  WorkerPool& pool = exchange.services.pools.requests;
  const auto manifest = co_await run_on(
      pool, exchange.connection, [&] { return checkouts.manifest_of(path, exchange.requester); });
  if (!manifest) co_return Response::error(manifest.error());
  if (auto refused = co_await set_aside_for_json(exchange, manifest->size))
    co_return *std::move(refused);
  exchange.connection.enter_working();
  auto content = co_await run_on(pool, exchange.connection,
                                 [&] { return checkouts.content_of(path, exchange.requester); });
  if (!content) co_return Response::error(content.error());
  std::string head = head_of(path, *content);
  co_return answer_of(std::make_unique<FileListAnswer>(std::move(head), std::move(content->files)));
}

}  // namespace shaman::http
