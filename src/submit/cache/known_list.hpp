// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shaman/file_list.hpp"

#include "protocol/list_difference.hpp"

namespace shaman::client {

/// The files of the last checkout that a server made of one project, so that the next list can be
/// sent as what changed. In a file of the cache, which may be deleted at any time; there are at
/// most 64 of them. Never fails: what cannot be read or written is not remembered, and a wrong list
/// only makes the server ask for all. One thread at a time.
class KnownList {
 public:
  /// `folder`: of the cache; empty: none. `server` is its address, `wish` the checkout path that is
  /// asked for.
  KnownList(const std::string& folder, std::string_view server, std::string_view wish);

  /// How `now` differs, if that is much shorter than the list itself.
  [[nodiscard]] std::optional<protocol::ListDifference> difference_to(const FileList& now);
  /// The server made this checkout, with these files.
  void remember(const std::string& checkout, const FileList& files);
  /// The server does not take it as a base.
  void forget() { checkout_.clear(); }

 private:
  void load();
  [[nodiscard]] bool read(const std::string& text);

  std::string file_;  ///< empty: there is no cache
  std::string key_;
  bool is_loaded_ = false;
  std::string checkout_;  ///< empty: nothing is known
  FileList files_;
};

}  // namespace shaman::client
