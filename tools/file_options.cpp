// SPDX-License-Identifier: GPL-3.0-or-later
#include "file_options.hpp"

namespace shaman::tools {

void add_file_options(CLI::App& options, std::vector<std::string>& exclude,
                      std::vector<std::string>& include) {
  options
      .add_option(
          "--exclude", exclude,
          "Leave out files that match this pattern (*, ?, **), and leave the paths to them as "
          "they are. May be given several times.")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  options
      .add_option("--include", include,
                  "Take these files along although the scene does not name them, such as caches of "
                  "add-ons or what a script reads: a file, a folder with all that is in it, or a "
                  "pattern over the project's files (quote it). May be given several times.")
      ->type_name("GLOB|DIR")
      ->expected(1)
      ->take_all();
}

}  // namespace shaman::tools
