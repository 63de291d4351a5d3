// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "http/response.hpp"
#include "server/exchange.hpp"

namespace shaman::http {

/// The content codings that a call takes.
enum class Codings : std::uint8_t { none, of_files, of_json };

/// Makes the exchange's body decode the Content-Encoding that the request states; a body without
/// one stays as it is. Before anything is read of it, and after the exchange's discard_limit is
/// set, which the encoded body may not exceed. 415, with the codings in Accept-Encoding, for any
/// that the call does not take, and for several.
[[nodiscard]] std::optional<Response> accept_coding(Exchange& exchange, Codings taken);

/// Receives the coding's head, and reserves the memory for decoding, with `more` bytes in the same
/// piece, until the exchange ends: who waits for memory should hold none. Returns the answer if
/// that fails. For a body without a coding, only `more`.
[[nodiscard]] Task<std::optional<Response>> reserve_for_decoding(Exchange& exchange,
                                                                 std::uint64_t more = 0);

}  // namespace shaman::http
