// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/disk_error.hpp"

#include <cerrno>
#include <string>

namespace shaman {

bool is_full(const boost::system::error_code& error) noexcept {
  return error.value() == ENOSPC || error.value() == EDQUOT;
}

Error disk_error(const boost::system::error_code& error, std::string_view what) {
  std::string detail = "cannot " + std::string(what) + ": " + error.message();
  if (!is_full(error)) return {errc::io_error, std::move(detail)};
  return {errc::storage_full, detail + "; free some space or inodes on the server's storage"};
}

}  // namespace shaman
