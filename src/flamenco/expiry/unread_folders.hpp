// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/text.hpp"

namespace shaman::jobs {

/// A log line about folders below `jobs/` that could not be searched for checkouts. At least one.
[[nodiscard]] inline std::string warning_of(const std::vector<std::string>& unread) {
  return text::count_of(unread.size(), "folder", "folders") +
         " below jobs cannot be read, such as " + text::in_quotes("jobs/" + unread.front()) +
         ": checkouts in there stay, whatever becomes of their jobs";
}

}  // namespace shaman::jobs
