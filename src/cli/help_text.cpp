// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/help_text.hpp"

#include <algorithm>
#include <sstream>

#include "shaman/os.hpp"

#include "cli/command_text.hpp"
#include "cli/exit_status.hpp"

namespace shaman::cli {
namespace {

constexpr std::size_t kColumn = 26;
constexpr std::size_t kNarrowest = 60;
constexpr std::size_t kWidest = 100;  // longer lines are hard to read

// Words in lines of at most `width` columns, each but the first after `indent` blanks; a longer
// word has a line of its own.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string out;
  std::size_t column = indent;
  for (std::string word; words >> word;) {
    if (column > indent && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += " ";
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace

HelpFormatter::HelpFormatter() : width_(std::clamp(os::terminal_width(), kNarrowest, kWidest)) {
  column_width(kColumn);
  label("SUBCOMMAND", "COMMAND");
  label("Subcommands", "Commands");
  label("Positionals", "Arguments");
}

std::string HelpFormatter::entry(const std::string& name, const std::string& description) const {
  std::string out = "  " + name;
  if (out.size() + 2 > kColumn)
    out += "\n" + std::string(kColumn, ' ');
  else
    out.resize(kColumn, ' ');
  return out + wrapped(description, kColumn, width_) + "\n";
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  return entry(
      make_option_name(option, is_positional) +
          (is_positional ? std::string() : make_option_opts(option)),
      make_option_desc(option) + (option->get_required() && !is_positional ? " (required)" : ""));
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  const std::string type = value_of(*option);
  return type.empty() ? "" : " " + type;
}

// The options come before, in a call that cannot be overridden.
std::string HelpFormatter::make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const {
  const auto inherited = inherited_options(*app);
  std::string out;
  if (!inherited.empty())
    out =
        make_group("Options of all commands of " + app->get_parent()->get_name(), false, inherited);
  return out + Formatter::make_subcommands(app, mode);
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return entry(command->get_name(), command->get_description());
}

std::string HelpFormatter::make_description(const CLI::App* command) const {
  return wrapped(command->get_description(), 0, width_) + "\n";
}

std::string HelpFormatter::make_footer(const CLI::App* command) const {
  const std::string footer = command->get_footer();
  return footer.empty() ? "" : wrapped(footer, 0, width_) + "\n";
}

std::string ProgramHelpFormatter::make_footer(const CLI::App* command) const {
  if (command->get_parent() != nullptr) return HelpFormatter::make_footer(command);
  std::string out = "Exit statuses:\n";
  for (const auto& [status, text] : exit_statuses())
    out += entry(std::to_string(static_cast<int>(status)), text);
  return out + "\n" + HelpFormatter::make_footer(command);
}

}  // namespace shaman::cli
