// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include <boost/system/error_code.hpp>

#include "shaman/error.hpp"

namespace shaman {

/// Whether the disk, or somebody's quota on it, is full.
[[nodiscard]] bool is_full(const boost::system::error_code& error) noexcept;

/// errc::storage_full or errc::io_error, with the words "cannot <what>: <the system's>".
[[nodiscard]] Error disk_error(const boost::system::error_code& error, std::string_view what);

}  // namespace shaman
