// SPDX-License-Identifier: GPL-3.0-or-later
#include "trace/collect/string_flow.hpp"

#include <utility>

namespace shaman::trace {
namespace {

constexpr std::size_t kMaxPaths = 200'000;

}  // namespace

StringFlow::Input StringFlow::input_of(const TreeInput& input, const Scan& scan,
                                       const std::string& blend,
                                       const std::vector<std::string>& library_paths) {
  std::string place = blend;
  if (input.library < library_paths.size()) {
    // A tree that was packed from a library is in this file, next to others of its name.
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
    Input from = input_of(route.from, scan, blend, library_paths);
    if (route.to) {
      routes_to_.emplace(input_of(*route.to, scan, blend, library_paths), std::move(from));
    } else {
      const bool packed = route.from.library < library_paths.size();
      read_in_[packed ? library_paths[route.from.library] : blend].insert(std::move(from));
    }
  }
}

// Backwards from the inputs of import nodes: each route is checked once for each .blend with such
// nodes, however many strings there are.
void StringFlow::note_bases(const std::string& base, const std::set<Input>& reading,
                            std::map<Input, std::vector<std::string>>& bases) const {
  std::set<Input> seen = reading;
  std::vector<Input> to_do(reading.begin(), reading.end());
  while (!to_do.empty()) {
    const Input input = std::move(to_do.back());
    to_do.pop_back();
    const auto [first, last] = routes_to_.equal_range(input);
    for (auto route = first; route != last; ++route) {
      if (seen.insert(route->second).second) to_do.push_back(route->second);
    }
  }
  for (const Input& input : seen) {
    if (const auto wanted = bases.find(input); wanted != bases.end())
      wanted->second.push_back(base);
  }
}

result<std::vector<StringFlow::Path>> StringFlow::paths() const {
  std::map<Input, std::vector<std::string>> bases;
  for (const Argument& argument : arguments_)
    bases.try_emplace(argument.input);
  for (const auto& [base, reading] : read_in_)
    note_bases(base, reading, bases);
  std::vector<Path> paths;
  for (const Argument& argument : arguments_) {
    for (const std::string& base : bases.at(argument.input)) {
      if (paths.size() >= kMaxPaths)
        return Error{errc::limit_exceeded,
                     "the node groups pass on more than 200,000 paths, which exceeds a safety "
                     "limit"};
      paths.push_back({argument.blend, base, argument.value});
    }
  }
  return paths;
}

}  // namespace shaman::trace
