// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

#include "store/store_impl.hpp"

namespace shaman {

/// Looks for checkouts that are not an asker's, and that paths could lead into. For one asker.
class Others {
 public:
  /// Both references must outlive it.
  Others(Store::Impl& store, const Asker& asker) : store_(store), asker_(asker) {}

  /// As Checkouts::find_others(), for one path.
  [[nodiscard]] result<std::string> find(std::string_view path);

 private:
  using Names = std::vector<std::string>;
  [[nodiscard]] result<std::string> look(const std::string& at,
                                         std::span<const std::string> components);
  [[nodiscard]] result<std::string> enter(const std::string& folder,
                                          std::span<const std::string> components);
  [[nodiscard]] result<const Names*> folders_in(const std::string& folder);
  [[nodiscard]] static Names chosen(const Names& names, const std::string& written);

  Store::Impl& store_;
  const Asker& asker_;
  std::map<std::string, Names> known_;  ///< folders that were listed; `jobs` is the empty path
  std::size_t looks_ = 0;
};

}  // namespace shaman
