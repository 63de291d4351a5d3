// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shaman::http {

/// A folder that server and clients see, from which the server may read files itself. Paths have
/// `/` as separator, and none at their end.
struct IngestFolder {
  std::string folder;      ///< absolute, as the server sees it
  std::string as_clients;  ///< as clients see it: `/mnt/projects`, `P:/projects`

  /// The part of a client's path below the folder; nothing if it is elsewhere.
  [[nodiscard]] std::optional<std::string_view> below(std::string_view path) const noexcept {
    if (!path.starts_with(as_clients) || path.size() <= as_clients.size() + 1 ||
        path[as_clients.size()] != '/')
      return std::nullopt;
    return path.substr(as_clients.size() + 1);
  }
};

}  // namespace shaman::http
