// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/error.hpp"

#include <stdexcept>

namespace shaman {

std::string_view describe(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument:
      return "the request is malformed";
    case errc::unsafe_path:
      return "the path is not safe";
    case errc::conflicting_paths:
      return "the paths contradict each other";
    case errc::blobs_missing:
      return "files are missing from the store";
    case errc::no_unique_path:
      return "no free name was found";
    case errc::content_mismatch:
      return "the content does not match its address";
    case errc::too_large:
      return "it is larger than allowed";
    case errc::storage_full:
      return "the storage is full";
    case errc::busy:
      return "it is in use right now";
    case errc::shutting_down:
      return "the server is shutting down";
    case errc::not_found:
      return "it does not exist";
    case errc::not_a_store:
      return "the folder cannot be used as a store";
    case errc::damaged_file:
      return "the file is damaged";
    case errc::limit_exceeded:
      return "a safety limit was exceeded";
    case errc::changed_while_read:
      return "the file changed while it was being read";
    case errc::io_error:
      return "reading or writing failed";
    case errc::unreachable:
      return "the server cannot be reached";
    case errc::manager_away:
      return "the server answers, but the Manager behind it does not";
    case errc::access_denied:
      return "authentication failed";
    case errc::protocol_error:
      return "unexpected response from the server";
    case errc::cancelled:
      return "cancelled";
  }
  return "unknown error";
}

std::string Error::message() const {
  return detail.empty() ? std::string(describe(code)) : detail;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.message());
}

}  // namespace shaman
