// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "options/settings.hpp"
#include "schedule.hpp"

namespace shaman::program {

/// Warns if every user of this machine can read the server's private key, or write the public key
/// of a JWT issuer: at the start, and within seconds of a change. On its own thread, until
/// destroyed.
class KeyWatch {
 public:
  /// `settings` must outlive it.
  explicit KeyWatch(const Settings& settings);

 private:
  void look();

  const Settings& settings_;
  std::map<std::string, bool> is_open_;  // by path
  Schedule looking_;                     // last: it uses the rest
};

}  // namespace shaman::program
