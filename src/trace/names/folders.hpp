// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shaman/os.hpp"

namespace shaman::trace {

/// The content of folders, each listed once; finds names in any case and Unicode form.
/// A snapshot of one moment: made for one trace. All members may be called from any thread.
class Folders {
 public:
  struct Listing {
    std::vector<os::FolderEntry> entries;  ///< sorted by name
    /// Names by name_key(); several can have one key.
    std::multimap<std::string, std::size_t> by_key;
  };

  /// Nothing if the folder does not exist, or may not be listed.
  [[nodiscard]] std::shared_ptr<const Listing> list(const std::string& folder);

  /// The file's real path: `path` itself if it exists as written, else one whose components have
  /// the same keys. Nothing if there is none, or it is not a regular file.
  [[nodiscard]] std::optional<std::string> find_file(const std::string& path);
  [[nodiscard]] std::optional<std::string> find_folder(const std::string& path);

 private:
  [[nodiscard]] std::optional<std::string> find(const std::string& path, os::FileType type);

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Listing>> listings_;
  std::unordered_map<std::string, std::optional<std::string>> folders_;
  std::size_t remembered_bytes_ = 0;  // of folders_
};

}  // namespace shaman::trace
