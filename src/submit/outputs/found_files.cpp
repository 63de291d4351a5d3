// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/outputs/found_files.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

namespace shaman::client {
namespace {

// A link to a folder above leads round in a circle.
constexpr std::size_t kDeepest = 64;

struct Waiting {
  std::string path;
  std::string prefix;  ///< of its files' places
  std::size_t depth;
};

}  // namespace

result<std::vector<FoundFile>> find_files(const std::string& folder) {
  std::vector<FoundFile> found;
  std::vector<Waiting> waiting{{folder, "", 0}};
  while (!waiting.empty()) {
    const Waiting next = std::exchange(waiting.back(), {});
    waiting.pop_back();
    if (next.depth > kDeepest)
      return Error{errc::too_large, "the folders in " + text::in_quotes(folder) +
                                        " are nested without end: a link there leads to a folder"
                                        " above it"};
    const auto entries = os::list_folder(next.path);
    // Removed in the meantime.
    if (!entries && entries.error().code == errc::not_found && next.depth > 0) continue;
    if (!entries) return entries.error();
    for (const os::FolderEntry& entry : *entries) {
      if (entry.name.starts_with('.')) continue;
      std::string path = os::join(next.path, entry.name);
      if (entry.is_folder) {
        waiting.push_back({std::move(path), next.prefix + entry.name + "/", next.depth + 1});
        continue;
      }
      const auto info = os::info(path);
      if (!info || info->type != os::FileType::regular) continue;
      found.push_back({next.prefix + entry.name, std::move(path), *info});
    }
  }
  std::ranges::sort(found, {}, &FoundFile::place);
  return found;
}

}  // namespace shaman::client
