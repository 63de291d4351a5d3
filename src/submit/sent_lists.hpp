// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "shaman/client/submitter.hpp"
#include "shaman/file_list.hpp"

#include "protocol/list_difference.hpp"
#include "submit/cache/known_list.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::client {

/// How a submission's lists of files go to its server: compressed, and as what changed since an
/// earlier checkout, where the server takes that. One thread at a time.
class SentLists {
 public:
  /// `wish` is the checkout path that is asked for. `server` must outlive it.
  SentLists(const SubmitOptions& options, const ServerInfo& server, const std::string& wish)
      : server_(server), known_(options.cache_folder, options.server.url.text(), wish) {}

  /// For a call about all files of the submission, or their blobs. Valid until the next one.
  [[nodiscard]] ListSending of_all(const FileList& files);
  /// For a call about some of them.
  [[nodiscard]] ListSending of_some() const;
  /// The server made this checkout, with these files.
  void remember(const std::string& checkout, const FileList& files);

 private:
  const ServerInfo& server_;
  KnownList known_;
  std::optional<protocol::ListDifference> difference_;
  bool is_base_refused_ = false;
};

}  // namespace shaman::client
