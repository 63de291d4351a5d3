// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::http {

/// Decodes the encoded words (`=?utf-8?q?caf=C3=A9?=`, B or Q, RFC 2047) of a header value into
/// UTF-8. Removes white space between two encoded words, as the RFC says. Other text, and encoded
/// words in a character set other than UTF-8, US-ASCII and ISO-8859-1, do not change: the value is
/// only logged, so nothing is a reason to refuse it. The result may contain any bytes.
[[nodiscard]] std::string decode_rfc2047(std::string_view value);

}  // namespace shaman::http
