// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/client/submitter.hpp"

namespace shaman::tools {

/// The one line of `submit --json`, without a line end.
[[nodiscard]] std::string submit_json(const client::SubmitReport& report);
/// What a person is told on standard output of a submission that succeeded.
[[nodiscard]] std::string submit_summary(const client::SubmitReport& report);
/// What a person is told on standard error: warnings, and what is missing, by whom it is wanted.
[[nodiscard]] std::string submit_complaints(const client::SubmitReport& report);

}  // namespace shaman::tools
