// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/doctor_storage.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/manager/job_type.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::tools {
namespace {

using manager::SharedStorage;
using text::in_quotes;

constexpr const char* kAbout = "storage";
constexpr const char* kManifest = ".shaman-checkout";
// Looking for one checkout must not walk through a farm's whole storage.
constexpr int kDeepest = 6;
constexpr std::size_t kMostFolders = 200;

// A link of any checkout; nothing if none is found soon.
std::optional<std::string> find_manifest(const std::string& folder, int depth,
                                         std::size_t& folders_left) {
  if (depth > kDeepest || folders_left == 0) return std::nullopt;
  --folders_left;
  const auto entries = os::list_folder(folder);
  if (!entries) return std::nullopt;
  for (const os::FolderEntry& entry : *entries)
    if (entry.name == kManifest) return os::join(folder, entry.name);
  for (const os::FolderEntry& entry : *entries) {
    if (!entry.is_folder) continue;
    if (auto found = find_manifest(os::join(folder, entry.name), depth + 1, folders_left))
      return found;
  }
  return std::nullopt;
}

void look_at_links(const std::string& jobs, Diagnosis& diagnosis) {
  std::size_t folders_left = kMostFolders;
  const auto manifest = find_manifest(jobs, 0, folders_left);
  if (!manifest)
    return diagnosis.fine(kAbout, "no checkout found there whose links could be tested");
  const auto target = os::info(*manifest);
  if (target && target->type == os::FileType::regular)
    return diagnosis.fine(kAbout, "the links of a checkout lead to its files on this machine");
  diagnosis.wrong(
      kAbout,
      "the link " + in_quotes(*manifest) +
          " is broken on this machine. Checkouts are folders of symbolic links: mount the whole "
          "storage, not only its jobs folder, and make the network file system show symbolic links "
          "(SMB: on the server `follow symlinks = yes`, or `mfsymlinks` where it is mounted)");
}

void look_at_case(const std::string& jobs, Diagnosis& diagnosis) {
  const std::string other = os::join(os::parent(jobs), "JOBS");
  const auto one = os::info(jobs);
  const auto same = os::info(other);
  if (one && same && one->identity == same->identity)
    diagnosis.mind(
        kAbout,
        "its file system ignores case: a checkout cannot contain both Texture.png and texture.png");
}

void look_from_here(const SharedStorage& storage, Diagnosis& diagnosis) {
  const std::string root = storage.root();
  const std::string jobs = storage.is_shaman_enabled ? os::join(root, "jobs") : root;
  const auto found = os::is_absolute(root) ? os::info(jobs) : result<os::FileInfo>(Error{});
  if (!found || found->type != os::FileType::folder)
    return diagnosis.mind(kAbout,
                          "is at " + in_quotes(root) +
                              " for users of this system, but is not mounted here. Submitting does "
                              "not need it; --no-shaman and viewing the rendered frames do");
  diagnosis.fine(kAbout, "is at " + in_quotes(root) + ", and is mounted here");
  look_at_case(jobs, diagnosis);
  if (storage.is_shaman_enabled) look_at_links(jobs, diagnosis);
}

struct Platform {
  const char* id;    ///< a Manager's
  const char* name;  ///< for people
};

bool has_path_of(const Platform& platform, std::string_view path) {
  return std::string_view(platform.id) == "windows" ? manager::is_windows_path(path)
                                                    : path.starts_with('/');
}

// A Manager does not report its workers' systems; a variable with a path of a system shows it.
bool seems_to_have_workers(manager::Manager& manager, const Platform& platform) {
  const auto variables = manager.variables("workers", platform.id);
  return variables && std::ranges::any_of(*variables, [&](const auto& each) {
           return has_path_of(platform, each.second.value);
         });
}

void look_as_worker(manager::Manager& manager, Diagnosis& diagnosis) {
  static constexpr const char* kWhatToDo =
      "the Manager's variables (or --jobs-location) need a path for them";
  for (const Platform& platform :
       {Platform{"linux", "Linux"}, Platform{"windows", "Windows"}, Platform{"darwin", "macOS"}}) {
    const auto storage = manager.shared_storage("workers", platform.id);
    if (!storage || storage->location.empty()) continue;
    const std::string workers = std::string("workers on ") + platform.name;
    const std::string path = in_quotes(storage->location);
    if (has_path_of(platform, storage->location))
      diagnosis.fine(kAbout, workers + " are sent to " + path);
    else if (seems_to_have_workers(manager, platform))
      diagnosis.mind(kAbout, workers + " are sent to " + path +
                                 ", which is not a path of that system: " + kWhatToDo);
    else
      diagnosis.fine(kAbout,
                     "no path for " + workers + " is set; if the farm has any, " + kWhatToDo);
  }
}

}  // namespace

void look_at_storage(manager::Manager& manager, Diagnosis& diagnosis) {
  const auto users = manager.shared_storage("users", manager::this_platform());
  // A finding about the Manager says so already.
  if (!users && users.error().code == errc::manager_away) return;
  if (!users) return diagnosis.mind(kAbout, users.error().message());
  if (!users->is_shaman_enabled)
    diagnosis.wrong(kAbout,
                    "the Manager's Shaman is off, so it does not accept files: submit with "
                    "--no-shaman, or ask the farm's admin to switch it on");
  look_from_here(*users, diagnosis);
  look_as_worker(manager, diagnosis);
}

}  // namespace shaman::tools
