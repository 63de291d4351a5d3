// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// One object on one line of standard output; docs/tracing.md has its members.
void print_json(const trace::Trace& trace);
/// For people: grouped by kind, with sizes; what is missing with who wants it.
void print_by_kind(const trace::Trace& trace);
/// For people: each .blend with its data-blocks and their files, libraries indented.
void print_tree(const trace::Trace& trace);

}  // namespace shaman::tools
