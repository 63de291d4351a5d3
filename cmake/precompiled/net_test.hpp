// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for unit tests of what speaks HTTP.
#pragma once

#include "net.hpp"
#include "test.hpp"
