// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/manager/manager.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// A .blend that workers open where it lies, on a storage that both see.
struct InPlace {
  std::string storage;               ///< as seen from here
  std::string blendfile;             ///< below it
  std::vector<std::string> outside;  ///< files it needs that are not below it
  trace::Trace trace;
};

/// Asks the Manager where its storage is. errc::malformed_request: the .blend is not there.
[[nodiscard]] result<InPlace> find_in_place(manager::Manager& manager,
                                            const std::string& blendfile);

}  // namespace shaman::tools
