// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/pack/write.hpp"

namespace shaman::pack {

/// write_pack() for an archive; `path` is absolute.
[[nodiscard]] result<WriteReport> write_zip(const Plan& plan, const std::string& path,
                                            const WriteOptions& options);

}  // namespace shaman::pack
