// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/client/submitter.hpp"
#include "shaman/pack/plan.hpp"

namespace shaman::client {

/// What of a submission's options is about which files go, and where they are put.
inline pack::PlanOptions plan_options(const SubmitOptions& options) {
  pack::PlanOptions how;
  how.project = options.project;
  how.allow_outside = options.allow_outside;
  how.exclude = options.exclude;
  how.include = options.include;
  how.private_files = options.private_files;
  how.project_marks = options.project_marks;
  return how;
}

}  // namespace shaman::client
