// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/manager/manager.hpp"

#include "report/diagnosis.hpp"

namespace shaman::tools {

/// The farm's folder for files, its state on this machine if it is mounted, and the folder that
/// workers use.
void look_at_storage(manager::Manager& manager, Diagnosis& diagnosis);

}  // namespace shaman::tools
