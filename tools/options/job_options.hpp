// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"
#include "shaman/manager/submission.hpp"

namespace shaman::tools {

/// The part of `submit` that is about the job which renders the checkout.
struct JobOptions {
  manager::JobRequest request;
  std::string frames;
  std::string chunk_size;
  std::vector<std::string> settings;
  bool waits = false;
  bool in_place = false;  ///< nothing is sent: workers see the files where they are
};

void add_job_options(CLI::App& command, JobOptions& options);

/// What was asked for, as a Manager is told. errc::malformed_request.
[[nodiscard]] result<manager::JobRequest> job_request(const JobOptions& options);

}  // namespace shaman::tools
