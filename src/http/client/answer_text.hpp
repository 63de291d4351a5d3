// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

#include "http/client/http_message.hpp"

/// The text of an answer's body for people.
namespace shaman::client {

/// Whether it is a page for a browser, HTML or XML: no Shaman server answers with one, but proxies
/// and login portals do.
[[nodiscard]] bool is_page(std::string_view body);
/// The error for a page with status 200, for example from another web server or a login portal.
/// errc::protocol_error.
[[nodiscard]] Error page_instead(const HttpResponse& answer);
/// The error for any other answer that no Shaman server gives: what is there, what it answered,
/// what to do.
[[nodiscard]] std::string stranger_text(const HttpResponse& answer);
/// `404, Not Found`: the status, and read_message() of the body.
[[nodiscard]] std::string said_text(const HttpResponse& answer);
/// An Error's `message`, made safe to print; for a page, its title or first words, without markup;
/// for any other body, its first words.
[[nodiscard]] std::string read_message(std::string_view json);

}  // namespace shaman::client
