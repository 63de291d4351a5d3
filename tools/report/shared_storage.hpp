// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// A .blend that workers open in its place, on a shared storage.
struct SharedStorageJob {
  std::string storage;               ///< as this machine sees it
  std::string blendfile;             ///< below it
  std::vector<std::string> outside;  ///< files it needs that are not below it
  trace::Trace trace;
};

/// Requests the place of the Manager's storage. errc::invalid_argument: the .blend is not in it.
[[nodiscard]] result<SharedStorageJob> find_on_shared_storage(manager::Manager& manager,
                                                              const std::string& blendfile);

}  // namespace shaman::tools
