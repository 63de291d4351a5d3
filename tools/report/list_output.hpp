// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "shaman/pack/shortfall.hpp"
#include "shaman/trace/trace.hpp"

namespace shaman::tools {

/// The result of `shaman list` for one .blend.
struct Listing {
  trace::Trace trace;  ///< without excluded files
  pack::Shortfall lacks;
  std::vector<std::string> warnings;  ///< sentences, already shown to people
};

/// One object on one line of standard output; docs/tracing.md has its members. `error`: why the
/// command fails all the same; may be empty.
void print_trace_json(const Listing& listing, const std::string& error);
/// For people: grouped by kind, with sizes; missing files with their users. Files that a submission
/// leaves out are marked.
void print_by_kind(const Listing& listing);
/// For people: each .blend with its data-blocks and their files, and below a library or a layer,
/// once, its dependencies.
void print_tree(const Listing& listing);

}  // namespace shaman::tools
