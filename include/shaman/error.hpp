// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace shaman {

/// What can go wrong because of the caller's input, a file, or the state of store and network.
/// Each has a sentence (describe()); src/http/status.cpp has the one table that maps them to HTTP.
enum class errc {
  invalid_argument,   ///< JSON, a header or a parameter without the documented form
  unsafe_path,        ///< a path that leaves its folder, or that no file system accepts
  conflicting_paths,  ///< one path with two contents, or both a file and a folder
  blobs_missing,      ///< a checkout needs blobs that are not stored
  no_unique_path,     ///< every name tried for a checkout is taken
  content_mismatch,   ///< size or SHA-256 of an upload differ from its address
  too_large,          ///< over a configured limit
  storage_full,       ///< no space or no inodes left, or a reserve would be touched
  busy,           ///< another client or process is using it, or a limit on parallel work is reached
  shutting_down,  ///< the server is stopping
  not_found,      ///< no such file, blob or checkout
  not_a_store,    ///< the storage folder cannot be used as one
  damaged_file,   ///< a file that violates its format
  limit_exceeded,      ///< a documented bound against hostile input was reached
  changed_while_read,  ///< a file changed while it was being read
  io_error,            ///< the operating system refused or failed
  unreachable,         ///< no server answers
  manager_away,        ///< a server answers, but the Manager behind it does not
  access_denied,       ///< a server requires a token, or cannot prove its own identity
  protocol_error,      ///< the protocol does not allow a server's answer
  cancelled,           ///< the user or a shutdown stopped it
};

/// The sentence for an errc, without a full stop: "the path is not safe".
[[nodiscard]] std::string_view describe(errc code) noexcept;

/// A failure: its kind, and a message that says what happened, to which file, and what to do.
struct Error {
  errc code{};
  std::string detail;  ///< may be empty; then describe(code) is enough

  /// What to show: detail, or the kind's sentence where there is none.
  [[nodiscard]] std::string message() const;
};

/// The return type of a function that can fail because of input or state; only a broken environment
/// throws.
template <class T = void>
using result = boost::system::result<T, Error>;

/// Lets result::value() throw std::runtime_error with the message.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace shaman
