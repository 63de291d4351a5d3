// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/client/server.hpp"
#include "shaman/digest.hpp"
#include "shaman/error.hpp"

namespace shaman::client {

/// The server can read files itself that are in these folders (docs/protocol.md).
struct IngestOffer {
  std::vector<std::string> folders;  ///< as clients see them
  Digest seed;                       ///< of the proofs that this client can read the files
};

/// What answers at an address.
struct ServerInfo {
  enum class Kind : std::uint8_t {
    shaman,    ///< a server that reports its features
    flamenco,  ///< a Flamenco Manager, with its own file store or without
    other,     ///< something that speaks HTTP
  };
  Kind kind = Kind::other;
  std::string name;
  std::string version;
  std::vector<std::string> features;         ///< of kind shaman
  std::string storage_problem;               ///< of kind shaman: why it accepts no files now
  std::vector<std::string> storage_remarks;  ///< of kind shaman: notes for its admin
  std::optional<IngestOffer> ingest;         ///< of kind shaman
  std::string role;                          ///< of this client there; empty: it needs none
  std::optional<bool> takes_files;  ///< of kind flamenco: whether its Shaman is switched on
  // Of kind other:
  std::string answer;        ///< its status: `404 Not Found`
  std::string problem;       ///< a sentence that says what is there instead, and what to do
  bool is_web_page = false;  ///< the answer is a page for people: no server of ours, of any age

  [[nodiscard]] bool has(std::string_view feature) const;
};

/// Asks the server what it is. Blocks. errc::unreachable when nothing answers.
[[nodiscard]] result<ServerInfo> identify_server(const Server& server);

}  // namespace shaman::client
