// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/self_check.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

// A farm's jobs folder may have tens of thousands of entries; those of another user occur in large
// numbers.
constexpr std::size_t kEntriesLookedAt = 500;
constexpr std::chrono::hours kLeftOver{1};
// The trial in a probe's folder.
constexpr std::string_view kTriedLink = "link";
constexpr std::string_view kTriedText = "text";
constexpr std::string_view kTriedFile = "file";
constexpr const char* kOneGroup =
    "run all that write to the storage with one group, in set-group folders, with UMask=0002 "
    "(docs/admin.md has the commands)";

std::string octal(std::uint32_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0%o", mode & 0777U);
  return text.data();
}

// Neither the group nor others may list and enter it.
bool locks_workers_out(std::uint32_t mode) {
  return (mode & 0050U) != 0050U && (mode & 0005U) != 0005U;
}

class SelfCheck {
 public:
  SelfCheck(fs::FileSystem& file_system, const StorageRoot& root, const std::string& path,
            JudgedBy judged_by)
      : file_system_(file_system),
        root_(root),
        path_(path),
        judged_by_(judged_by),
        user_(file_system.process().user),
        probe_(std::string(layout::kProbe) + std::to_string(file_system.random())) {}

  result<std::vector<std::string>> run(const StoreLimits& limits) {
    if (const auto tried = try_checkouts(); !tried) return refuse(layout::kJobs, tried.error());
    if (const auto tried = try_blobs(); !tried) return refuse(layout::kBlobsPath, tried.error());
    if (auto looked = look_at_shards(); !looked) return looked.error();
    look_at_jobs();
    tidy_private_folder();
    look_at_modes();
    look_at_traits(limits);
    return std::move(remarks_);
  }

 private:
  [[nodiscard]] Error refuse(std::string_view where, const boost::system::error_code& error) const {
    if (is_full(error)) return nothing_fits(path_);
    return {errc::not_a_store, "cannot use the storage folder " + text::in_quotes(path_) + ": " +
                                   user_ + " cannot make, rename and erase in " +
                                   std::string(where) + ": " + error.message() + "; " + kOneGroup};
  }

  // Like making and erasing a checkout.
  fs::result<void> try_checkouts() {
    if (auto made = file_system_.make_folder(root_.jobs, probe_); !made) return made;
    const auto done = [&]() -> fs::result<void> {
      const auto folder = file_system_.open_folder(root_.jobs, probe_);
      if (!folder) return folder.error();
      if (const auto stat = file_system_.stat(*folder)) made_mode_ = stat->mode;
      if (auto made = file_system_.make_link(*folder, kTriedLink, kTriedText); !made) return made;
      if (auto gone = file_system_.remove_file(*folder, kTriedLink); !gone) return gone;
      return file_system_.rename(root_.jobs, probe_, root_.private_folder, probe_);
    }();
    if (!done) static_cast<void>(file_system_.remove_folder(root_.jobs, probe_));
    if (!done) return done;
    return file_system_.remove_folder(root_.private_folder, probe_);
  }

  // Like adding and deleting a blob.
  fs::result<void> try_blobs() {
    if (auto made = file_system_.make_folder(root_.blobs, probe_); !made) return made;
    const auto done = [&]() -> fs::result<void> {
      const auto folder = file_system_.open_folder(root_.blobs, probe_);
      if (!folder) return folder.error();
      const auto file = file_system_.create_file(root_.private_folder, probe_);
      if (!file) return file.error();
      auto moved = file_system_.rename(root_.private_folder, probe_, *folder, kTriedFile);
      if (!moved) static_cast<void>(file_system_.remove_file(root_.private_folder, probe_));
      if (!moved) return moved;
      return file_system_.remove_file(*folder, kTriedFile);
    }();
    const auto removed = file_system_.remove_folder(root_.blobs, probe_);
    return done ? removed : done;
  }

  // A shard that belongs to another user makes every 256th upload fail.
  result<void> look_at_shards() {
    const auto entries = file_system_.list(root_.blobs);
    if (!entries) return refuse(layout::kBlobsPath, entries.error());
    std::vector<std::string> locked;
    for (const fs::Entry& entry : *entries) {
      if (entry.type != fs::EntryType::folder) continue;
      if (is_left_over(root_.blobs, entry)) continue;
      const auto may = file_system_.may_write(root_.blobs, entry.name);
      if (may && !may.value()) locked.push_back(entry.name);
    }
    if (locked.empty()) return {};
    return Error{errc::not_a_store, "cannot use the storage folder " + text::in_quotes(path_) +
                                        ": " + user_ + " may not write into " +
                                        std::to_string(locked.size()) + " of the folders in " +
                                        std::string(layout::kBlobsPath) + ", such as " +
                                        text::printable(locked.front()) +
                                        ", which belong to another user; give them to one group (" +
                                        gives_to_group() + "), and " + kOneGroup};
  }

  // The folders only: stored files are read-only for all.
  [[nodiscard]] std::string gives_to_group() const {
    const std::string both = text::in_quotes(path_ + "/" + std::string(layout::kJobs)) + " " +
                             text::in_quotes(path_ + "/" + std::string(layout::kFileStore));
    return "chgrp -R GROUP " + both + "; find " + both + " -type d -exec chmod 2775 {} +";
  }

  void look_at_jobs() {
    const auto entries = file_system_.list(root_.jobs);
    if (!entries) return;
    std::size_t locked = 0;
    std::size_t seen = 0;
    std::string first;
    for (const fs::Entry& entry : *entries) {
      if (entry.type != fs::EntryType::folder || is_left_over(root_.jobs, entry)) continue;
      if (++seen > kEntriesLookedAt) continue;
      const auto may = file_system_.may_write(root_.jobs, entry.name);
      if (!may || may.value()) continue;
      if (locked++ == 0) first = entry.name;
    }
    if (locked == 0) return;
    remarks_.push_back(user_ + " may not write into " +
                       text::count_of(locked, "folder", "folders") +
                       " of the jobs folder, such as " + text::printable(first) +
                       ": checkouts in there cannot be erased by this server; " + kOneGroup);
  }

  // Left by a trial that was killed, or for a checkout that was about to be made.
  bool is_left_over(const fs::Folder& folder, const fs::Entry& entry) {
    const bool is_probe = entry.name.starts_with(layout::kProbe);
    if (!is_probe && !entry.name.starts_with(layout::kNewInJobs)) return false;
    if (entry.type != fs::EntryType::folder || !is_old(folder, entry.name)) return true;
    if (is_probe) remove_tried(folder, entry.name);
    static_cast<void>(file_system_.remove_folder(folder, entry.name));
    return true;
  }

  // The end of a trial.
  void tidy_private_folder() {
    const auto entries = file_system_.list(root_.private_folder);
    for (const fs::Entry& entry : entries ? *entries : std::vector<fs::Entry>()) {
      if (!is_left_over(root_.private_folder, entry)) continue;
      if (entry.type == fs::EntryType::regular && is_old(root_.private_folder, entry.name))
        static_cast<void>(file_system_.remove_file(root_.private_folder, entry.name));
    }
  }

  bool is_old(const fs::Folder& folder, const std::string& name) {
    const auto stat = file_system_.stat(folder, name);
    return stat && file_system_.now() - stat->modified > kLeftOver;
  }

  // The entries that a trial makes in its folder, and no others.
  void remove_tried(const fs::Folder& at, const std::string& name) {
    const auto probe = file_system_.open_folder(at, name);
    if (!probe) return;
    const auto link = file_system_.read_link(*probe, kTriedLink);
    if (link && *link == kTriedText)
      static_cast<void>(file_system_.remove_file(*probe, kTriedLink));
    const auto file = file_system_.stat(*probe, kTriedFile);
    if (file && file->type == fs::EntryType::regular && file->size == 0)
      static_cast<void>(file_system_.remove_file(*probe, kTriedFile));
  }

  // Each server makes its own folder when it starts, and changes it with each checkout. The one
  // that changed last belongs to a running server, or to the last one that ran.
  [[nodiscard]] std::optional<std::uint32_t> mode_of_servers() const {
    const auto staging = file_system_.open_folder(root_.private_folder, layout::kStaging);
    const auto entries =
        staging ? file_system_.list(*staging) : fs::result<std::vector<fs::Entry>>(staging.error());
    std::optional<fs::Stat> last;
    for (const fs::Entry& entry : entries ? *entries : std::vector<fs::Entry>()) {
      const auto stat = file_system_.stat(*staging, entry.name);
      if (stat && stat->type == fs::EntryType::folder && (!last || last->modified < stat->modified))
        last = *stat;
    }
    if (!last) return std::nullopt;
    return last->mode;
  }

  void look_at_made_mode() {
    if (judged_by_ == JudgedBy::running_servers) {
      const auto mode = mode_of_servers();
      if (!mode) {
        remarks_.emplace_back(
            "no server runs on this storage now, so nothing shows with which umask it makes"
            " folders: workers that run as others need 022, or 002 where one group writes"
            " (systemd: UMask=0002)");
        return;
      }
      made_mode_ = *mode;
    }
    if (locks_workers_out(made_mode_)) {
      remarks_.push_back("folders that this server makes get the mode " + octal(made_mode_) +
                         ": only " + user_ +
                         " can read them, so workers that run as others find no files. Start it "
                         "with umask 022, or "
                         "002 where one group writes (systemd: UMask=0002)");
    }
  }

  void look_at_modes() {
    look_at_made_mode();
    for (const auto& [folder, name] :
         {std::pair(&root_.root, std::string_view("the storage folder")),
          std::pair(&root_.blobs, layout::kBlobsPath), std::pair(&root_.jobs, layout::kJobs)}) {
      const auto stat = file_system_.stat(*folder);
      if (!stat || !locks_workers_out(stat->mode)) continue;
      remarks_.push_back(std::string(name) + " has the mode " + octal(stat->mode) +
                         ": workers that run as other users cannot enter it; chmod go+rx it, or "
                         "g+rwx where all are in its group");
    }
  }

  void look_at_traits(const StoreLimits& limits) {
    const StorageTraits& traits = root_.traits;
    if (!traits.read_only_files)
      remarks_.emplace_back(
          "its file system keeps no read-only mode (chmod fails): a worker that saves through a "
          "checkout's link changes the file for everybody; mount it read-only for workers where "
          "that is possible");
    if (!traits.locks)
      remarks_.emplace_back(
          "its file system has no locks (flock fails): run only one server on it");
    const bool has_limits = limits.min_free_space > 0 || limits.min_free_inodes > 0;
    if (!traits.tells_space && has_limits)
      remarks_.emplace_back(
          "its file system does not tell how much is free (statfs fails): min-free-space and "
          "min-free-inodes have no effect");
  }

  fs::FileSystem& file_system_;
  const StorageRoot& root_;
  const std::string& path_;
  const JudgedBy judged_by_;
  const std::string user_;
  const std::string probe_;
  std::uint32_t made_mode_ = 0777;
  std::vector<std::string> remarks_;
};

}  // namespace

result<std::vector<std::string>> check_storage_access(fs::FileSystem& file_system,
                                                      const std::string& path,
                                                      const StoreLimits& limits,
                                                      JudgedBy judged_by) {
  auto checked = [&]() -> result<std::vector<std::string>> {
    const auto root = open_storage_root(file_system, path, Durability::none, IfMissing::refuse,
                                        OnFull::leave_reserve);
    if (!root) return root.error();
    return check_access(file_system, *root, path, limits, judged_by);
  }();
  if (checked || checked.error().code != errc::storage_full) return checked;
  const auto root = open_storage_to_read(file_system, path);
  if (!root || !StorageReserve::is_there(file_system, root->private_folder)) return checked;
  return std::vector<std::string>{
      "it is full, so what the server may do in it could not be tried; a start uses a part of its "
      "reserve, and this check does not"};
}

result<std::vector<std::string>> check_access(fs::FileSystem& file_system, const StorageRoot& root,
                                              const std::string& path, const StoreLimits& limits,
                                              JudgedBy judged_by) {
  return SelfCheck(file_system, root, path, judged_by).run(limits);
}

}  // namespace shaman
