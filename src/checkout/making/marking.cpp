// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/marking.hpp"

#include <string>
#include <vector>

#include "shaman/text.hpp"

namespace shaman {
namespace {

constexpr std::size_t kMissingNamed = 5;

}  // namespace

result<void> mark_stored(const StoreInterior& store, std::size_t count,
                         const std::function<BlobId(std::size_t)>& id_at,
                         const std::function<std::string_view(std::size_t)>& path_at,
                         const Requester& requester) {
  std::vector<BlobStatus> statuses(count, BlobStatus::unknown);
  if (auto marked = store.mark_all(false, id_at, statuses, requester); !marked) return marked;
  std::size_t missing = 0;
  std::string named;
  for (std::size_t i = 0; i < count; ++i) {
    if (statuses[i] == BlobStatus::stored || ++missing > kMissingNamed) continue;
    named += named.empty() ? "" : ", ";
    named += text::printable(path_at(i)) + " (" + id_at(i).brief() + ")";
  }
  if (missing == 0) return {};
  if (missing > kMissingNamed) named += ", …";
  return Error{errc::blobs_missing, std::to_string(missing) + " of " +
                                        text::count_of(count, "file", "files") +
                                        (missing == 1 ? " is" : " are") + " not stored: " + named +
                                        "; upload them and try again"};
}

}  // namespace shaman
