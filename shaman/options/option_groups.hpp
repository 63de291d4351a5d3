// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "options/options.hpp"

/// The parts of the table of options.
namespace shaman::program {

void add_access_options(config::Table& table, Options& options);
void add_tls_options(config::Table& table, Options& options);

/// `'GIVEN': WHAT`
[[nodiscard]] Error wrong(const std::string& given, const std::string& what);

/// An option whose values are kept as written, in addition to the result of `parse`.
[[nodiscard]] config::Option written(std::string key, std::string type, std::string text,
                                     config::Reload reload, config::Values& kept,
                                     std::function<result<void>(const config::Values&)> parse);

}  // namespace shaman::program
