// SPDX-License-Identifier: GPL-3.0-or-later
// A target must have a source for CMake to make its precompiled header.
