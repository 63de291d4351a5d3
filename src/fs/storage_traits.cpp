// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/storage_traits.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "shaman/os.hpp"

#include "fs/error_kinds.hpp"

namespace shaman {
namespace {

using std::chrono::nanoseconds;

bool tells_links(fs::FileSystem& file_system, const fs::Folder& folder, const std::string& name) {
  static constexpr std::string_view kText = "../shaman/probe";
  if (!file_system.make_link(folder, name, kText)) return false;
  const auto text = file_system.read_link(folder, name);
  return file_system.remove_file(folder, name) && text && *text == kText;
}

// Errors of a storage that cannot do something. Any other failure may be temporary: to take it for
// a trait would mean never flushing again.
fs::result<bool> is_able(const fs::result<void>& done) {
  if (done) return fs::result<bool>(true);
  if (fs::is_unsupported(done.error())) return fs::result<bool>(false);
  return {boost::system::in_place_error, done.error()};
}

// The same, and also "not permitted", which SMB and FUSE mounts return for modes and times that
// they do not keep.
fs::result<bool> is_able_and_permitted(const fs::result<void>& done) {
  if (!done && fs::is_refusal(done.error())) return fs::result<bool>(false);
  return is_able(done);
}

// A file that is read-only like a blob must still allow every operation on blobs: some storages
// take its mode for a lock.
fs::result<bool> has_read_only_files(fs::FileSystem& file_system, const fs::Folder& folder,
                                     const std::string& name) {
  constexpr std::uint32_t kReadOnly = 0444;
  constexpr std::uint32_t kWritable = 0644;
  const std::string renamed = name + "-renamed";
  const auto file = file_system.create_file(folder, name);
  if (!file) return {boost::system::in_place_error, file.error()};
  auto able = is_able_and_permitted(file_system.set_mode(*file, kReadOnly));
  std::string now = name;
  if (able && *able) able = is_able_and_permitted(file_system.touch(folder, now));
  if (able && *able) {
    able = is_able_and_permitted(file_system.rename(folder, now, folder, renamed));
    if (able && *able) now = renamed;
  }
  if (able && *able) {
    able = is_able_and_permitted(file_system.remove_file(folder, now));
    if (able && *able) return able;
  }
  static_cast<void>(file_system.set_mode(*file, kWritable));
  if (const auto removed = file_system.remove_file(folder, now); !removed)
    return {boost::system::in_place_error, removed.error()};
  return able;
}

nanoseconds granularity_of(fs::Time time) {
  static constexpr std::array kSteps = {
      nanoseconds(std::chrono::seconds(2)), nanoseconds(std::chrono::seconds(1)),
      nanoseconds(std::chrono::milliseconds(1)), nanoseconds(std::chrono::microseconds(1))};
  const auto since = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch());
  for (const nanoseconds step : kSteps)
    if (since % step == nanoseconds(0)) return step;
  return nanoseconds(1);
}

// One time may be round by chance; of several, the finest counts.
fs::result<nanoseconds> time_granularity(fs::FileSystem& file_system, const fs::Folder& folder,
                                         const std::string& name) {
  nanoseconds finest = std::chrono::seconds(2);
  for (int i = 0; i < 3; ++i) {
    if (const auto touched = file_system.touch(folder, name); !touched) return touched.error();
    const auto stat = file_system.stat(folder, name);
    if (!stat) return stat.error();
    finest = std::min(finest, granularity_of(stat->modified));
  }
  return finest;
}

// With new names, because a network client may cache earlier answers.
bool answers_at_once(fs::FileSystem& file_system, const fs::Folder& folder,
                     const std::string& name) {
  constexpr int kLooks = 8;
  const auto before = os::use_of_this_thread();
  for (int i = 0; i < kLooks; ++i)
    static_cast<void>(file_system.stat(folder, name + "-" + std::to_string(i)));
  const auto use = os::use_of_this_thread() - before;
  return use.waits == 0;
}

fs::result<void> probe_file(fs::FileSystem& file_system, const fs::Folder& folder,
                            const std::string& name, StorageTraits& traits) {
  const auto file = file_system.create_file(folder, name);
  if (!file) return file.error();
  const std::array content = {std::byte{1}};
  if (const auto written = fs::write_all(file_system, *file, 0, content); !written) return written;
  const auto flushes = is_able(file_system.flush(*file));
  if (!flushes) return flushes.error();
  traits.flush_files = *flushes;
  const auto locked = file_system.try_lock(*file);
  traits.locks = locked.has_value() && locked.value();
  const auto times = is_able_and_permitted(file_system.touch(folder, name));
  if (!times) return times.error();
  traits.sets_times = *times;
  if (!traits.sets_times) return {};
  const auto granularity = time_granularity(file_system, folder, name);
  if (!granularity) return granularity.error();
  traits.time_granularity = *granularity;
  return {};
}

}  // namespace

fs::result<StorageTraits> probe_storage(fs::FileSystem& file_system, const fs::Folder& folder) {
  const std::string name = "probe-" + std::to_string(file_system.random());
  const std::string renamed = name + "-2";
  StorageTraits traits;
  if (const auto probed = probe_file(file_system, folder, name, traits); !probed) {
    static_cast<void>(file_system.remove_file(folder, name));
    return probed.error();
  }
  const auto moved = file_system.rename_to_free_name(folder, name, folder, renamed);
  traits.rename_to_free_name = moved.has_value();
  if (!moved) {
    if (const auto plain = file_system.rename(folder, name, folder, renamed); !plain)
      return plain.error();
  }
  if (const auto removed = file_system.remove_file(folder, renamed); !removed)
    return removed.error();
  if (traits.sets_times) {
    const auto read_only = has_read_only_files(file_system, folder, name);
    if (!read_only) return read_only.error();
    traits.read_only_files = *read_only;
  }
  const auto space = file_system.space(folder);
  traits.tells_space = space || !fs::is_unsupported(space.error());
  traits.symbolic_links = tells_links(file_system, folder, name);
  traits.answers_at_once = answers_at_once(file_system, folder, name);
  const auto flushes = is_able(file_system.flush(folder));
  if (!flushes) return flushes.error();
  traits.flush_folders = *flushes;
  return traits;
}

}  // namespace shaman
