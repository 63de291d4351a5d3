// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of os.hpp that are the same on every system.
#include "shaman/os.hpp"

namespace shaman::os {

std::string_view parent(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view file_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

bool stderr_can_redraw() {
  return stderr_is_terminal() && environment("TERM") != "dumb";
}

bool stdout_has_colours() {
  return stdout_is_terminal() && environment("TERM") != "dumb" &&
         environment("NO_COLOR").value_or("").empty();
}

}  // namespace shaman::os
