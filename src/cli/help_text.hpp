// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace shaman::cli {

/// --help that fits the terminal: descriptions are wrapped, and options show only the kind of their
/// value. The parser's checks belong in an option's description.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();

  [[nodiscard]] std::string make_option(const CLI::Option* option,
                                        bool is_positional) const override;
  [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override;
  [[nodiscard]] std::string make_subcommands(const CLI::App* app,
                                             CLI::AppFormatMode mode) const override;
  [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
  [[nodiscard]] std::string make_description(const CLI::App* command) const override;
  [[nodiscard]] std::string make_footer(const CLI::App* command) const override;

 protected:
  [[nodiscard]] std::string entry(const std::string& name, const std::string& description) const;

 private:
  const std::size_t width_;
};

/// --help of a whole program: ends with the table of exit statuses. Its subcommands have none.
class ProgramHelpFormatter : public HelpFormatter {
 public:
  [[nodiscard]] std::string make_footer(const CLI::App* command) const override;
};

}  // namespace shaman::cli
