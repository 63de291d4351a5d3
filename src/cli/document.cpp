// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/document.hpp"

#include "shaman/text.hpp"

#include "cli/completion.hpp"
#include "cli/man_page.hpp"

namespace shaman::cli {

std::optional<result<std::string>> document(std::span<const std::string> arguments, int section,
                                            std::string_view version,
                                            const std::function<CommandText()>& describe_program) {
  if (arguments.empty()) return std::nullopt;
  if (arguments[0] == "man" && arguments.size() == 1)
    return man_page(describe_program(), section, version);
  if (arguments[0] != "completion") return std::nullopt;
  const std::string shell = arguments.size() == 2 ? arguments[1] : "";
  if (shell == "bash") return bash_completion(describe_program());
  if (shell == "zsh") return zsh_completion(describe_program());
  if (shell == "fish") return fish_completion(describe_program());
  return Error{errc::invalid_argument,
               "completion needs the name of a shell: bash, zsh or fish" +
                   (shell.empty() ? std::string() : ", not " + text::in_quotes(shell))};
}

}  // namespace shaman::cli
