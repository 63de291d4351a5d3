// SPDX-License-Identifier: GPL-3.0-or-later
// What folders here use of the cache, and what pulls that run need.
#include <algorithm>
#include <span>

#include "shaman/os.hpp"

#include "base/folder/folder.hpp"
#include "base/folder/sealed_file.hpp"
#include "pull/cache/blob_cache.hpp"

namespace shaman::pull {
namespace {

constexpr std::string_view kUse = ".use";
constexpr std::string_view kNext = ".next";
constexpr std::uint64_t kWhole = 0;

result<std::string> read_file(const std::string& path, std::size_t most) {
  const auto file = os::InputFile::open(path);
  if (!file) return file.error();
  const auto info = file->info();
  if (!info) return info.error();
  std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(info->size, most)), '\0');
  const auto read = file->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!read) return read.error();
  text.resize(*read);
  return text;
}

result<PullState> read_whole(const std::string& path) {
  const auto text = read_file(path, kLongestState);
  if (!text) return text.error();
  return read_state(*text);
}

// Whether the folder that the record describes is there, and is still that one.
bool is_there(const PullState& record) {
  const auto folder = os::Folder::open(record.folder);
  if (!folder) return false;
  const auto text = folder->read(std::string(kStateName), kLongestHead);
  if (!text) return false;
  const auto head = read_state_head(*text);
  return head && head->id == record.id;
}

}  // namespace

// Shared: it only must not happen while another process looks for what nothing uses.
result<void> BlobCache::announce(const PullState& state) {
  if (auto locked = locks_.lock(kWhole, os::LockFile::Mode::shared); !locked) return locked;
  const os::HeldLock held(locks_, kWhole);
  auto file = os::OutputFile::create(use_path(state.id, kNext));
  if (!file) return file.error();
  const std::string text = state_text(state);
  if (auto written = file->write(std::as_bytes(std::span(text))); !written) return written;
  // After a power cut a folder must not seem to use nothing.
  return file->commit(true);
}

// Shared: who looks meanwhile would find neither record.
result<void> BlobCache::confirm(const std::string& id) {
  if (auto locked = locks_.lock(kWhole, os::LockFile::Mode::shared); !locked) return locked;
  const os::HeldLock held(locks_, kWhole);
  return os::rename_file(use_path(id, kNext), use_path(id, kUse));
}

result<void> BlobCache::release(const std::string& id) {
  for (const std::string_view suffix : {kUse, kNext})
    if (const auto removed = os::remove_file(use_path(id, suffix));
        !removed && removed.error().code != errc::not_found)
      return removed.error();
  return {};
}

std::optional<PullState> BlobCache::unconfirmed(const std::string& id) const {
  auto state = read_whole(use_path(id, kNext));
  if (!state) return std::nullopt;
  return *std::move(state);
}

bool BlobCache::knows(const PullState& state) const {
  const auto text = read_file(use_path(state.id, kUse), kLongestHead);
  if (!text) return false;
  const auto head = read_state_head(*text);
  return head && head->id == state.id && head->etag == state.etag &&
         head->checkout == state.checkout && head->server == state.server;
}

bool BlobCache::is_live(const PullState& head) {
  {
    const std::scoped_lock lock(mutex_);
    if (held_.contains(head.id)) return true;
  }
  return is_held_elsewhere(head.id) || is_there(head);
}

void BlobCache::forget(const std::string& record, const PullState& state) const {
  const auto info = os::info(record);
  for (const PulledFile& file : state.files) {
    const std::string path = path_of(file.id);
    const auto here = os::info(path);
    if (info && here && here->mtime_ns < info->mtime_ns)
      static_cast<void>(os::set_mtime(path, info->mtime_ns));
  }
  static_cast<void>(os::remove_file(record));
}

result<BlobCache::Ids> BlobCache::used() {
  const std::string folder = folder_ + "/folders";
  const auto names = os::list_folder(folder);
  if (!names) return names.error();
  Ids ids;
  for (const os::FolderEntry& entry : *names) {
    const bool is_record = entry.name.ends_with(kUse) || entry.name.ends_with(kNext);
    if (!is_record) continue;
    const std::string path = os::join(folder, entry.name);
    const auto state = read_whole(path);
    // Removed by a pull that has ended meanwhile; its other record has what it uses.
    if (!state && state.error().code == errc::not_found) continue;
    // The next pull of its folder makes another one.
    if (!state && state.error().code == errc::damaged_file)
      static_cast<void>(os::remove_file(path));
    else if (!state)
      return state.error();
    if (!state) continue;
    if (!is_live(*state)) {
      forget(path, *state);
      continue;
    }
    for (const PulledFile& file : state->files)
      ids.insert(file.id);
  }
  return ids;
}

}  // namespace shaman::pull
