// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <boost/system/error_code.hpp>

#include "shaman/error.hpp"

namespace shaman {

/// Whether the disk, or a quota on it, is full.
[[nodiscard]] bool is_full(const boost::system::error_code& error) noexcept;

/// errc::storage_full or errc::io_error, with the words "cannot <what>: <the system's>".
[[nodiscard]] Error disk_error(const boost::system::error_code& error, std::string_view what);

/// errc::storage_full: no file can be made in the storage at `path`, so that even commands that
/// free space fail (docs/design/0084-a-reserve-for-a-full-storage.md).
[[nodiscard]] Error nothing_fits(const std::string& path);

}  // namespace shaman
