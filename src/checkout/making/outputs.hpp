// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"

#include "checkout/existing/erasure.hpp"
#include "store/interior.hpp"

namespace shaman {

/// The rendered files of a checkout: links to blobs in its folder path_rules::kOutputsName
/// (docs/design/0099). They live and end with the checkout, however it is erased. For one path.
class Outputs {
 public:
  /// The store must outlive it. `path` is relative to `jobs/`, as the checkout's creation answered.
  Outputs(const StoreInterior& store, std::string_view path) : store_(store), place_(store, path) {}

  /// Checkouts::add_outputs() and Checkouts::outputs_of(). Call one of them, once.
  [[nodiscard]] result<void> add(const FileList& files, const Requester& requester,
                                 const Requester& reader);
  [[nodiscard]] result<FileList> list(const Requester& reader);

 private:
  [[nodiscard]] result<void> find(const Requester& reader);
  [[nodiscard]] result<void> check_is_still_there();
  [[nodiscard]] result<void> make_folder(std::string_view path);
  [[nodiscard]] result<void> make_links(const FileList& files);
  [[nodiscard]] result<void> put(const fs::Folder& folder, std::string_view path, const BlobId& id);
  [[nodiscard]] result<void> replace(const fs::Folder& folder, std::string_view name,
                                     const std::string& text);
  [[nodiscard]] result<void> flush();

  const StoreInterior& store_;
  Erasure place_;
  std::set<std::string> changed_;  ///< folders below the checkout's whose entries changed
};

}  // namespace shaman
