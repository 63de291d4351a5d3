// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/shortfall.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// What `shaman list` found out about one .blend.
struct Listing {
  trace::Trace trace;  ///< without what is excluded
  pack::Shortfall lacks;
  std::vector<std::string> warnings;  ///< sentences, already shown to people
};

/// One object on one line of standard output; docs/tracing.md has its members. `error`: why the
/// command fails nevertheless; may be empty.
void print_trace_json(const Listing& listing, const std::string& error);
/// For people: grouped by kind, with sizes; what is missing with who wants it. Files that a
/// submission leaves out are marked.
void print_by_kind(const Listing& listing);
/// For people: each .blend with its data-blocks and their files, and below a library or a layer,
/// once, what it brings in.
void print_tree(const Listing& listing);

}  // namespace shaman::tools
