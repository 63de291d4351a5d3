// SPDX-License-Identifier: GPL-3.0-or-later
// What can go wrong with a call, and what one mount does not see yet of the others' calls.
#include <cstdio>
#include <utility>

#include "mount.hpp"

namespace shaman::sim {
namespace {

// For as long a network mount believes what it has seen of a folder.
constexpr std::chrono::seconds kLate{3};

// Which call on what kind of thing: of names only what is not a number or a digest.
std::string kind_of(const char* what, std::string_view path) {
  std::string kind = std::string(what) + " ";
  for (const char c : path)
    if (std::string_view("0123456789abcdef-").find(c) == std::string_view::npos) kind += c;
  return kind;
}

}  // namespace

// Faults come where a disk may have them; of making room only where something new is wanted.
Mount::Code Mount::enter(const char* what, std::string_view path, Fails how) {
  Machine& machine = machine_;
  if (machine.is_off) return code(errors::io_error);
  machine.scheduler.yield();
  if (machine.is_off) return code(errors::io_error);
  ++machine.calls;
  machine.disk.pass(std::chrono::milliseconds(machine.chance.number(20)));
  std::erase_if(machine.late_marks, [&](const Machine::Late& late) {
    if (late.at_call > machine.calls) return false;
    machine.disk.at(late.inode).modified = late.modified;
    return true;
  });
  if (machine.traces)
    std::printf(
        "%6llu %10.3f actor %d pid %llu %s %.*s\n", static_cast<unsigned long long>(machine.calls),
        std::chrono::duration<double>(machine.disk.now().time_since_epoch()).count() - 1.8e9,
        machine.scheduler.current(), static_cast<unsigned long long>(habits_.pid), what,
        static_cast<int>(path.size()), path.data());
  if (machine.calls == machine.power_cut_at) {
    machine.is_off = true;
    machine.cut_in = machine.last_calls[machine.scheduler.current()] + ", " + kind_of(what, path);
    return code(errors::io_error);
  }
  machine.last_calls[machine.scheduler.current()] = kind_of(what, path);
  if (machine.fault_every == 0 || machine.scheduler.current() < 0 ||
      !machine.chance.one_in(machine.fault_every))
    return {};
  ++machine.faults;
  if (how == Fails::with_effect && machine.chance.one_in(2)) {
    is_answer_lost_ = true;
    ++machine.lost_answers;
    return {};
  }
  if (machine.traces) std::printf("       … fails\n");
  if (how != Fails::as_any && machine.chance.one_in(2))
    return code(machine.chance.one_in(2) ? errors::no_space_on_device
                                         : static_cast<errors::errc_t>(EDQUOT));
  return code(machine.chance.one_in(8) ? errors::interrupted : errors::io_error);
}

Mount::Code Mount::answered() {
  return std::exchange(is_answer_lost_, false) ? code(errors::io_error) : Code();
}

void Mount::change(std::vector<Disk::Change> step) {
  for (const Disk::Change& change : step) {
    const auto& names = machine_.disk.at(change.folder).names;
    const auto before = names.find(change.name);
    machine_.recent[{change.folder, change.name}] = {
        machine_.disk.now(), habits_.pid, before == names.end() ? Inode{0} : before->second};
  }
  machine_.disk.change(std::move(step));
}

// What has the name, as this mount sees it: another mount's change of a moment ago is not seen, but
// where a call of one's own has met with it.
Inode Mount::seen(Inode folder, const std::string& name) const {
  const auto& names = machine_.disk.at(folder).names;
  const auto found = names.find(name);
  const Inode now = found == names.end() ? Inode{0} : found->second;
  if (!habits_.late_names || met_.contains({folder, name})) return now;
  const auto recent = machine_.recent.find({folder, name});
  const bool is_late = recent != machine_.recent.end() && recent->second.pid != habits_.pid &&
                       machine_.disk.now() - recent->second.when < kLate;
  if (!is_late) return now;
  ++machine_.late_looks;
  return recent->second.before;
}

Mount::Code Mount::meet(const Place& place, errors::errc_t error) {
  met_.insert({place.folder, place.name});
  return code(error);
}

fs::result<Mount::Place> Mount::find(const fs::Folder& at, std::string_view path, Sees sees) {
  Place place{handles_.at(at.id()), {}, 0};
  for (;;) {
    const std::size_t slash = path.find('/');
    place.name = path.substr(0, slash);
    const bool is_last = slash == std::string_view::npos;
    const auto& names = machine_.disk.at(place.folder).names;
    const auto found = names.find(place.name);
    place.inode = found == names.end() ? 0 : found->second;
    if (!is_last || sees == Sees::late) place.inode = seen(place.folder, place.name);
    if (is_last) return place;
    if (place.inode == 0) return code(errors::no_such_file_or_directory);
    const fs::EntryType type = machine_.disk.at(place.inode).type;
    if (type == fs::EntryType::link) return code(errors::too_many_symbolic_link_levels);
    if (type != fs::EntryType::folder) return code(errors::not_a_directory);
    if (is_forbidden(place.inode)) return code(errors::permission_denied);
    place.folder = place.inode;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace shaman::sim
