// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "options/options.hpp"

namespace shaman::program {

/// A key file that the options name, and whether every user of this machine has access that only
/// its owner and group should have.
struct KeyExposure {
  std::string option;  ///< that names the file
  std::string path;
  bool is_open = false;
  std::string complaint;  ///< a sentence that begins with the file's name
};

/// For the server's private key: that others can read it; for the public keys of JWT issuers: that
/// others can write them. Missing files are skipped.
[[nodiscard]] std::vector<KeyExposure> key_exposures(const Options& options);

}  // namespace shaman::program
