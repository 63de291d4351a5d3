// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "shaman/error.hpp"

namespace shaman::pack {

/// The project folder, and which paths are in it. Remembers the file system's answers; one thread.
class Project {
 public:
  /// errc::not_found if the folder does not exist.
  [[nodiscard]] static result<Project> open(const std::string& folder);

  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  /// The same with all links resolved.
  [[nodiscard]] const std::string& real_folder() const noexcept { return real_folder_; }

  /// The place of an absolute path relative to the project; nothing if it is outside. By its text
  /// first, so that a link inside that points elsewhere stays inside; then with the links in its
  /// folders resolved, because the project itself may have several paths.
  [[nodiscard]] std::optional<std::string> inside(const std::string& path);
  /// The same by its text only.
  [[nodiscard]] std::optional<std::string> inside_by_text(const std::string& path) const;

  /// The path with the links in its folders resolved, not in its last component: the same for every
  /// way to the file. If the folder cannot be resolved, the path itself.
  [[nodiscard]] std::string canonical(const std::string& path);

  /// The path with all links resolved; errc::not_found.
  [[nodiscard]] result<std::string> real(const std::string& path);

  /// The place of a path with all links resolved relative to the project; nothing if it is outside.
  [[nodiscard]] std::optional<std::string> really_inside(const std::string& real) const;

 private:
  [[nodiscard]] const std::string& real_folder_of(const std::string& path);

  std::string folder_;
  std::string real_folder_;
  std::unordered_map<std::string, std::string> real_folders_;
};

}  // namespace shaman::pack
