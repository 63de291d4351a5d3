// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>

#include "options/options.hpp"

namespace shaman::program {

/// Finds errors of options that are each well-formed. A server with errors does not start, and a
/// reload rejects them; doubtful options are reported and used.
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

/// Options that contradict each other, have no effect, or can never match. Reads nothing else.
/// `given` has the keys of the options that were set.
[[nodiscard]] Findings check_options(const Options& options, const std::set<std::string>& given);

}  // namespace shaman::program
