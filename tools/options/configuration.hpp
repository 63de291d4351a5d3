// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shaman/error.hpp"

#include "config/table.hpp"

/// An artist's configuration: the file, and the environment, which takes precedence. The options of
/// a command take precedence over both.
namespace shaman::tools {

/// The source of a value: `SHAMAN_SERVER`, `FILE:LINE`, `default`.
struct Origin {
  std::string text;
  bool is_variable = false;
};

class Configuration {
 public:
  Configuration();

  std::string server;
  std::string token_file;
  std::string ca;
  std::uint64_t limit_rate = 0;  ///< bytes per second; 0: no limit
  std::vector<std::string> project_marks;
  std::vector<std::string> private_files;  ///< patterns

  /// Reads the file and the environment. Settings with errors keep their former values.
  void load();
  /// The errors that load() found, as sentences that name the file and the line.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
  /// errc::invalid_argument names all of them.
  [[nodiscard]] result<void> usable() const;

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] bool has_file() const noexcept { return has_file_; }
  [[nodiscard]] const config::Table& table() const noexcept { return table_; }
  [[nodiscard]] Origin origin(const std::string& key) const;

 private:
  void take_flamenco_variable();

  config::Table table_;
  std::vector<config::Assignment> given_;
  std::string file_;
  bool has_file_ = false;
  std::vector<std::string> problems_;
};

/// The configuration of this run. Call load_configuration() once before.
[[nodiscard]] const Configuration& configuration();
void load_configuration();

}  // namespace shaman::tools
