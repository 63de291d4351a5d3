// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/outputs/found_files.hpp"

#include <algorithm>
#include <utility>

#include "shaman/text.hpp"

#include "base/folder/folder.hpp"

namespace shaman::client {
namespace {

// Deeper than any path of an output.
constexpr std::size_t kDeepest = 128;

class Finder {
 public:
  explicit Finder(const std::string& folder) : root_(folder) {}

  result<std::vector<FoundFile>> run() {
    const auto folder = os::Folder::open(root_);
    if (!folder) return folder.error();
    if (auto done = look_in(*folder, "", 0); !done) return done.error();
    std::ranges::sort(found_, {}, &FoundFile::place);
    return std::move(found_);
  }

 private:
  result<void> look_in(const os::Folder& folder, const std::string& prefix, std::size_t depth) {
    if (depth > kDeepest)
      return Error{errc::too_large, "the folders in " + text::in_quotes(root_) +
                                        " are nested too deep: " + text::in_quotes(prefix)};
    const auto names = folder.names();
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (name.starts_with('.')) continue;
      const auto entry = folder.look(name);
      if (!entry) return entry.error();
      if (entry->kind == os::Folder::Kind::file) add(prefix + name);
      if (entry->kind != os::Folder::Kind::folder) continue;
      const auto below = folder.folder(name, false);
      // Removed or replaced by a link in the meantime.
      if (!below &&
          (below.error().code == errc::not_found || below.error().code == errc::conflicting_paths))
        continue;
      if (!below) return below.error();
      if (auto done = look_in(*below, prefix + name + "/", depth + 1); !done) return done;
    }
    return {};
  }

  void add(const std::string& place) {
    std::string path = os::join(root_, place);
    const auto info = os::info(path);
    if (info && info->type == os::FileType::regular)
      found_.push_back({place, std::move(path), *info});
  }

  const std::string& root_;
  std::vector<FoundFile> found_;
};

}  // namespace

result<std::vector<FoundFile>> find_files(const std::string& folder) {
  return Finder(folder).run();
}

}  // namespace shaman::client
