// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/broken_links.hpp"

#include <utility>

#include "checkout/making/placement.hpp"
#include "store/layout.hpp"

namespace shaman {

bool BrokenLinks::is_there(const BlobId& id) const {
  const layout::BlobPlace place(id);
  const auto stat = run_.file_system.stat(run_.root.blobs, place.folder + "/" + place.file);
  return stat && stat->type == fs::EntryType::regular && stat->size == id.size;
}

bool BrokenLinks::still_leads_to(const std::string& link, const BlobId& id) const {
  const auto text = run_.file_system.read_link(run_.root.root, link);
  return text && layout::blob_of_path(*text) == id;
}

void BrokenLinks::visit(const BlobId& id, const std::string& link) {
  const auto damaged = users_.find(id);
  if (damaged != users_.end()) {
    std::string checkout = checkout_of(link);
    const std::lock_guard lock(mutex_);
    damaged->second.insert(std::move(checkout));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (present_.contains(id)) return;
  }
  const bool is_present = is_there(id);
  const std::lock_guard lock(mutex_);
  if (is_present)
    present_.insert(id);
  else
    links_[id].insert(link);
}

result<void> BrokenLinks::look() {
  const auto walked =
      walk_links(run_, [this](const BlobId& id, const std::string& link) { visit(id, link); });
  if (!walked) return walked.error();
  unread_ = walked->unread;
  // If the checkout was erased, or the blob was sent or restored meanwhile, the link is not broken.
  for (const auto& [id, links] : links_) {
    if (is_there(id)) continue;
    std::set<std::string> checkouts;
    for (const std::string& link : links)
      if (still_leads_to(link, id)) checkouts.insert(checkout_of(link));
    if (checkouts.empty()) continue;
    users_[id] = std::move(checkouts);
    missing_.push_back(id);
  }
  return {};
}

std::vector<std::string> BrokenLinks::checkouts_of(const BlobId& id) const {
  const auto found = users_.find(id);
  if (found == users_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

// The outermost folder on the way to a link that is a checkout.
std::string BrokenLinks::checkout_of(const std::string& link) const {
  for (std::size_t slash = link.find('/'); slash != std::string::npos;
       slash = link.find('/', slash + 1)) {
    const auto folder = run_.file_system.open_folder(run_.root.root, link.substr(0, slash));
    if (!folder) break;
    const auto checkout = is_checkout(run_.file_system, *folder);
    if (checkout && checkout.value()) return link.substr(0, slash);
  }
  return link;
}

}  // namespace shaman
