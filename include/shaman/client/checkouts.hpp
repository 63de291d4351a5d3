// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

/// The checkouts on a server, for their makers. All calls block. errc::unreachable: no server
/// answers; errc::protocol_error: the server does not have this call, such as a Manager's own file
/// store; errc::access_denied, errc::not_found.
namespace shaman::client {

struct ListedCheckout {
  std::string path;  ///< relative to the server's jobs folder
  std::string made;  ///< or submitted again, unchanged; RFC 3339, UTC
};

struct CheckoutList {
  std::vector<ListedCheckout> checkouts;  ///< sorted by path
  std::uint64_t unread = 0;               ///< folders that the server cannot look into
};

struct CheckoutFile {
  std::string path;
  std::string sha;  ///< SHA-256, in hex
  std::uint64_t bytes = 0;
};

struct CheckoutFiles {
  ListedCheckout checkout;
  std::uint64_t bytes = 0;          ///< of all files
  std::vector<CheckoutFile> files;  ///< sorted by path
};

/// The requester's checkouts; all, for an admin or on a server without authentication.
[[nodiscard]] result<CheckoutList> list_checkouts(const Server& server);
/// The files of one checkout.
[[nodiscard]] result<CheckoutFiles> show_checkout(const Server& server, const std::string& path);
/// What workers have rendered from it.
[[nodiscard]] result<std::vector<CheckoutFile>> list_outputs(const Server& server,
                                                             const std::string& path);
/// Its files stay until the server's garbage collection finds that nothing uses them.
[[nodiscard]] result<void> erase_checkout(const Server& server, const std::string& path);

/// A checkout path that a user gave, without trailing slashes. errc::invalid_argument names what a
/// server would refuse or change: folders are separated by `/`; none is empty, `.` or `..`,
/// contains a control character or `\`, or has more than 250 bytes.
[[nodiscard]] result<std::string> checked_checkout_path(std::string_view given);

}  // namespace shaman::client
