// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/listing.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/search.hpp"
#include "checkout/making/identity.hpp"
#include "fs/error_kinds.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

class Listing {
 public:
  Listing(const StoreInterior& store, std::vector<std::string>* unread)
      : store_(store), unread_(unread) {}

  result<std::vector<FoundCheckout>> run() {
    search_checkouts(store_.file_system(), store_.root().jobs,
                     {[](const std::string& path) { return path != layout::kKept; },
                      [this](const std::string& path, const fs::Folder& checkout,
                             const fs::Stat& manifest) { return add(path, checkout, manifest); },
                      [this](const std::string& path, const boost::system::error_code& error) {
                        return ends_with(error, path);
                      }});
    if (failure_) return *failure_;
    std::ranges::sort(found_, {}, &FoundCheckout::path);
    return std::move(found_);
  }

 private:
  bool add(const std::string& path, const fs::Folder& checkout, const fs::Stat& manifest) {
    auto identity = identity_of(store_.file_system(), checkout);
    // The checkout was erased in the meantime.
    if (!identity && fs::is_gone(identity.error())) return false;
    if (!identity) return ends_with(identity.error(), path);
    found_.push_back({path, manifest.modified, *std::move(identity)});
    return false;
  }

  // An unreadable folder may contain checkouts.
  bool ends_with(const boost::system::error_code& error, const std::string& path) {
    if (fs::is_refusal(error) && unread_ != nullptr && !path.empty()) {
      unread_->push_back(path);
      return false;
    }
    failure_ = disk_error(error, "look for checkouts in " + text::in_quotes("jobs/" + path));
    return true;
  }

  const StoreInterior& store_;
  std::vector<std::string>* const unread_;
  std::vector<FoundCheckout> found_;
  std::optional<Error> failure_;
};

}  // namespace

result<std::vector<FoundCheckout>> list_checkouts(const StoreInterior& store,
                                                  std::vector<std::string>* unread) {
  return Listing(store, unread).run();
}

}  // namespace shaman
