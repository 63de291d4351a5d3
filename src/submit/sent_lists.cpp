// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/sent_lists.hpp"

#include "protocol/names.hpp"

namespace shaman::client {

ListSending SentLists::of_all(const FileList& files) {
  ListSending how = of_some();
  difference_.reset();
  if (!server_.has(protocol::kTakesDifferences)) return how;
  if (is_base_refused_) known_.forget();
  difference_ = known_.difference_to(files);
  if (difference_) how.difference = &*difference_;
  how.is_base_refused = &is_base_refused_;
  return how;
}

ListSending SentLists::of_some() const {
  return {server_.has(protocol::kCompresses), nullptr, nullptr};
}

void SentLists::remember(const std::string& checkout, const FileList& files) {
  if (server_.has(protocol::kTakesDifferences)) known_.remember(checkout, files);
}

}  // namespace shaman::client
