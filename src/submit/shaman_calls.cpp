// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/shaman_calls.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/json_members.hpp"
#include "http/client/answer_text.hpp"
#include "http/client/percent.hpp"
#include "http/client/refusal.hpp"
#include "protocol/checkout_path.hpp"
#include "protocol/names.hpp"

namespace shaman::client {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

// A checkout of a million files takes less.
constexpr std::chrono::minutes kCreateWithin{10};
constexpr std::chrono::minutes kRequirementsWithin{5};

// A list is half checksums, which nothing makes smaller, and half names.
constexpr std::uint64_t kCompressFrom = 4096;
constexpr int kListLevel = 3;
constexpr unsigned kUnknownBase = 412;

constexpr Patience kFullPatience;
// A Go server's answer if blobs are missing: a retry gives the same.
constexpr Patience kNotInternalErrors{{}, 8, std::nullopt, false};

HttpRequest get(std::string_view path) {
  HttpRequest request;
  request.path = path;
  return request;
}

// `path` empty: without one.
HttpRequest post_files(std::string_view call, const FileList& files, std::string_view path,
                       ListSending how) {
  HttpRequest request;
  request.method = "POST";
  request.path = call;
  request.headers = {{"Content-Type", "application/json"}};
  request.body_length = FilesBody::length_of(files, path);
  if (how.can_compress && request.body_length >= kCompressFrom) request.zstd_level = kListLevel;
  request.open_body = [&files, checkout = std::string(path)] {
    return result<std::unique_ptr<BodySource>>(std::make_unique<FilesBody>(files, checkout));
  };
  // An answer repeats at most the requested files, with a status for each.
  request.longest_answer = (std::size_t{1} << 20U) + 2 * request.body_length;
  return request;
}

HttpRequest post_difference(std::string_view call, const protocol::ListDifference& difference,
                            std::string_view path, ListSending how) {
  HttpRequest request;
  request.method = "POST";
  request.path = call;
  request.headers = {{"Content-Type", "application/json"}};
  const std::string text = protocol::difference_text(difference, path);
  request.body_length = text.size();
  if (how.can_compress && text.size() >= kCompressFrom) request.zstd_level = kListLevel;
  request.open_body = [text] {
    return result<std::unique_ptr<BodySource>>(std::make_unique<TextBody>(text));
  };
  return request;
}

// Once more without compression if that may be what the answer is about.
asio::awaitable<result<HttpResponse>> exchange_body(HttpConnection& connection,
                                                    HttpRequest& request, Patience patience,
                                                    Progress* progress) {
  const result<HttpResponse> answer =
      co_await exchange_patiently(connection, request, patience, progress);
  if (!answer || !request.zstd_level || !may_be_of_coding(answer->status)) co_return answer;
  request.zstd_level.reset();
  co_return co_await exchange_patiently(connection, request, patience, progress);
}

// What changed, if that is known; the whole list if the server wants that.
asio::awaitable<result<HttpResponse>> exchange_list(HttpConnection& connection, HttpRequest& whole,
                                                    HttpRequest* difference, ListSending how,
                                                    Patience patience, Progress* progress) {
  if (difference != nullptr && difference->body_length <= protocol::kLongestDifference) {
    difference->answer_within = whole.answer_within;
    difference->longest_answer = whole.longest_answer;
    const result<HttpResponse> answer =
        co_await exchange_body(connection, *difference, patience, progress);
    if (!answer || answer->status != kUnknownBase) co_return answer;
    if (how.is_base_refused != nullptr) *how.is_base_refused = true;
  }
  co_return co_await exchange_body(connection, whole, patience, progress);
}

json parsed(const result<HttpResponse>& answer) {
  if (!answer || answer->status != 200) return {};
  return json::parse(answer->body, nullptr, false);
}

std::optional<IngestOffer> ingest_offer(const json& info) {
  const json offer = info.value("ingest", json::object());
  const auto seed = Digest::from_hex(text_of(offer, "seed"));
  if (!seed || !offer.contains("folders") || !offer["folders"].is_array()) return std::nullopt;
  IngestOffer read{{}, *seed};
  for (const json& folder : offer["folders"])
    if (folder.is_string()) read.folders.push_back(folder.get<std::string>());
  return read;
}

ServerInfo ours(const json& info) {
  ServerInfo server;
  server.kind = ServerInfo::Kind::shaman;
  server.name = text_of(info, "name");
  server.version = text_of(info, "version");
  for (const json& feature : info.value("features", json::array())) {
    if (feature.is_string()) server.features.push_back(feature.get<std::string>());
  }
  if (server.has(protocol::kIngests)) server.ingest = ingest_offer(info);
  server.role = text_of(info, "role");
  const json storage = info.value("storage", json::object());
  server.storage_problem = text_of(storage, "problem");
  if (storage.is_object() && storage.contains("remarks"))
    for (const json& remark : storage["remarks"])
      if (remark.is_string()) server.storage_remarks.push_back(remark.get<std::string>());
  return server;
}

void describe_stranger(const result<HttpResponse>& answer, ServerInfo& server) {
  if (!answer) {
    server.answer = server.problem = answer.error().message();
    return;
  }
  server.answer = std::to_string(answer->status) + " " + read_message(answer->body);
  server.is_web_page = answer->status == 200 && is_page(answer->body);
  server.problem = server.is_web_page ? page_instead(*answer).message() : stranger_text(*answer);
}

bool is_info(const json& info) {
  return info.is_object() && info.contains("features") && info["features"].is_array() &&
         !text_of(info, "version").empty();
}

}  // namespace

bool ServerInfo::has(std::string_view feature) const {
  return std::ranges::find(features, feature) != features.end();
}

asio::awaitable<result<ServerInfo>> identify(HttpConnection& connection) {
  // Each request has a name: GCC 12 destroys some temporaries of a co_await twice (bug 99576).
  const HttpRequest ask_info = get(protocol::kInfo);
  const result<HttpResponse> answer =
      co_await exchange_patiently(connection, ask_info, kFirstContact);
  if (!answer && answer.error().code != errc::protocol_error) co_return answer.error();
  if (answer && (answer->status == 401 || answer->status == 403))
    co_return refusal("did not answer", *answer);
  const json info = parsed(answer);
  if (is_info(info)) co_return ours(info);

  ServerInfo server;
  const HttpRequest ask_version = get(protocol::kVersion);
  const result<HttpResponse> version_answer =
      co_await exchange_patiently(connection, ask_version, kFirstContact);
  const json version = parsed(version_answer);
  if (!text_of(version, "version").empty() && version.contains("shortversion")) {
    server.kind = ServerInfo::Kind::flamenco;
    server.name = text_of(version, "name");
    server.version = text_of(version, "version");
    const HttpRequest ask_storage = get(std::string(protocol::kSharedStorage) + "/users/linux");
    const result<HttpResponse> storage_answer =
        co_await exchange_patiently(connection, ask_storage, kFirstContact);
    const json storage = parsed(storage_answer);
    server.takes_files = flag_member(storage, "shamanEnabled");
    co_return server;
  }
  describe_stranger(answer, server);
  co_return server;
}

result<void> check_may_submit(const ServerInfo& server) {
  if (server.role != "worker") return {};
  return Error{errc::access_denied,
               "the server does not accept submissions from you (this needs the"
               " role submit; you have the role worker); ask the farm's admin for"
               " the role submit"};
}

result<void> check_takes_submissions(const ServerInfo& server, const BaseUrl& url) {
  if (server.is_web_page) return Error{errc::protocol_error, server.problem};
  if (auto let_in = check_may_submit(server); !let_in) return let_in;
  if (server.kind == ServerInfo::Kind::flamenco && server.takes_files == false)
    return Error{errc::protocol_error, "the Flamenco Manager at " + url.text() +
                                           " does not accept files: switch on Shaman in its "
                                           "configuration, or use the address of a Shaman server"};
  return {};
}

asio::awaitable<result<std::vector<Required>>> ask_requirements(HttpConnection& connection,
                                                                const FileList& files,
                                                                ListSending how,
                                                                Progress* progress) {
  HttpRequest request = post_files(protocol::kRequirements, files, {}, how);
  request.answer_within = kRequirementsWithin;
  std::optional<HttpRequest> difference;
  if (how.difference != nullptr)
    difference = post_difference(protocol::kRequirements, *how.difference, {}, how);
  const result<HttpResponse> answer = co_await exchange_list(
      connection, request, difference ? &*difference : nullptr, how, kFullPatience, progress);
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return refusal("did not report which files it needs", *answer);
  if (is_page(answer->body)) co_return page_instead(*answer);
  co_return read_requirements(answer->body);
}

asio::awaitable<result<void>> add_outputs(HttpConnection& connection, const std::string& checkout,
                                          const FileList& files, Progress* progress) {
  const std::string address =
      checkout_address(protocol::kCheckout, checkout) + std::string(protocol::kOutputsSuffix);
  HttpRequest request = post_files(address, files, {}, {});
  request.answer_within = kCreateWithin;
  const result<HttpResponse> answer =
      co_await exchange_patiently(connection, request, kFullPatience, progress);
  if (!answer) co_return answer.error();
  if (answer->status == 204) co_return result<void>();
  if (answer->status == 404 && !is_page(answer->body))
    co_return Error{errc::not_found, "the server has no checkout " + text::in_quotes(checkout) +
                                         ": give its path as `shaman submit` printed it"};
  co_return refusal("did not list the outputs", *answer);
}

asio::awaitable<result<CheckoutAnswer>> create_checkout(HttpConnection& connection,
                                                        const FileList& files,
                                                        const CheckoutWish& wish, ListSending how,
                                                        Progress* progress) {
  HttpRequest request = post_files(protocol::kCreate, files, wish.path, how);
  request.headers.emplace_back(protocol::kIdempotencyKey, wish.idempotency_key);
  if (wish.may_reuse) request.headers.emplace_back(protocol::kReuseCheckout, "true");
  request.answer_within = kCreateWithin;
  std::optional<HttpRequest> difference;
  if (how.difference != nullptr) {
    difference = post_difference(protocol::kCreate, *how.difference, wish.path, how);
    difference->headers.insert(difference->headers.end(), request.headers.begin() + 1,
                               request.headers.end());
  }
  const result<HttpResponse> answer = co_await exchange_list(
      connection, request, difference ? &*difference : nullptr, how, kNotInternalErrors, progress);
  if (!answer) co_return answer.error();
  if (answer->status == 200) {
    if (is_page(answer->body)) co_return page_instead(*answer);
    const result<std::string> path = read_checkout_path(answer->body);
    if (!path) co_return path.error();
    if (const auto is_safe = protocol::check_components("path of a checkout", *path); !is_safe)
      co_return Error{errc::protocol_error,
                      "the server answered with a path that no checkout can have: " +
                          is_safe.error().message()};
    co_return CheckoutAnswer{*path, flag_member(parsed(answer), "reused").value_or(false)};
  }
  Error error = refusal("did not make the checkout", *answer);
  // The Go server answers it with 500.
  if (answer->status == 424 || answer->status == 500) error.code = errc::blobs_missing;
  co_return error;
}

}  // namespace shaman::client
