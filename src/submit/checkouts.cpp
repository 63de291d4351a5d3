// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/checkouts.hpp"

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/json_members.hpp"
#include "http/client/answer_text.hpp"
#include "http/client/network.hpp"
#include "http/client/percent.hpp"
#include "http/client/refusal.hpp"
#include "protocol/names.hpp"
#include "protocol/wire.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::client {
namespace {

using nlohmann::json;

// A checkout of a million files.
constexpr std::size_t kLongestAnswer = std::size_t{512} << 20U;
constexpr std::chrono::minutes kWithin{10};

Error has_no_call(const Server& server, const ServerInfo& info) {
  if (info.kind == ServerInfo::Kind::other) return {errc::protocol_error, info.problem};
  std::string what = text::printable(info.name) + " " + text::printable(info.version);
  if (info.kind == ServerInfo::Kind::flamenco)
    what = "a Flamenco Manager (" + what + "), whose own file store";
  else
    what = "a Shaman server (" + what + ") that";
  return {errc::protocol_error,
          server.url.text() + " is " + what +
              " does not support listing, showing or erasing checkouts: use the "
              "address of a newer shaman-server, or ask the farm's admin"};
}

HttpRequest request_for(std::string_view path, std::string_view method = "GET") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.longest_answer = kLongestAnswer;
  request.answer_within = kWithin;
  return request;
}

result<HttpResponse> ask(const Server& server, std::string_view feature,
                         const HttpRequest& request) {
  Network network(1);
  const Network::Strand strand = network.make_strand();
  HttpConnection connection(strand, server);
  const result<ServerInfo> info =
      network.run<ServerInfo>(strand, {}, [&] { return identify(connection); });
  if (!info) return info.error();
  if (!info->has(feature)) return has_no_call(server, *info);
  return network.run<HttpResponse>(
      strand, {}, [&] { return exchange_patiently(connection, request, kShortPatience); });
}

Error not_understood(const HttpResponse& answer) {
  if (is_page(answer.body)) return page_instead(answer);
  return {errc::protocol_error, "unexpected response from the server"};
}

std::optional<ListedCheckout> read_checkout(const json& object) {
  auto path = text_member(object, "path");
  auto made = text_member(object, "made");
  if (!path || !made) return std::nullopt;
  return ListedCheckout{*std::move(path), *std::move(made)};
}

// The array of that name, with each element read; none if one is invalid.
template <class T>
std::optional<std::vector<T>> read_all(const json& object, const char* name,
                                       std::optional<T> (*read)(const json&)) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return std::nullopt;
  std::vector<T> all;
  for (const json& element : *found) {
    std::optional<T> value = read(element);
    if (!value) return std::nullopt;
    all.push_back(*std::move(value));
  }
  return all;
}

std::optional<CheckoutFile> read_file(const json& object) {
  auto path = text_member(object, "path");
  auto sha = text_member(object, "sha");
  const auto size = number_member(object, "size");
  if (!path || !sha || !size) return std::nullopt;
  return CheckoutFile{*std::move(path), *std::move(sha), *size};
}

result<CheckoutList> read_list(const result<HttpResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status != 200) return refusal("did not list the checkouts", *answer);
  const json object = json::parse(answer->body, nullptr, false);
  auto checkouts = read_all<ListedCheckout>(object, "checkouts", read_checkout);
  if (!checkouts) return not_understood(*answer);
  return CheckoutList{*std::move(checkouts), number_member(object, "unread").value_or(0)};
}

}  // namespace

// Slashes stay, because a proxy in front of a server may reject encoded ones.
std::string checkout_address(std::string_view call, std::string_view path) {
  std::string out(call);
  for (;;) {
    const std::size_t slash = path.find('/');
    out += "/" + percent_encoded(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

Error checkout_refusal(const std::string& what, const std::string& checkout,
                       const HttpResponse& answer) {
  if (answer.status == 404 && !is_page(answer.body)) {
    // As it stands in the storage, where people see it.
    const bool names_the_folder = checkout.starts_with("jobs/");
    return {errc::not_found, "the server has no checkout " + text::in_quotes(checkout) +
                                 (names_the_folder ? "; write its path without jobs/" : "") +
                                 "; `shaman checkout list` lists yours"};
  }
  // It does not say whether there is one that somebody else made.
  if (answer.status == 403 && read_message(answer.body).starts_with("you did not make"))
    return {errc::access_denied, "you have no checkout " + text::in_quotes(checkout) +
                                     " on the server; `shaman checkout list` lists yours"};
  return refusal(what + " the checkout " + text::in_quotes(checkout), answer);
}

boost::asio::awaitable<result<CheckoutList>> ask_checkouts(HttpConnection& connection) {
  const HttpRequest request = request_for(protocol::kCheckouts);
  co_return read_list(co_await exchange_patiently(connection, request, kShortPatience));
}

result<CheckoutList> list_checkouts(const Server& server) {
  return read_list(ask(server, protocol::kLists, request_for(protocol::kCheckouts)));
}

result<CheckoutFiles> show_checkout(const Server& server, const std::string& path) {
  const result<HttpResponse> answer =
      ask(server, protocol::kLists, request_for(checkout_address(protocol::kCheckouts, path)));
  if (!answer) return answer.error();
  if (answer->status != 200) return checkout_refusal("did not show", path, *answer);
  const json object = json::parse(answer->body, nullptr, false);
  auto checkout = read_checkout(object);
  auto files = read_all<CheckoutFile>(object, "files", read_file);
  const auto bytes = number_member(object, "bytes");
  if (!checkout || !files || !bytes) return not_understood(*answer);
  return CheckoutFiles{*std::move(checkout), *bytes, *std::move(files)};
}

result<std::vector<CheckoutFile>> list_outputs(const Server& server, const std::string& path) {
  const std::string address =
      checkout_address(protocol::kCheckout, path) + std::string(protocol::kOutputsSuffix);
  const result<HttpResponse> answer = ask(server, protocol::kHasOutputs, request_for(address));
  if (!answer) return answer.error();
  if (answer->status != 200) return checkout_refusal("did not list the outputs of", path, *answer);
  const json object = json::parse(answer->body, nullptr, false);
  auto files = read_all<CheckoutFile>(object, "files", read_file);
  if (!files) return not_understood(*answer);
  return *std::move(files);
}

result<void> erase_checkout(const Server& server, const std::string& path) {
  const result<HttpResponse> answer =
      ask(server, protocol::kErases,
          request_for(checkout_address(protocol::kCheckout, path), "DELETE"));
  if (!answer) return answer.error();
  if (answer->status == 204) return {};
  return checkout_refusal("did not erase", path, *answer);
}

}  // namespace shaman::client
