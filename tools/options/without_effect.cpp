// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/without_effect.hpp"

namespace shaman::tools {

result<void> refuse_without_effect(const CLI::App& command, const Without& other,
                                   std::initializer_list<const char*> options) {
  if (command.count(other.flag) == 0) return {};
  for (const char* const option : options)
    if (command.count(option) > 0)
      return Error{errc::invalid_argument, std::string(option) + " has no effect with " +
                                               other.flag + ", " + other.reason +
                                               ": leave out one of them"};
  return {};
}

}  // namespace shaman::tools
