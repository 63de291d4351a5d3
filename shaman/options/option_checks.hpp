// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>

#include "options/options.hpp"

namespace shaman::program {

/// What is wrong with options that are each of the right form. With errors a server does not start,
/// and does not take them while it runs; what is doubtful is said and done.
struct Findings {
  config::Problems errors;
  config::Problems warnings;

  void wrong(std::string option, std::string text) {
    errors.push_back({std::move(option), std::move(text)});
  }
  void doubtful(std::string option, std::string text) {
    warnings.push_back({std::move(option), std::move(text)});
  }
};

/// Options that contradict each other, have no effect, or can never match. Looks at nothing outside
/// of them. `given` has the keys of those that are not left at their defaults.
[[nodiscard]] Findings check_options(const Options& options, const std::set<std::string>& given);

}  // namespace shaman::program
