// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// One object on one line of standard output; docs/tracing.md has its members. `error`: why the
/// command fails nevertheless; may be empty.
void print_trace_json(const trace::Trace& trace, const std::string& error);
/// For people: grouped by kind, with sizes; what is missing with who wants it.
void print_by_kind(const trace::Trace& trace);
/// For people: each .blend with its data-blocks and their files, libraries indented.
void print_tree(const trace::Trace& trace);

}  // namespace shaman::tools
