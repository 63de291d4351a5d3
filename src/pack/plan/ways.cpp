// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/plan/ways.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "shaman/os.hpp"

#include "pack/plan/pack_paths.hpp"

namespace shaman::pack {
namespace {

// On Windows, two spellings of a path are one way.
bool is_same_way(const std::string& a, const std::string& b) {
  const auto names = components_of(a);
  const auto others = components_of(b);
  return std::equal(names.begin(), names.end(), others.begin(), others.end(), os::is_same_name);
}

}  // namespace

Ways::Ways(const trace::Trace& trace, Project& project) : project_(project) {
  std::set<std::string> blends{trace.blendfile};
  for (const trace::Dependency& dependency : trace.dependencies) {
    blends.insert(dependency.blend);
    if (dependency.kind == trace::Kind::library)
      blends.insert(dependency.files.begin(), dependency.files.end());
  }
  std::map<std::string, std::vector<std::string>> by_file;
  for (const std::string& blend : blends)
    by_file[project.canonical(blend)].push_back(blend);
  for (auto& [canonical, ways] : by_file) {
    // First the .blend itself, then files that are in the project by the path's text.
    std::sort(ways.begin(), ways.end(), [&](const std::string& a, const std::string& b) {
      const auto rank = [&](const std::string& way) {
        return std::tuple(way != trace.blendfile, !project.inside_by_text(way).has_value(), way);
      };
      return rank(a) < rank(b);
    });
    for (std::size_t i = 1; i < ways.size(); ++i) {
      const auto same = std::find_if(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const std::string& w) { return is_same_way(w, ways[i]); });
      if (same - ways.begin() == static_cast<std::ptrdiff_t>(i)) {
        further_.emplace(ways[i], canonical + '\n' + ways[i]);
      } else if (const auto known = further_.find(*same); known != further_.end()) {
        further_.emplace(ways[i], known->second);
      }
    }
  }
}

std::string Ways::key(const std::string& blend) const {
  const auto known = further_.find(blend);
  return known == further_.end() ? project_.canonical(blend) : known->second;
}

}  // namespace shaman::pack
