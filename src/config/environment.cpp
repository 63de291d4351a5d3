// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>

#include <unistd.h>

#include "config/sources.hpp"

namespace shaman::config {
namespace {

constexpr std::string_view kPrefix = "SHAMAN_";

Values split(std::string_view list) {
  Values values;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) values.emplace_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return values;
}

}  // namespace

Given read_environment(const Table& table, const std::vector<std::string>& others) {
  Given given;
  // A macro on Windows.
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::size_t equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string name(line.substr(0, equals));
    const std::string_view value = line.substr(equals + 1);
    const auto& options = table.options();
    const auto is_former = [&](const Option& candidate) {
      return !candidate.former_key.empty() && candidate.former().variable() == name;
    };
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& candidate) {
      return candidate.variable() == name || is_former(candidate);
    });
    if (option != options.end()) {
      given.assignments.push_back({is_former(*option) ? option->former_key : option->key,
                                   option->is_list ? split(value) : Values{std::string(value)},
                                   name});
    } else if (std::find(others.begin(), others.end(), name) == others.end()) {
      const std::string meant = table.nearest(name.substr(kPrefix.size()));
      if (!meant.empty())
        given.problems.push_back(
            {name, "there is no such option; did you mean " + table.find(meant)->variable() + "?"});
    }
  }
  std::ranges::move(table.contradictions(given.assignments), std::back_inserter(given.problems));
  return given;
}

}  // namespace shaman::config
