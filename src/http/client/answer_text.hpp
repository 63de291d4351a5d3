// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

#include "http/client/http_message.hpp"

/// What an answer's body says to a person.
namespace shaman::client {

/// Whether it is a page for a browser, HTML or XML: no server of ours answers with one, but proxies
/// and login portals do.
[[nodiscard]] bool is_page(std::string_view body);
/// A page that came with 200, as of another web server or a login portal. errc::bad_answer.
[[nodiscard]] Error page_instead(const HttpResponse& answer);
/// For any other answer that none of ours gives: who is there, what it answered, what to do.
[[nodiscard]] std::string stranger_text(const HttpResponse& answer);
/// `404, Not Found`: the status, and read_message() of the body.
[[nodiscard]] std::string said_text(const HttpResponse& answer);
/// An Error's `message`, made safe to print; of a page its title or first words, without markup;
/// the first words of whatever else it is.
[[nodiscard]] std::string read_message(std::string_view json);

}  // namespace shaman::client
