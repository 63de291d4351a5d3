// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/system/error_code.hpp>

/// What a failed call of a FileSystem says about its entry.
namespace shaman::fs {

/// No entry has the name.
[[nodiscard]] inline bool is_absent(const boost::system::error_code& error) noexcept {
  return error == boost::system::errc::no_such_file_or_directory;
}

/// No entry has the name, or a component of its path is no longer a folder.
[[nodiscard]] inline bool is_gone(const boost::system::error_code& error) noexcept {
  return is_absent(error) || error == boost::system::errc::not_a_directory;
}

/// This process's user may not do that.
[[nodiscard]] inline bool is_refusal(const boost::system::error_code& error) noexcept {
  return error == boost::system::errc::permission_denied ||
         error == boost::system::errc::operation_not_permitted;
}

/// No folder can be opened by that name: nothing has it, something else does, or nothing can.
[[nodiscard]] inline bool is_no_folder(const boost::system::error_code& error) noexcept {
  namespace errors = boost::system::errc;
  return is_gone(error) || error == errors::too_many_symbolic_link_levels ||
         error == errors::filename_too_long || error == errors::invalid_argument;
}

}  // namespace shaman::fs
