// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/disk_error.hpp"

#include <cerrno>
#include <string>

#include "shaman/text.hpp"

namespace shaman {

bool is_full(const boost::system::error_code& error) noexcept {
  return error.value() == ENOSPC || error.value() == EDQUOT;
}

Error disk_error(const boost::system::error_code& error, std::string_view what) {
  namespace errors = boost::system::errc;
  std::string detail = "cannot " + std::string(what) + ": " + error.message();
  // Only a person can have put it there.
  if (error == errors::too_many_symbolic_link_levels)
    detail += "; a symbolic link is in its place, and the server follows none: remove it";
  if (error == errors::not_a_directory)
    detail += "; a link or a file is in the place of a folder: remove it";
  if (!is_full(error)) return {errc::io_error, std::move(detail)};
  return {errc::storage_full, detail + "; free some space or inodes on the server's storage"};
}

Error nothing_fits(const std::string& path) {
  return {errc::storage_full,
          "the storage " + text::in_quotes(path) +
              " is full, and it has no reserve left to work with; delete something outside of its "
              "folder .shaman first, for example rendered frames or an old checkout in its folder "
              "jobs; or, if its file system keeps a share for root, as ext4 does, run "
              "`shaman-server erase` or `gc` as root"};
}

}  // namespace shaman
