// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/error.hpp"

namespace shaman {

/// Writes to standard output, through its buffer. A failure is remembered for finish_output(). One
/// thread.
void write_out(std::string_view text);
/// Writes what is still in the buffer.
void flush_output();

/// Writes what is still buffered and closes standard output; to be called once, last in main().
/// errc::io_error: some of what the program printed is lost, as on a full disk; the message says
/// why.
[[nodiscard]] result<void> finish_output();

}  // namespace shaman
