// SPDX-License-Identifier: GPL-3.0-or-later
#include "string_flow.hpp"

#include <set>
#include <utility>

namespace shaman::trace {

StringFlow::Input StringFlow::input_of(const TreeInput& input, const Scan& scan,
                                       const std::string& blend,
                                       const std::vector<std::string>& library_paths) {
  std::string place = blend;
  if (input.library < library_paths.size()) {
    // A tree that was packed from a library stands in this file, beside others of its name.
    place = library_paths[input.library];
    if (scan.libraries[input.library].is_archive) place = blend + "\n" + place;
  }
  return {std::move(place), input.tree, input.input};
}

void StringFlow::add(const Scan& scan, const std::string& blend, const std::string& holder,
                     const std::vector<std::string>& library_paths) {
  for (const StringArgument& argument : scan.arguments) {
    Argument& added = arguments_.emplace_back();
    added = {holder, argument.value, input_of(argument.input, scan, blend, library_paths)};
    if (holder != blend) added.value.field = {};
  }
  for (const StringRoute& route : scan.routes) {
    Target target;
    if (route.to) {
      target.input = input_of(*route.to, scan, blend, library_paths);
    } else {
      target.is_import = true;
      const bool packed = route.from.library < library_paths.size();
      target.base_blend = packed ? library_paths[route.from.library] : blend;
    }
    routes_.emplace(input_of(route.from, scan, blend, library_paths), std::move(target));
  }
}

std::vector<std::string> StringFlow::bases_of(const Input& start) const {
  std::set<std::string> bases;
  std::set<Input> seen{start};
  std::vector<Input> to_do{start};
  while (!to_do.empty()) {
    const Input input = std::move(to_do.back());
    to_do.pop_back();
    const auto [first, last] = routes_.equal_range(input);
    for (auto route = first; route != last; ++route) {
      const Target& target = route->second;
      if (target.is_import) {
        bases.insert(target.base_blend);
      } else if (seen.insert(target.input).second) {
        to_do.push_back(target.input);
      }
    }
  }
  return {bases.begin(), bases.end()};
}

std::vector<StringFlow::Path> StringFlow::paths() const {
  std::vector<Path> paths;
  for (const Argument& argument : arguments_) {
    for (std::string& base : bases_of(argument.input))
      paths.push_back({argument.blend, std::move(base), argument.value});
  }
  return paths;
}

}  // namespace shaman::trace
