// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for unit tests.
#pragma once

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "std.hpp"
