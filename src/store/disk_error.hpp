// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "shaman/error.hpp"

namespace shaman {

/// Whether the disk, or somebody's quota on it, is full.
[[nodiscard]] bool is_full(const boost::system::error_code& error) noexcept;

/// errc::storage_full or errc::io_error, with the words "cannot <what>: <the system's>".
[[nodiscard]] Error disk_error(const boost::system::error_code& error, std::string_view what);

/// errc::storage_full: in the storage at `path` nothing at all can be made, so that the commands
/// which make room do not work either (docs/design/0084-a-reserve-for-a-full-storage.md).
[[nodiscard]] Error nothing_fits(const std::string& path);

}  // namespace shaman
