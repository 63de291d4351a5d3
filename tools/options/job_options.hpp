// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"
#include "shaman/manager/submission.hpp"

namespace shaman::tools {

/// The options of `submit` for the job that renders the checkout.
struct JobOptions {
  manager::JobRequest request;
  std::string frames;
  std::string chunk_size;
  std::vector<std::string> settings;
  bool waits = false;
  bool shared_storage = false;  ///< nothing is sent: workers use the files in their place
};

void add_job_options(CLI::App& command, JobOptions& options);

/// The requested job, for a Manager. errc::invalid_argument.
[[nodiscard]] result<manager::JobRequest> job_request(const JobOptions& options);

}  // namespace shaman::tools
