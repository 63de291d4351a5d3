// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/table.hpp"
#include "options/option_checks.hpp"
#include "options/options.hpp"

namespace shaman::program {

/// The sources of options; later ones override earlier ones: the file, the environment, the command
/// line.
struct Sources {
  std::string file;  ///< may be empty
  std::vector<config::Assignment> command_line;
  bool needs_storage = true;

  /// `file`, or the path in the environment.
  void find_file();
};

/// The content of the sources. If there are problems, use the options only to look for more of
/// them: rejected options have their defaults.
struct Loaded {
  std::shared_ptr<Options> options;
  config::Table table;  ///< bound to them
  config::Problems problems;
  /// False: the file could not be read, so nothing else is known; the only problem says why.
  bool is_read = true;
  config::Problems warnings;  ///< doubtful settings: the options can be used all the same
  /// The given options with their origins, in the order in which they were applied.
  std::vector<config::Assignment> assignments;

  /// Whether it was given, but rejected.
  [[nodiscard]] bool has_problem(std::string_view key) const;
  void add(Findings found);
  /// Adds the place in the file to problems and warnings about its options: `shaman.yaml:3`.
  void place();
};
[[nodiscard]] Loaded load(const Sources& sources);

/// Adds the errors of all options together (check_options()), for programs that will serve with
/// them.
void examine(Loaded& loaded);

/// Prints the warnings on standard error.
void warn(const config::Problems& warnings);

/// Prints the errors on standard error, and how to get help on the command (`shaman-server gc`).
/// Returns the exit status.
int complain(const config::Problems& problems, const std::string& command);

/// The options in force: an immutable snapshot, which a reload swaps. Thread-safe.
class Settings {
 public:
  Settings(Sources sources, Loaded loaded);

  [[nodiscard]] std::shared_ptr<const Options> current() const;

  /// Reads the sources again, and logs changes, options that need a restart (and do not change),
  /// and errors. With errors nothing changes, and it returns null. The new options take effect with
  /// swap(); the caller may complete them before.
  [[nodiscard]] std::shared_ptr<Options> read_again();
  void swap(std::shared_ptr<const Options> options);

 private:
  const Sources sources_;
  std::map<std::string, config::Values> in_force_;  // used by read_again() alone
  mutable std::mutex mutex_;
  std::shared_ptr<const Options> options_;
};

}  // namespace shaman::program
