// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/storage_traits.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "shaman/os.hpp"

namespace shaman {
namespace {

using std::chrono::nanoseconds;

bool tells_links(fs::FileSystem& file_system, const fs::Folder& folder, const std::string& name) {
  static constexpr std::string_view kText = "../shaman/probe";
  if (!file_system.make_link(folder, name, kText)) return false;
  const auto text = file_system.read_link(folder, name);
  return file_system.remove_file(folder, name) && text && *text == kText;
}

// A storage that cannot do something says so in these words. Any other failure is the moment's: to
// take it for a trait would mean never to flush again.
fs::result<bool> is_able(const fs::result<void>& done) {
  namespace errors = boost::system::errc;
  if (done) return fs::result<bool>(true);
  const auto& error = done.error();
  if (error == errors::invalid_argument || error == errors::not_supported ||
      error == errors::operation_not_supported || error == errors::function_not_supported ||
      error == errors::bad_file_descriptor)
    return fs::result<bool>(false);
  return {boost::system::in_place_error, error};
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

// One time may be round by chance; of several the finest counts.
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

// Of names that nobody can know yet, as a network's client does remember what it was told.
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
  traits.symbolic_links = tells_links(file_system, folder, name);
  traits.answers_at_once = answers_at_once(file_system, folder, name);
  const auto flushes = is_able(file_system.flush(folder));
  if (!flushes) return flushes.error();
  traits.flush_folders = *flushes;
  return traits;
}

}  // namespace shaman
