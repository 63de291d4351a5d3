// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/inherited_folder.hpp"

#include <utility>
#include <vector>

#include "checkout/path_rules.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// The existing folders above `path`. The missing ones will be made in the last of these, and
// inherit the same. Does not enter a checkout: if one is in the way, the new checkout becomes its
// sibling.
std::vector<fs::Folder> existing_way(const StoreInterior& store, std::string_view path) {
  std::vector<fs::Folder> way;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    const fs::Folder& at = way.empty() ? store.root().jobs : way.back();
    auto folder = store.file_system().open_folder(at, path.substr(0, slash));
    if (!folder || store.file_system().stat(*folder, path_rules::kManifestName)) break;
    way.push_back(std::move(*folder));
    path.remove_prefix(slash + 1);
  }
  return way;
}

// The operating system itself sets the rights, for every kind of access list, and even if this
// process is not in the group. The folder is empty as long as it is visible there.
fs::result<void> make_in(const StoreInterior& store, const fs::Folder& parent,
                         const fs::Folder& staging, const std::string& name) {
  fs::FileSystem& file_system = store.file_system();
  const std::string temporary =
      std::string(layout::kNewInJobs) + std::to_string(file_system.random());
  if (auto made = file_system.make_folder(parent, temporary); !made) return made;
  auto moved = file_system.rename(parent, temporary, staging, name);
  if (!moved) {
    static_cast<void>(file_system.remove_folder(parent, temporary));
    return moved;
  }
  // Flushes the move while the folder is empty: otherwise a power cut could leave half a checkout
  // in the jobs folder.
  if (store.flushes()) moved = file_system.flush(staging);
  if (moved && store.flushes()) moved = file_system.flush(parent);
  return moved;
}

}  // namespace

fs::result<void> make_inherited_folder(const StoreInterior& store, std::string_view path,
                                       const fs::Folder& staging, const std::string& name) {
  std::vector<fs::Folder> way = existing_way(store, path);
  for (;;) {
    const fs::Folder& parent = way.empty() ? store.root().jobs : way.back();
    const auto passes_on = store.file_system().passes_on_access(parent);
    if (!passes_on) return passes_on.error();
    if (!passes_on.value()) return store.file_system().make_folder(staging, name);
    auto made = make_in(store, parent, staging, name);
    // Another program removed the parent in the meantime, so the folder is made in the one above
    // it.
    const bool is_gone = !made && made.error() == errors::no_such_file_or_directory;
    if (!is_gone || way.empty()) return made;
    way.pop_back();
  }
}

}  // namespace shaman
