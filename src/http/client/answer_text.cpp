// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/answer_text.hpp"

#include <optional>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/json_members.hpp"

namespace shaman::client {
namespace {

using nlohmann::json;

// Where the element begins and ends, in a page of any case.
std::optional<std::string_view> element_of(std::string_view page, std::string_view name) {
  const auto find = [&](std::string_view mark, std::size_t from) {
    for (std::size_t at = from; at + mark.size() <= page.size(); ++at)
      if (text::is_same_but_for_case(page.substr(at, mark.size()), mark)) return at;
    return std::string_view::npos;
  };
  const std::size_t tag = find("<" + std::string(name), 0);
  if (tag == std::string_view::npos) return std::nullopt;
  const std::size_t begin = page.find('>', tag);
  const std::size_t end = find("</" + std::string(name), tag);
  if (begin == std::string_view::npos || end == std::string_view::npos || end <= begin)
    return std::nullopt;
  return page.substr(begin + 1, end - begin - 1);
}

// Its title or, if it has none, its words. Blanks and line ends become one blank each.
std::string text_of_page(std::string_view page) {
  constexpr std::size_t kMostLookedAt = 64 * 1024;
  page = page.substr(0, kMostLookedAt);
  const std::string_view shown =
      element_of(page, "title").value_or(element_of(page, "body").value_or(page));
  std::string out;
  bool is_in_tag = false;
  for (const char c : shown) {
    if (c == '<') is_in_tag = true;
    const bool is_blank = is_in_tag || c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank) out += c;
    if (is_blank && !out.empty() && out.back() != ' ') out += ' ';
    if (c == '>') is_in_tag = false;
  }
  return out;
}

constexpr const char* kNotOurs = " is neither a Shaman server nor a Flamenco Manager: it answered ";

}  // namespace

Error page_instead(const HttpResponse& answer) {
  const std::string title = read_message(answer.body);
  return {errc::protocol_error, answer.address + kNotOurs + "with a web page" +
                                    (title.empty() ? std::string() : ", \"" + title + "\"") +
                                    ". Check the address and the port. If the network requires a "
                                    "login, open this address in a browser and log in there"};
}

std::string stranger_text(const HttpResponse& answer) {
  return answer.address + kNotOurs + said_text(answer) + ". Check the address and the port";
}

std::string said_text(const HttpResponse& answer) {
  const std::string said = std::to_string(answer.status);
  return answer.body.empty() ? said : said + ", " + read_message(answer.body);
}

bool is_page(std::string_view body) {
  const std::string_view begin = text::trimmed(body);
  return begin.starts_with('<');
}

std::string read_message(std::string_view body) {
  constexpr std::size_t kLongest = 600;
  std::string message =
      is_page(body)
          ? text_of_page(body)
          : text_member(json::parse(body, nullptr, false), "message").value_or(std::string(body));
  return text::shortened(text::printable(text::trimmed(message)), kLongest);
}

}  // namespace shaman::client
