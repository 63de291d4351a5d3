// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "options/options.hpp"

/// What the table of options is put together from.
namespace shaman::program {

void add_access_options(config::Table& table, Options& options);
void add_tls_options(config::Table& table, Options& options);

/// `'GIVEN': WHAT`
[[nodiscard]] Error wrong(const std::string& given, const std::string& what);

/// An option whose values are kept as they are written, beside what `parse` makes of them.
[[nodiscard]] config::Option written(std::string key, std::string type, std::string text,
                                     config::Reload reload, config::Values& kept,
                                     std::function<result<void>(const config::Values&)> parse);

}  // namespace shaman::program
