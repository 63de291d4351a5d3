// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace shaman {

/// Call first in main(). From then on an exception that no thread handles ends the program with
/// exit status 1 and one line on standard error that names the exception, instead of the runtime's
/// message and a core dump. `program` must be a literal.
void say_last_words(const char* program) noexcept;

}  // namespace shaman
