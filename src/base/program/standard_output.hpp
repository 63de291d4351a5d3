// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "shaman/error.hpp"

namespace shaman {

/// Writes to standard output, through its buffer. A failure is remembered for finish_output(). One
/// thread.
void write_out(std::string_view text);
/// Writes the buffer.
void flush_output();

/// Writes the buffer and closes standard output; call it once, last in main(). errc::io_error: part
/// of the program's output is lost, for example because the disk is full; the message says why.
[[nodiscard]] result<void> finish_output();

}  // namespace shaman
