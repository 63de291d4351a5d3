// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/osl_includes.hpp"

#include "shaman/text.hpp"

namespace shaman::formats {

// A commented-out include brings a file too many, which does no harm.
void collect_osl_include(std::string_view line, std::vector<NamedFile>& found) {
  line = text::trimmed(line);
  if (!line.starts_with('#')) return;
  line = text::trimmed(line.substr(1));
  if (!line.starts_with("include")) return;
  line = text::trimmed(line.substr(7));
  if (!line.starts_with('"')) return;
  const std::size_t end = line.find('"', 1);
  if (end == std::string_view::npos || end == 1) return;
  // The compiler also looks into folders of its own, so that a file that is not here may be there.
  found.push_back({std::string(line.substr(1, end - 1)), false});
}

}  // namespace shaman::formats
