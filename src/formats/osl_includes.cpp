// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/osl_includes.hpp"

#include "shaman/text.hpp"

namespace shaman::formats {

// A commented-out include adds an unneeded file, which is harmless.
void collect_osl_include(std::string_view line, std::vector<NamedFile>& found) {
  line = text::trimmed(line);
  if (!line.starts_with('#')) return;
  line = text::trimmed(line.substr(1));
  if (!line.starts_with("include")) return;
  line = text::trimmed(line.substr(7));
  if (!line.starts_with('"')) return;
  const std::size_t end = line.find('"', 1);
  if (end == std::string_view::npos || end == 1) return;
  // The compiler also searches its own folders, which may contain a file that is missing here.
  found.push_back({std::string(line.substr(1, end - 1)), false});
}

}  // namespace shaman::formats
