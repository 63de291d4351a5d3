// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/content.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "shaman/text.hpp"

#include "checkout/existing/maker.hpp"
#include "checkout/path_rules.hpp"
#include "store/disk_error.hpp"
#include "store/housekeeping/manifest_reader.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

Error unreadable(std::string_view path, const std::string& why) {
  return {errc::not_found,
          "cannot tell what is in the checkout " + text::in_quotes(path) + ": " + why};
}

}  // namespace

result<Content::Manifest> Content::manifest(const Requester& requester) {
  const auto place = place_.look(requester);
  if (!place) return place.error();
  const bool is_found = place->kind == CheckoutPlace::Kind::checkout;
  if (!requester.knows_all && !(is_found && place->may_erase)) return place_.access_denied();
  if (!is_found) return place_.not_found();
  fs::FileSystem& file_system = store_.file_system();
  const auto text = file_system.read_link(place_.checkout(), path_rules::kManifestName);
  const auto stat = file_system.stat(place_.checkout(), path_rules::kManifestName);
  if (text && stat)
    if (const auto id = layout::blob_of_path(*text)) return Manifest{*id, stat->modified};
  return unreadable(place_.path(), "it has no manifest, and was made by another program");
}

result<CheckoutContent> Content::read(const Requester& requester) {
  const auto found = manifest(requester);
  if (!found) return found.error();
  CheckoutContent content;
  content.made = found->made;
  // Checks the size on disk, because callers allocate memory for the size in the blob's name.
  const layout::BlobPlace blob(found->id);
  const auto stat = store_.file_system().stat(store_.root().blobs, blob.folder + "/" + blob.file);
  if (stat && stat->size != found->id.size)
    return unreadable(place_.path(), "its manifest is damaged");
  const auto is_whole = read_manifest(store_.file_system(), store_.root().blobs, found->id,
                                      [&](const std::string& path, const BlobId& id) {
                                        content.files.add(id, path);
                                        content.bytes +=
                                            std::min(id.size, UINT64_MAX - content.bytes);
                                      });
  if (!is_whole && is_whole.error() != errors::no_such_file_or_directory)
    return disk_error(is_whole.error(),
                      "read the manifest of the checkout " + text::in_quotes(place_.path()));
  if (!is_whole || !is_whole.value())
    return unreadable(place_.path(), "its manifest is damaged or missing");
  return content;
}

result<std::vector<FoundCheckout>> made_by(const StoreInterior& store, const Requester& requester,
                                           std::vector<FoundCheckout> found) {
  std::vector<FoundCheckout> own;
  if (requester.scope.empty()) return own;
  const BlobId maker = maker_id(requester.scope);
  for (FoundCheckout& checkout : found) {
    const auto link = store.file_system().read_link(
        store.root().jobs, checkout.path + "/" + std::string(path_rules::kMakerName));
    if (link && layout::blob_of_path(*link) == maker) own.push_back(std::move(checkout));
  }
  return own;
}

}  // namespace shaman
