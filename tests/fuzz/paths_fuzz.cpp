// SPDX-License-Identifier: GPL-3.0-or-later
// Paths of checkouts and of files in them, and addresses: what is let through stays below its
// folder.
#include <cstdlib>
#include <string>

#include "checkout/path_rules.hpp"
#include "fuzz_target.hpp"
#include "http/target.hpp"
#include "protocol/parameters.hpp"

using namespace shaman;

namespace {

void must_stay_below(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.find('\0') != std::string_view::npos)
    std::abort();
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    if (component.empty() || component == "." || component == "..") std::abort();
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
}

}  // namespace

FUZZ_TARGET(paths) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto path = path_rules::checkout_path(text)) must_stay_below(*path);
  if (path_rules::check_file_path(text)) must_stay_below(text);
  const auto segments = http::parse_target(text);
  if (segments && segments->size() >= 2)
    static_cast<void>(http::parse_blob_id(segments->front(), segments->back()));
  return 0;
}
