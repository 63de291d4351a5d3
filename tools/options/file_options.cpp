// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/file_options.hpp"

namespace shaman::tools {

void add_file_options(CLI::App& options, std::vector<std::string>& exclude,
                      std::vector<std::string>& include) {
  options
      .add_option("--exclude", exclude,
                  "Leave out files that match this pattern (*, ?, **); paths to them stay "
                  "unchanged. Can be "
                  "given several times.")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  options
      .add_option(
          "--include", include,
          "Add files that the scene does not refer to, such as caches of add-ons or input of "
          "scripts: a file, a folder with its contents, or a quoted pattern for files of "
          "the project. Can be given several times.")
      ->type_name("GLOB|DIR")
      ->expected(1)
      ->take_all();
}

}  // namespace shaman::tools
