// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// What an answer's body says to a person.
namespace shaman::client {

/// Whether it is a page for a browser, HTML or XML: no server of ours answers with one, but proxies
/// and login portals do.
[[nodiscard]] bool is_page(std::string_view body);
/// A page that came with 200, as of a login portal. errc::bad_answer.
[[nodiscard]] Error page_instead(std::string_view page);
/// An Error's `message`, made safe to print; of a page its title or first words, without markup;
/// the first words of whatever else it is.
[[nodiscard]] std::string read_message(std::string_view json);

}  // namespace shaman::client
