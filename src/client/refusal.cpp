// SPDX-License-Identifier: GPL-3.0-or-later
#include "refusal.hpp"

#include "shaman/text.hpp"

#include "wire.hpp"

namespace shaman::client {

Error refusal(const std::string& what, const HttpResponse& answer) {
  std::string text = "the server " + what;
  std::string said = std::to_string(answer.status);
  if (!answer.body.empty()) said += ", " + read_message(answer.body);

  if (answer.status >= 300 && answer.status < 400)
    return {errc::bad_answer, text + ", but sends us elsewhere (" + said +
                                  "): give the address \"" + text::printable(answer.location) +
                                  "\" itself, if that is the server"};
  switch (answer.status) {
    case 401:
      return {errc::not_let_in,
              text + ": it does not let us in (" + said +
                  "); the token that its admin gives you belongs into a file that "
                  "SHAMAN_TOKEN_FILE or --token-file names"};
    case 403:
      return {errc::not_let_in, text + ": it does not let us do that (" + said + ")"};
    case 404:
      return {errc::bad_answer, text + ": there is no Shaman at this address (" + said +
                                    "); `shaman status` tells what is"};
    case 413:
      return {errc::too_large, text + ": it is over a limit of the server's (" + said + ")"};
    case 507:
      return {errc::storage_full, text + ": its storage is full (" + said +
                                      "); ask who runs it to make room, then submit again: what "
                                      "was sent is kept"};
    default:
      return {errc::bad_answer, text + " (" + said + ")"};
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
