// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for programs with a command line.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "std.hpp"
