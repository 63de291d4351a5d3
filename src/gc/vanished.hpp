// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fs/error_kinds.hpp"

namespace shaman {

/// Whether it was removed or replaced by a link since it was listed: people and servers erase
/// checkouts at any time.
[[nodiscard]] inline bool is_vanished(const boost::system::error_code& error) noexcept {
  return fs::is_gone(error) || error == boost::system::errc::too_many_symbolic_link_levels;
}

}  // namespace shaman
