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

/// Where options are given; what comes later goes before: the file, the environment, the command
/// line.
struct Sources {
  std::string file;  ///< may be empty
  std::vector<config::Assignment> command_line;
  bool needs_storage = true;

  /// `file`, or where the environment says that it is.
  void find_file();
};

/// What the sources say. Where there are problems, the options are not to be used but to look for
/// more of them: those that were not taken have their defaults.
struct Loaded {
  std::shared_ptr<Options> options;
  config::Table table;  ///< bound to them
  config::Problems problems;
  /// False: the file could not be read, so nothing else is known; the only problem says why.
  bool is_read = true;
  config::Problems warnings;  ///< what is doubtful: the options can be used all the same
  /// What was given, with its origin, in the order in which it was applied.
  std::vector<config::Assignment> assignments;

  /// Whether it was given, and not taken.
  [[nodiscard]] bool has_problem(std::string_view key) const;
  void add(Findings found);
  /// Gives what is wrong or doubtful with an option of a file its place there: `shaman.yaml:3`.
  void place();
};
[[nodiscard]] Loaded load(const Sources& sources);

/// Adds what the options together have wrong (check_options()), for who will serve with them.
void examine(Loaded& loaded);

/// Says what is doubtful, on standard error.
void warn(const config::Problems& warnings);

/// Says on standard error what is wrong, and how to get help on the command (`shaman-server gc`).
/// The exit status for it.
int complain(const config::Problems& problems, const std::string& command);

/// The options in force: an immutable snapshot, which a reload swaps. Thread-safe.
class Settings {
 public:
  Settings(Sources sources, Loaded loaded);

  [[nodiscard]] std::shared_ptr<const Options> current() const;

  /// Reads the sources again, and logs what changed, what needs a restart (and stays as it was),
  /// and what is wrong: then nothing changes, and null is returned. The new options become current
  /// with swap(), for which the caller may complete them.
  [[nodiscard]] std::shared_ptr<Options> read_again();
  void swap(std::shared_ptr<const Options> options);

 private:
  const Sources sources_;
  std::map<std::string, config::Values> in_force_;  // touched by read_again() alone
  mutable std::mutex mutex_;
  std::shared_ptr<const Options> options_;
};

}  // namespace shaman::program
