// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/root/instance.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <set>
#include <span>
#include <utility>

#include "shaman/text.hpp"

#include "fs/trees.hpp"
#include "store/disk_error.hpp"
#include "store/journal/replay.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

constexpr std::chrono::seconds kLongestLease = std::chrono::hours(24 * 366);

// Host and boot id are parts of a file's name.
std::string as_file_name(std::string_view text) {
  std::string name;
  for (const char c : text.substr(0, 64)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.';
    name += plain ? c : '-';
  }
  return name.empty() || name.front() == '.' ? "x" + name : name;
}

std::string random_digits(fs::FileSystem& file_system) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx",
                static_cast<unsigned long long>(file_system.random()));
  return digits.data();
}

}  // namespace

result<Instance> Instance::start(fs::FileSystem& file_system, const fs::Folder& private_folder) {
  Instance instance(file_system);
  if (const auto taken = instance.take_name(private_folder); !taken) return taken.error();
  return instance;
}

result<void> Instance::take_name(const fs::Folder& private_folder) {
  const std::array folders = {std::pair(&all_uploading_, layout::kUploading),
                              std::pair(&all_staging_, layout::kStaging),
                              std::pair(&locks_, layout::kLocks)};
  for (const auto& [folder, name] : folders) {
    auto opened = fs::open_or_make_folder(*file_system_, private_folder, name);
    if (!opened) return disk_error(opened.error(), "use .shaman/" + std::string(name));
    *folder = std::move(*opened);
  }
  const fs::ProcessIdentity process = file_system_->process();
  host_ = as_file_name(process.host);
  start_ = host_ + "_" + as_file_name(process.boot) + "_";
  const std::string prefix = start_ + std::to_string(process.pid) + "_";

  // Locked before this server makes any other file: a name without a lock is a dead server's.
  // Another server may clean up between the two calls and take the new file for a dead one's.
  for (int attempt = 0; !lock_; ++attempt) {
    name_ = prefix + random_digits(*file_system_);
    auto lock = file_system_->create_file(locks_, name_);
    if (!lock) return disk_error(lock.error(), "create .shaman/locks/" + name_);
    // A storage without locks relies on the heartbeat.
    const auto locked = file_system_->try_lock(*lock);
    const bool taken_by_other = locked && !locked.value();
    const auto by_name = file_system_->stat(locks_, name_);
    const auto by_handle = file_system_->stat(*lock);
    if (!taken_by_other && by_name && by_handle && by_name->inode == by_handle->inode) {
      lock_ = std::move(*lock);
    } else if (attempt == 10) {
      return Error{errc::not_a_store,
                   "cannot keep a lock file in .shaman/locks: something removes it"};
    }
  }
  auto uploading = fs::open_or_make_folder(*file_system_, all_uploading_, name_);
  if (!uploading) return disk_error(uploading.error(), "create .shaman/uploading/" + name_);
  uploading_ = std::move(*uploading);
  auto staging = fs::open_or_make_folder(*file_system_, all_staging_, name_);
  if (!staging) return disk_error(staging.error(), "create .shaman/staging/" + name_);
  staging_ = std::move(*staging);
  return {};
}

Instance::~Instance() {
  if (!lock_) return;
  // Not empty after a failure; the next start cleans up.
  static_cast<void>(file_system_->remove_folder(all_uploading_, name_));
  static_cast<void>(file_system_->remove_folder(all_staging_, name_));
  static_cast<void>(file_system_->remove_file(locks_, name_));
}

fs::result<void> Instance::announce(std::chrono::seconds mark_lease) {
  const std::string text = std::to_string(mark_lease.count()) + "\n";
  return fs::write_all(*file_system_, lock_, 0, std::as_bytes(std::span(text)));
}

fs::result<std::chrono::seconds> Instance::longest_lease(fs::FileSystem& file_system,
                                                         const fs::Folder& private_folder,
                                                         std::chrono::seconds otherwise) {
  std::chrono::seconds longest{0};
  const auto locks = file_system.open_folder(private_folder, layout::kLocks);
  if (!locks && locks.error() == errors::no_such_file_or_directory) return longest;
  if (!locks) return locks.error();
  const auto entries = file_system.list(*locks);
  if (!entries) return entries.error();
  for (const fs::Entry& entry : *entries) {
    if (entry.type != fs::EntryType::regular) continue;
    std::int64_t seconds = otherwise.count();
    if (const auto file = file_system.open_file(*locks, entry.name)) {
      const auto text = fs::read_all(file_system, *file, 64);
      if (text) std::from_chars(text->data(), text->data() + text->size(), seconds);
    } else if (file.error() == errors::no_such_file_or_directory) {
      continue;
    }
    // No server promises more; a file from another source must not keep the trash for ever.
    longest = std::max(longest, std::min(std::chrono::seconds(seconds), kLongestLease));
  }
  return longest;
}

fs::result<void> Instance::follow(Instance other) {
  for (const auto& [ours, found] :
       {std::pair(&all_uploading_, &other.all_uploading_),
        std::pair(&all_staging_, &other.all_staging_), std::pair(&locks_, &other.locks_),
        std::pair(&uploading_, &other.uploading_), std::pair(&staging_, &other.staging_)}) {
    if (auto led = file_system_->lead_to(*ours, *found); !led) return led;
  }
  // The lock is held for as long as one of its handles is open.
  if (auto led = file_system_->lead_to(lock_, other.lock_); !led) return led;
  name_ = std::move(other.name_);
  other.lock_.reset();
  return {};
}

fs::result<void> Instance::beat() {
  return file_system_->touch(locks_, name_);
}

// Where locks work, the lock decides. A lock of another machine may not be visible here (some
// network mounts keep locks local), so the last beat must be long ago as well.
bool Instance::is_dead(const std::string& name) {
  const auto lock = file_system_->open_file(locks_, name);
  if (!lock) return lock.error() == errors::no_such_file_or_directory;
  const auto locked = file_system_->try_lock(*lock);
  const bool lock_is_free = locked && locked.value();
  if (locked && !lock_is_free) return false;
  if (lock_is_free && name.starts_with(host_ + "_")) return true;
  const auto beat = file_system_->stat(locks_, name);
  const auto own_beat = file_system_->stat(locks_, name_);
  // Both times are the file system's: clocks of different machines are not compared.
  return beat && own_beat && own_beat->modified - beat->modified > kDeadAfter;
}

void Instance::remove(const std::string& name, Dismantling& dismantling, JournalReplay& replay,
                      const StoreLog& log) {
  using Places = JournalReplay::Places;
  const bool is_of_this_start = name.starts_with(start_);
  auto removed =
      replay.run_all(name, is_of_this_start ? Places::written_again : Places::believed, log);
  if (removed) removed = remove_staged(name, dismantling, log);
  if (removed) {
    if (const auto uploads = fs::remove_tree(*file_system_, all_uploading_, name); !uploads)
      removed = disk_error(uploads.error(), "remove .shaman/uploading/" + text::escape(name));
  }
  if (!removed) {
    if (log)
      log(LogLevel::warning, "cannot remove the remains of a stopped server: " +
                                 text::printable(removed.error().message()));
    return;  // the lock file stays, so that the next pass tries again
  }
  static_cast<void>(file_system_->remove_file(locks_, name));
  if (log) log(LogLevel::info, "removed the remains of a stopped server: " + text::escape(name));
}

// Checkouts that were being made or erased, into which other programs may have put files.
result<void> Instance::remove_staged(const std::string& name, Dismantling& dismantling,
                                     const StoreLog& log) {
  const std::string what = "look into .shaman/staging/" + text::escape(name);
  const auto folder = file_system_->open_folder(all_staging_, name);
  if (!folder && folder.error() == errors::no_such_file_or_directory) return {};
  if (!folder) return disk_error(folder.error(), what);
  const auto entries = file_system_->list(*folder);
  if (!entries) return disk_error(entries.error(), what);
  for (const fs::Entry& entry : *entries) {
    if (entry.type != fs::EntryType::folder) continue;
    const auto kept = dismantling.run(*folder, entry.name);
    if (!kept) return kept.error();
    if (kept->failure) return *kept->failure;
    if (kept->count > 0 && log)
      log(LogLevel::warning, "a server was stopped while it erased a checkout; " + kept->text());
  }
  const auto removed = fs::remove_tree(*file_system_, all_staging_, name);
  if (!removed) return disk_error(removed.error(), "remove .shaman/staging/" + text::escape(name));
  return {};
}

std::set<std::string> Instance::list_names(JournalReplay& replay, const StoreLog& log) {
  std::set<std::string> names;
  const auto add = [&](const fs::Folder& folder, fs::EntryType ours) {
    const auto entries = file_system_->list(folder);
    if (!entries && log)
      log(LogLevel::warning, disk_error(entries.error(), "list .shaman's folders").message());
    if (!entries) return;
    for (const fs::Entry& entry : *entries)
      if (entry.type == ours) names.insert(entry.name);
  };
  add(all_uploading_, fs::EntryType::folder);
  add(all_staging_, fs::EntryType::folder);
  add(locks_, fs::EntryType::regular);
  if (const auto journals = replay.open_journals()) add(*journals, fs::EntryType::folder);
  return names;
}

void Instance::reap_dead_servers(Dismantling& dismantling, JournalReplay& replay,
                                 const StoreLog& log) {
  std::set<std::string> names = list_names(replay, log);
  names.erase(name_);
  for (const std::string& name : names)
    if (is_dead(name)) remove(name, dismantling, replay, log);
}

}  // namespace shaman
