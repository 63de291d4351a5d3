// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/manager/manager.hpp"

#include "report/diagnosis.hpp"

namespace shaman::tools {

/// Where the farm says its files are, how that looks from this machine where it is mounted here,
/// and where workers are told to look for them.
void look_at_storage(manager::Manager& manager, Diagnosis& diagnosis);

}  // namespace shaman::tools
