// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/error.hpp"

namespace shaman::http {

/// The only table that maps errors to HTTP statuses.
[[nodiscard]] unsigned status_of(errc code) noexcept;

/// The reason phrase of a status (RFC 9110, RFC 6585, RFC 4918 …); empty for one that this server
/// never sends.
[[nodiscard]] std::string_view reason_of(unsigned status) noexcept;

}  // namespace shaman::http
