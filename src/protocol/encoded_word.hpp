// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace shaman::client {

/// Text for a header field (RFC 2047): unchanged if it is printable ASCII that cannot be taken for
/// an encoded word, else as encoded words (`=?utf-8?q?…?=`) of at most 75 characters each. Bytes
/// that are not UTF-8 are encoded like any others.
[[nodiscard]] std::string encoded_words(std::string_view text);

}  // namespace shaman::client
