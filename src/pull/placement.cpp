// SPDX-License-Identifier: GPL-3.0-or-later
#include "pull/placement.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::pull {
namespace {

using Entry = os::Folder::Entry;
using Kind = os::Folder::Kind;

// In the folder of the file; a run that ended may have left one.
const std::string kTemporary = std::string(kStateName) + "-new";

Error in_the_way(const std::string& path) {
  return {errc::conflicting_paths,
          text::in_quotes(path) +
              " is in the way: it is not as `shaman checkout pull` left it; move it away, then "
              "pull again"};
}

}  // namespace

Placement::Placement(const os::Folder& root, const BlobCache& cache, bool may_copy)
    : root_(root), cache_(cache), may_copy_(may_copy) {}

void Placement::know(const PullState& earlier) {
  for (const PulledFile& file : earlier.files)
    earlier_.push_back({file, earlier.mode});
  std::ranges::stable_sort(earlier_, {}, [](const Earlier& each) { return each.file.path; });
}

std::vector<const Placement::Earlier*> Placement::earlier_at(const std::string& path) const {
  const auto path_of = [](const Earlier& each) -> const std::string& { return each.file.path; };
  std::vector<const Earlier*> found;
  for (const Earlier& each : std::ranges::equal_range(earlier_, path, {}, path_of))
    found.push_back(&each);
  return found;
}

bool Placement::was_inside(const std::string& folder) const {
  const std::string prefix = folder + "/";
  const auto path_of = [](const Earlier& each) -> const std::string& { return each.file.path; };
  const auto next = std::ranges::lower_bound(earlier_, prefix, {}, path_of);
  return next != earlier_.end() && next->file.path.starts_with(prefix);
}

bool Placement::is_of(const Earlier& earlier, const os::Folder& folder, const std::string& name,
                      const Entry& entry) const {
  const bool is_copy = earlier.file.mtime_ns != 0;
  if (is_copy)
    return entry.kind == Kind::file && entry.size == earlier.file.id.size &&
           entry.mtime_ns == earlier.file.mtime_ns;
  if (earlier.mode == Mode::symlink) {
    if (entry.kind != Kind::link) return false;
    const auto text = folder.link_text(name);
    return text && text->ends_with("/" + BlobCache::name_of(earlier.file.id));
  }
  return entry.kind == Kind::file && entry.size == earlier.file.id.size && entry.is_read_only;
}

bool Placement::is_of_pull(const os::Folder& folder, const std::string& name,
                           const std::string& path, const Entry& entry) const {
  return std::ranges::any_of(
      earlier_at(path), [&](const Earlier* each) { return is_of(*each, folder, name, entry); });
}

bool Placement::is_right(const os::Folder& folder, const std::string& name, PulledFile& wanted,
                         Mode mode, const Entry& entry) const {
  if (mode == Mode::symlink) {
    if (entry.kind != Kind::link) return false;
    const auto text = folder.link_text(name);
    return text && *text == cache_.path_of(wanted.id) && cache_.has(wanted.id);
  }
  const bool is_linked = mode == Mode::hardlink;
  for (const Earlier* const each : earlier_at(wanted.path)) {
    const bool is_copy = each->file.mtime_ns != 0;
    if (each->file.id != wanted.id || each->mode != mode || !is_of(*each, folder, name, entry))
      continue;
    wanted.mtime_ns = each->file.mtime_ns;
    if (is_copy) return true;
    const auto cached = os::info(cache_.path_of(wanted.id));
    if (is_linked && cached && cached->identity == entry.identity) return true;
  }
  wanted.mtime_ns = 0;
  return false;
}

// A file of an earlier pull may be where a folder is wanted now.
result<bool> Placement::passes_removed_file(const std::string& path, const Error& why) const {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string above = path.substr(0, slash);
    FolderWalk walk(root_);
    const auto folder = walk.folder_of(above, false);
    if (!folder) return why;
    const std::string name = FolderWalk::name_of(above);
    const auto entry = (*folder)->look(name);
    if (!entry) return entry.error();
    if (entry->kind == Kind::folder) continue;
    if (is_of_pull(**folder, name, above, *entry)) return true;
    return in_the_way(above);
  }
  return why;
}

result<bool> Placement::needs_place(FolderWalk& walk, PulledFile& wanted, Mode mode) const {
  const auto folder = walk.folder_of(wanted.path, false);
  if (!folder && folder.error().code == errc::not_found) return true;
  if (!folder && folder.error().code == errc::conflicting_paths)
    return passes_removed_file(wanted.path, folder.error());
  if (!folder) return folder.error();
  const std::string name = FolderWalk::name_of(wanted.path);
  const auto entry = (*folder)->look(name);
  if (!entry) return entry.error();
  if (entry->kind == Kind::none) return true;
  if (is_right(**folder, name, wanted, mode, *entry)) return false;
  const bool may_go = entry->kind == Kind::folder ? was_inside(wanted.path)
                                                  : is_of_pull(**folder, name, wanted.path, *entry);
  if (!may_go) return in_the_way(wanted.path);
  return true;
}

result<Difference> Placement::compare(PullState& wanted) {
  Difference difference;
  FolderWalk walk(root_);
  for (std::size_t i = 0; i < wanted.files.size(); ++i) {
    const auto needs = needs_place(walk, wanted.files[i], wanted.mode);
    if (!needs) return needs.error();
    if (*needs) difference.to_place.push_back(i);
  }
  for (const Earlier& each : earlier_) {
    const bool is_wanted =
        std::ranges::binary_search(wanted.files, each.file.path, {}, &PulledFile::path);
    const bool is_known =
        !difference.to_remove.empty() && difference.to_remove.back().path == each.file.path;
    if (!is_wanted && !is_known) difference.to_remove.push_back(each.file);
  }
  return difference;
}

// What was changed here stays; so does what cannot be removed.
void Placement::remove_one(FolderWalk& walk, const PulledFile& file) const {
  const auto folder = walk.folder_of(file.path, false);
  if (!folder) return;
  const std::string name = FolderWalk::name_of(file.path);
  const auto entry = (*folder)->look(name);
  if (entry && is_of_pull(**folder, name, file.path, *entry))
    static_cast<void>((*folder)->remove(name));
}

result<void> Placement::make(const os::Folder& folder, const std::string& name, PulledFile& wanted,
                             Mode mode) const {
  const std::string source = cache_.path_of(wanted.id);
  wanted.mtime_ns = 0;
  if (mode == Mode::symlink) return folder.make_link(name, source);
  if (mode == Mode::hardlink) {
    auto linked = folder.make_hard_link(name, source);
    if (linked || !may_copy_ || linked.error().code == errc::storage_full) return linked;
  }
  if (auto copied = folder.make_copy(name, source, mode == Mode::reflink); !copied) return copied;
  const auto entry = folder.look(name);
  if (!entry) return entry.error();
  wanted.mtime_ns = std::max<std::int64_t>(entry->mtime_ns, 1);
  return {};
}

result<void> Placement::place_one(FolderWalk& walk, PulledFile& wanted, Mode mode) const {
  const auto folder = walk.folder_of(wanted.path, true);
  if (!folder) return folder.error();
  const std::string name = FolderWalk::name_of(wanted.path);
  const auto entry = (*folder)->look(name);
  if (!entry) return entry.error();
  if (entry->kind == Kind::none) return make(**folder, name, wanted, mode);
  // It may have changed since compare().
  if (!is_of_pull(**folder, name, wanted.path, *entry)) return in_the_way(wanted.path);
  static_cast<void>((*folder)->remove(kTemporary));
  if (auto made = make(**folder, kTemporary, wanted, mode); !made) return made;
  // POSIX: renaming one hard link of a file to another one does nothing.
  auto renamed = (*folder)->rename(kTemporary, name);
  static_cast<void>((*folder)->remove(kTemporary));
  return renamed;
}

result<void> Placement::apply(PullState& wanted, const Difference& difference) {
  FolderWalk walk(root_);
  std::set<std::string, std::greater<>> emptied;  // the inner ones first
  for (const PulledFile& file : difference.to_remove) {
    remove_one(walk, file);
    for (std::size_t slash = file.path.rfind('/'); slash != std::string::npos && slash > 0;
         slash = file.path.rfind('/', slash - 1))
      emptied.insert(file.path.substr(0, slash));
  }
  walk.leave();
  for (const std::string& folder : emptied)
    if (const auto above = walk.folder_of(folder, false))
      static_cast<void>((*above)->remove_folder(FolderWalk::name_of(folder)));
  walk.leave();
  for (const std::size_t index : difference.to_place)
    if (auto placed = place_one(walk, wanted.files[index], wanted.mode); !placed) return placed;
  return {};
}

}  // namespace shaman::pull
