// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/refusal.hpp"

#include <string_view>

#include "shaman/text.hpp"

#include "http/client/answer_text.hpp"

namespace shaman::client {

namespace {

// Answers that only a proxy or gateway on the way to the server gives.
std::string proxy_advice(unsigned status) {
  switch (status) {
    case 403:
      return "it blocks this request; ask your network's admin";
    case 407:
      return "it requires a login: set it in HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT";
    case 413:
      return "it does not accept requests of this size; its admin can raise the limit (nginx: "
             "client_max_body_size)";
    case 502:
    case 503:
      return "it cannot reach the server behind it";
    case 504:
      return "the server behind it did not answer in time and may still be working on the request "
             "(nginx: proxy_read_timeout)";
    default:
      return "ask its admin, or use the server's own address";
  }
}

errc kind_of(unsigned status) {
  if (status == 401 || status == 403 || status == 407) return errc::access_denied;
  return status == 413 ? errc::too_large : errc::protocol_error;
}

// Shaman servers and Managers send every refusal as JSON.
bool is_of_proxy(const HttpResponse& answer) {
  return answer.status == 407 || is_page(answer.body) ||
         text::is_same_but_for_case(answer.content_type.substr(0, 9), "text/html");
}

// A proxy forwards calls or refuses them by their kind; only a web server answers that it does not
// know the call.
bool is_of_web_server(const HttpResponse& answer) {
  return (answer.status == 404 || answer.status == 405 || answer.status == 501) &&
         is_of_proxy(answer);
}

Error refusal_of_proxy(const std::string& what, const HttpResponse& answer) {
  std::string said = std::to_string(answer.status);
  const std::string title = read_message(answer.body);
  if (!title.empty()) said += ", \"" + title + "\"";
  const std::string who =
      answer.server.empty() ? std::string() : " (" + text::printable(answer.server) + ")";
  return {kind_of(answer.status), "the server " + what +
                                      ": a proxy or firewall in between answered instead" + who +
                                      ": " + said + "; " + proxy_advice(answer.status)};
}

// The details that a Shaman server adds are for programmers.
std::string token_refusal(const HttpResponse& answer) {
  if (!answer.token_origin)
    return "it requires a token, and none was given (401); get one from the farm's admin, save it "
           "in a file, and name that file with --token-file or SHAMAN_TOKEN_FILE";
  const std::string said = read_message(answer.body);
  if (said.starts_with("the server cannot use its token file"))
    return "it cannot read its own list of tokens, so that it could not check yours (401); "
           "tell the farm's admin that the server's log says why";
  const std::string why = said.substr(0, said.find(": give one as"));
  return "it does not accept the token in " + *answer.token_origin + " (401" +
         (why.empty() ? "" : ", " + why) + "); ask the farm's admin for a new one";
}

// From the message of a Shaman server.
std::string needed_role(const HttpResponse& answer) {
  static constexpr std::string_view kWords = "this needs the role ";
  const std::string said = read_message(answer.body);
  if (!said.starts_with(kWords)) return "access";
  const std::string_view rest = std::string_view(said).substr(kWords.size());
  return "the role " + std::string(rest.substr(0, rest.find(';')));
}

}  // namespace

Error refusal(const std::string& what, const HttpResponse& answer) {
  std::string text = "the server " + what;
  const std::string said = said_text(answer);
  if (answer.status >= 300 && answer.status < 400)
    return {errc::protocol_error, text + ", but redirects (" + said + "): use the address \"" +
                                      text::printable(answer.location) +
                                      "\" if that is the server"};
  if (is_of_web_server(answer)) return {errc::protocol_error, text + ": " + stranger_text(answer)};
  if (is_of_proxy(answer)) return refusal_of_proxy(what, answer);
  switch (answer.status) {
    case 401:
      return {errc::access_denied, "the server does not let you in: " + token_refusal(answer)};
    case 403:
      return {errc::access_denied, text + ": you do not have permission (" + said +
                                       "); ask the farm's admin for " + needed_role(answer)};
    case 404:
      return {errc::protocol_error, text + ": there is no Shaman at this address (" + said +
                                        "); `shaman status` shows what is there"};
    case 413:
      return {errc::too_large, text + ": it exceeds a limit of the server (" + said + ")"};
    case 503:
      return {errc::protocol_error, text + " just now (" + said + "); try again later"};
    case 507:
      return {errc::storage_full, text + ": its storage is full (" + said +
                                      "); ask the farm's admin to free space, then submit again"};
    default:
      return {errc::protocol_error, text + " (" + said + ")"};
  }
}

bool is_passing(unsigned status) noexcept {
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

}  // namespace shaman::client
