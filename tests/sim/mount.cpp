// SPDX-License-Identifier: GPL-3.0-or-later
#include "mount.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace shaman::sim {
namespace {

// Handles of all mounts differ, so that a lock tells whose it is.
constexpr std::int64_t kHandlesPerMount = std::int64_t{1} << 32;

fs::result<void> nothing_but(const boost::system::error_code& error) {
  if (error) return error;
  return {};
}

}  // namespace

template <class Kind>
Kind Mount::open(Inode inode) {
  const std::int64_t id =
      static_cast<std::int64_t>(habits_.pid) * kHandlesPerMount + next_handle_++;
  handles_.emplace(id, inode);
  const Disk::Node& opened = machine_.disk.at(inode);
  told_file_losses_[id] = opened.is_told ? opened.losses : opened.losses - 1;
  return Kind(*this, id);
}

Disk::Node& Mount::node(const fs::Handle& handle) {
  return machine_.disk.at(handles_.at(handle.id()));
}

boost::system::error_code Mount::close_handle(std::int64_t id) noexcept {
  const auto handle = handles_.find(id);
  if (handle == handles_.end()) return {};
  if (!machine_.is_off) {
    Disk::Node& closed = machine_.disk.at(handle->second);
    if (closed.locked_by == id) closed.locked_by = 0;
  }
  handles_.erase(handle);
  told_file_losses_.erase(id);
  return {};
}

fs::result<fs::Folder> Mount::open_root(const std::string& path) {
  if (const auto error = enter("open_root", path)) return error;
  // Who opens it now is not told what others were.
  if (handles_.empty()) told_losses_ = machine_.disk.losses();
  return open<fs::Folder>(machine_.disk.root());
}

fs::result<void> Mount::make_root(const std::string&) {
  return code(errors::file_exists);
}

fs::result<fs::Folder> Mount::open_folder(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("open_folder", path)) return error;
  const auto place = find(at, path);
  if (!place) return place.error();
  if (place->inode == 0) return code(errors::no_such_file_or_directory);
  const fs::EntryType type = machine_.disk.at(place->inode).type;
  if (type == fs::EntryType::link) return code(errors::too_many_symbolic_link_levels);
  if (type != fs::EntryType::folder) return code(errors::not_a_directory);
  const bool overlooks = habits_.collects && machine_.mistake == Mistake::overlook_the_unread;
  if (is_forbidden(place->inode) && !overlooks) return code(errors::permission_denied);
  return open<fs::Folder>(place->inode);
}

fs::result<void> Mount::make_folder(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("make_folder", path, Fails::with_effect)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode != 0) return meet(*place, errors::file_exists);
  if (machine_.disk.at(place->folder).links == 0 && place->folder != machine_.disk.root())
    return code(errors::no_such_file_or_directory);
  const Inode made = machine_.disk.add(fs::EntryType::folder, 0755);
  change({{place->folder, place->name, made}});
  return nothing_but(answered());
}

fs::result<std::vector<fs::Entry>> Mount::list(const fs::Folder& folder, std::size_t at_most) {
  if (const auto error = enter("list", "")) return {boost::system::in_place_error, error};
  const Inode inode = handles_.at(folder.id());
  if (is_forbidden(inode) && machine_.mistake == Mistake::overlook_the_unread && habits_.collects)
    return std::vector<fs::Entry>();
  const bool remembers = habits_.collects && machine_.mistake == Mistake::no_second_look;
  if (remembers)
    if (const auto seen = seen_lists_.find(inode); seen != seen_lists_.end()) return seen->second;
  std::vector<fs::Entry> entries;
  for (const auto& [name, child] : machine_.disk.at(inode).names)
    if (const Inode known = seen(inode, name); known != 0 && entries.size() < at_most)
      entries.push_back({name, machine_.disk.at(known).type});
  if (remembers) seen_lists_.emplace(inode, entries);
  return entries;
}

fs::result<fs::File> Mount::create_file(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("create_file", path, Fails::with_effect)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode != 0) return meet(*place, errors::file_exists);
  const Inode made = machine_.disk.add(fs::EntryType::regular, 0644);
  change({{place->folder, place->name, made}});
  if (const auto lost = answered()) return lost;
  return open<fs::File>(made);
}

// What is believed to be there is asked for at the disk itself: opening a file is a call of its
// own.
fs::result<fs::File> Mount::open_any(const fs::Folder& at, std::string_view path) {
  const auto believed = find(at, path);
  if (!believed) return believed.error();
  if (believed->inode == 0) return code(errors::no_such_file_or_directory);
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode == 0) return meet(*place, errors::no_such_file_or_directory);
  const fs::EntryType type = machine_.disk.at(place->inode).type;
  if (type == fs::EntryType::link) return code(errors::too_many_symbolic_link_levels);
  if (type != fs::EntryType::regular) return code(errors::invalid_argument);
  return open<fs::File>(place->inode);
}

fs::result<fs::File> Mount::open_file(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("open_file", path)) return error;
  return open_any(at, path);
}

fs::result<fs::File> Mount::open_file_to_write(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("open_file_to_write", path)) return error;
  return open_any(at, path);
}

fs::result<std::size_t> Mount::write_some(const fs::File& file, std::uint64_t offset,
                                          std::span<const std::byte> data) {
  if (const auto error = enter("write", "", Fails::for_space)) return error;
  std::size_t length = data.size();
  if (length > 1 && machine_.chance.one_in(4)) length = 1 + machine_.chance.number(length);
  length = std::min(length, data.size());
  Disk::Node& written = node(file);
  if (written.data.size() < offset + length) written.data.resize(offset + length);
  std::memcpy(written.data.data() + offset, data.data(), length);
  written.modified = written.changed = now();
  return length;
}

fs::result<std::size_t> Mount::read_some(const fs::File& file, std::uint64_t offset,
                                         std::span<std::byte> into) {
  if (const auto error = enter("read", "")) return error;
  const std::string& data = node(file).data;
  if (offset >= data.size()) return std::size_t{0};
  const std::size_t length = std::min<std::uint64_t>(into.size(), data.size() - offset);
  std::memcpy(into.data(), data.data() + offset, length);
  return length;
}

fs::result<void> Mount::set_mode(const fs::File& file, std::uint32_t mode) {
  if (const auto error = enter("set_mode", "")) return error;
  node(file).mode = mode;
  return {};
}

fs::result<void> Mount::set_mode(const fs::Folder& folder, std::uint32_t mode) {
  if (const auto error = enter("set_mode", "")) return error;
  node(folder).mode = mode;
  return {};
}

fs::result<void> Mount::flush(const fs::File& file) {
  const Inode inode = handles_.at(file.id());
  const auto error = enter("flush_file", "");
  if (machine_.is_off) return nothing_but(error);
  if (error) machine_.disk.fail_to_flush(inode);
  Disk::Node& flushed = machine_.disk.at(inode);
  if (std::exchange(told_file_losses_[file.id()], flushed.losses) != flushed.losses) {
    flushed.is_told = true;
    return code(errors::io_error);
  }
  if (error) return error;
  if (machine_.mistake == Mistake::rename_before_flush)
    to_flush_.insert(inode);
  else
    machine_.disk.flush_file(inode);
  return {};
}

// Of journals alone.
fs::result<void> Mount::flush_content(const fs::File& file) {
  if (machine_.mistake == Mistake::answer_before_flush)
    return nothing_but(enter("flush_file, never", ""));
  return flush(file);
}

fs::result<void> Mount::flush(const fs::Folder& folder) {
  if (const auto error = enter("flush_folder", "")) return error;
  if (machine_.mistake != Mistake::no_folder_flush)
    machine_.disk.flush_folder(handles_.at(folder.id()));
  return {};
}

fs::result<void> Mount::flush_all(const fs::Folder&) {
  if (const auto error = enter("flush_all", "")) {
    if (!machine_.is_off) machine_.disk.fail_to_flush_all(machine_.chance);
    told_losses_ = machine_.disk.losses();
    return error;
  }
  if (machine_.mistake != Mistake::free_too_early) machine_.disk.flush_all();
  if (std::exchange(told_losses_, machine_.disk.losses()) != machine_.disk.losses())
    return code(errors::io_error);
  return {};
}

fs::result<void> Mount::move(const fs::Folder& from, std::string_view old_path,
                             const fs::Folder& to, std::string_view new_path, bool replaces) {
  const auto source = find(from, old_path, Sees::now);
  if (!source) return source.error();
  if (source->inode == 0) return meet(*source, errors::no_such_file_or_directory);
  const auto target = find(to, new_path, Sees::now);
  if (!target) return target.error();
  Disk& disk = machine_.disk;
  if (disk.at(target->folder).links == 0 && target->folder != disk.root())
    return code(errors::no_such_file_or_directory);
  if (target->inode == source->inode) return {};
  if (target->inode != 0) {
    const Disk::Node& there = disk.at(target->inode);
    const bool is_folder = disk.at(source->inode).type == fs::EntryType::folder;
    if (!replaces) return meet(*target, errors::file_exists);
    if (is_folder != (there.type == fs::EntryType::folder))
      return code(is_folder ? errors::not_a_directory : errors::is_a_directory);
    if (is_folder && !there.names.empty()) return code(errors::directory_not_empty);
  }
  change({{source->folder, source->name, std::nullopt},
          {target->folder, target->name, source->inode}});
  if (to_flush_.erase(source->inode) > 0) {
    machine_.scheduler.yield();
    if (const auto error = enter("flush_file, late", "")) return {};
    disk.flush_file(source->inode);
  }
  return nothing_but(answered());
}

fs::result<void> Mount::rename(const fs::Folder& from, std::string_view old_path,
                               const fs::Folder& to, std::string_view new_path) {
  if (habits_.collects && machine_.mistake == Mistake::look_before_move) {
    const auto source = find(from, old_path);
    if (source && source->inode != 0 && !machine_.is_off)
      looked_before_[source->inode] = machine_.disk.at(source->inode).modified;
    // Between a look and a move that follows it there may be any time.
    for (int turn = 0; turn < 20; ++turn)
      machine_.scheduler.yield();
  }
  if (const auto error = enter("rename", new_path, Fails::with_effect)) return error;
  return move(from, old_path, to, new_path, true);
}

fs::result<void> Mount::rename_to_free_name(const fs::Folder& from, std::string_view old_path,
                                            const fs::Folder& to, std::string_view new_path) {
  if (const auto error = enter("rename_to_free_name", new_path, Fails::with_effect)) return error;
  return move(from, old_path, to, new_path, false);
}

fs::result<void> Mount::remove_file(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("remove_file", path, Fails::with_effect)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode == 0) return meet(*place, errors::no_such_file_or_directory);
  if (machine_.disk.at(place->inode).type == fs::EntryType::folder)
    return code(errors::is_a_directory);
  change({{place->folder, place->name, std::nullopt}});
  return nothing_but(answered());
}

fs::result<void> Mount::remove_folder(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("remove_folder", path, Fails::with_effect)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode == 0) return meet(*place, errors::no_such_file_or_directory);
  const Disk::Node& gone = machine_.disk.at(place->inode);
  if (gone.type != fs::EntryType::folder) return code(errors::not_a_directory);
  if (!gone.names.empty()) return code(errors::directory_not_empty);
  change({{place->folder, place->name, std::nullopt, place->inode}});
  return nothing_but(answered());
}

bool Mount::is_forbidden(Inode folder) const {
  return machine_.disk.at(folder).mode == 0;
}

fs::Stat Mount::stat_of(Inode inode) const {
  const Disk::Node& found = machine_.disk.at(inode);
  fs::Stat stat;
  stat.type = found.type;
  stat.mode = found.mode;
  stat.size = found.data.size();
  stat.modified = found.modified;
  stat.changed = found.changed;
  if (habits_.whole_seconds) {
    stat.modified = std::chrono::floor<std::chrono::seconds>(stat.modified);
    stat.changed = std::chrono::floor<std::chrono::seconds>(stat.changed);
  }
  stat.device = 1;
  stat.inode = inode;
  stat.links = found.links;
  return stat;
}

fs::result<fs::Stat> Mount::stat(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("stat", path)) return error;
  const auto place = find(at, path);
  if (!place) return place.error();
  if (place->inode == 0) return code(errors::no_such_file_or_directory);
  fs::Stat stat = stat_of(place->inode);
  if (const auto before = looked_before_.find(place->inode); before != looked_before_.end()) {
    stat.modified = before->second;
    looked_before_.erase(before);
  }
  return stat;
}

fs::result<fs::Stat> Mount::stat(const fs::File& file) {
  if (const auto error = enter("fstat", "")) return error;
  return stat_of(handles_.at(file.id()));
}

fs::result<fs::Stat> Mount::stat(const fs::Folder& folder) {
  if (const auto error = enter("fstat", "")) return error;
  return stat_of(handles_.at(folder.id()));
}

fs::result<void> Mount::touch(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("touch", path)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode == 0) return meet(*place, errors::no_such_file_or_directory);
  if (machine_.mistake == Mistake::mark_after_answer) {
    machine_.late_marks.push_back(
        {place->inode, machine_.calls + 20 + machine_.chance.number(2000), now()});
    return {};
  }
  Disk::Node& touched = machine_.disk.at(place->inode);
  touched.modified = touched.changed = now();
  return {};
}

fs::result<void> Mount::make_link(const fs::Folder& at, std::string_view path,
                                  std::string_view text) {
  if (const auto error = enter("make_link", path, Fails::with_effect)) return error;
  const auto place = find(at, path, Sees::now);
  if (!place) return place.error();
  if (place->inode != 0) return meet(*place, errors::file_exists);
  const Inode made = machine_.disk.add(fs::EntryType::link, 0777);
  Disk::Node& link = machine_.disk.at(made);
  link.data = link.durable_data = text;
  change({{place->folder, place->name, made}});
  return nothing_but(answered());
}

fs::result<std::string> Mount::read_link(const fs::Folder& at, std::string_view path) {
  if (const auto error = enter("read_link", path)) return {boost::system::in_place_error, error};
  const auto place = find(at, path);
  if (!place) return {boost::system::in_place_error, place.error()};
  if (place->inode == 0)
    return {boost::system::in_place_error, code(errors::no_such_file_or_directory)};
  const Disk::Node& link = machine_.disk.at(place->inode);
  if (link.type != fs::EntryType::link)
    return {boost::system::in_place_error, code(errors::invalid_argument)};
  return link.data;
}

// Nobody gets a turn meanwhile: the code may hold a lock, on which a second actor would wait for
// ever, as all actors share one thread.
fs::result<fs::Space> Mount::space(const fs::Folder&) {
  if (machine_.is_off) return code(errors::io_error);
  return fs::Space{std::uint64_t{1} << 40, std::numeric_limits<std::uint64_t>::max()};
}

fs::result<bool> Mount::try_lock(const fs::File& file) {
  if (const auto error = enter("try_lock", "")) return {boost::system::in_place_error, error};
  Disk::Node& locked = node(file);
  if (locked.locked_by != 0 && locked.locked_by != file.id()) return false;
  locked.locked_by = file.id();
  return true;
}

fs::Time Mount::now() {
  const fs::Time now = machine_.disk.now();
  return habits_.whole_seconds ? std::chrono::floor<std::chrono::seconds>(now) : now;
}

std::chrono::steady_clock::time_point Mount::steady_now() {
  return std::chrono::steady_clock::time_point(machine_.disk.now().time_since_epoch());
}

}  // namespace shaman::sim
