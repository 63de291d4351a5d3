// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/save_state.hpp"

#include <algorithm>
#include <string_view>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::client {
namespace {

std::string_view stem_of(std::string_view blendfile) {
  std::string_view name = os::file_name(blendfile);
  static constexpr std::string_view kSuffix = ".blend";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return name;
}

// wm_autosave_location() in Blender's source/blender/windowmanager/intern/wm_files.cc, since 2.9:
// the .blend's name and the process's number.
bool is_autosave_of(std::string_view name, std::string_view stem) {
  static constexpr std::string_view kAutosaveEnd = "_autosave.blend";
  if (!name.starts_with(stem) || !name.ends_with(kAutosaveEnd)) return false;
  if (name.size() <= stem.size() + 1 + kAutosaveEnd.size() || name[stem.size()] != '_')
    return false;
  name.remove_prefix(stem.size() + 1);
  name.remove_suffix(kAutosaveEnd.size());
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_newer(const std::string& path, std::int64_t than_ns) {
  const result<os::FileInfo> info = os::info(path);
  return info && info->type == os::FileType::regular && info->mtime_ns > than_ns;
}

void look_for_autosaves(const std::string& folder, std::string_view stem, SaveState& state) {
  const result<std::vector<os::FolderEntry>> entries = os::list_folder(folder);
  if (!entries) return;  // it is one of several places
  for (const os::FolderEntry& entry : *entries) {
    if (entry.is_folder || !is_autosave_of(entry.name, stem)) continue;
    const std::string path = os::join(folder, entry.name);
    if (is_newer(path, state.saved_at_ns))
      state.doubts.push_back("Blender wrote " + text::in_quotes(path) +
                             " after the file was saved: it may contain unsaved changes");
  }
}

}  // namespace

SaveState look_at_save_state(const std::string& blendfile,
                             const std::vector<std::string>& libraries,
                             const std::vector<std::string>& files,
                             const std::vector<std::string>& temporary_folders) {
  SaveState state;
  const result<os::FileInfo> info = os::info(blendfile);
  if (!info) return state;
  state.saved_at_ns = info->mtime_ns;
  if (os::info(blendfile + "@"))
    state.doubts.push_back(text::in_quotes(blendfile + "@") +
                           " is next to it: Blender is still saving, or saving failed");
  if (is_newer(blendfile + "1", state.saved_at_ns))
    state.doubts.push_back("its backup " + text::in_quotes(blendfile + "1") +
                           " is newer than the file: an older version may have replaced it");
  for (const std::string& folder : temporary_folders)
    look_for_autosaves(folder, stem_of(blendfile), state);
  std::ranges::sort(state.doubts);
  constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000'000;
  const bool is_copy = std::ranges::none_of(files, [&](const std::string& file) {
    const result<os::FileInfo> other = os::info(file);
    return other && other->mtime_ns < state.saved_at_ns - kDay;
  });
  if (is_copy) return state;
  for (const std::string& library : libraries) {
    if (is_newer(library, state.saved_at_ns)) state.newer_libraries.push_back(library);
  }
  return state;
}

std::vector<std::string> autosave_folders() {
  std::vector<std::string> folders;
  // BKE_tempdir_init() in Blender's source/blender/blenkernel/intern/appdir.cc.
  for (const char* const name : {"TEMP", "TMP", "TMPDIR"}) {
    if (const auto folder = os::environment(name); folder && !folder->empty())
      folders.push_back(os::absolute(*folder));
  }
  folders.push_back(os::absolute("/tmp"));
  std::ranges::sort(folders);
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

}  // namespace shaman::client
