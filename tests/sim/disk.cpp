// SPDX-License-Identifier: GPL-3.0-or-later
#include "disk.hpp"

#include <algorithm>

namespace shaman::sim {
namespace {

constexpr std::size_t kPage = 4096;

enum class Fate : std::uint8_t { as_before, a_part, zeros, as_written };

// Of one page.
std::string page_after_power_cut(std::string_view now, std::string_view durable, Fate fate,
                                 Chance& chance) {
  switch (fate) {
    case Fate::as_before:
      return std::string(durable);
    case Fate::a_part: {
      const std::size_t part = chance.number(now.size() + 1);
      std::string page(now.substr(0, part));
      if (durable.size() > part) page += durable.substr(part);
      return page;
    }
    case Fate::zeros:
      return std::string(now.size(), '\0');
    default:
      return std::string(now);
  }
}

// A page that was not written since the last flush stays as it is. The others have mostly the same
// fate.
std::string content_after_power_cut(const std::string& now, const std::string& durable,
                                    Chance& chance) {
  if (now == durable) return now;
  const auto any = [&] { return static_cast<Fate>(chance.number(4)); };
  const bool is_mixed = now.size() > kPage && chance.one_in(2);
  const Fate common = any();
  std::string left;
  for (std::size_t at = 0; at < std::max(now.size(), durable.size()); at += kPage) {
    const auto part_of = [&](const std::string& whole) {
      return std::string_view(whole).substr(std::min(at, whole.size()), kPage);
    };
    std::string page(part_of(now));
    if (page != part_of(durable))
      page = page_after_power_cut(page, part_of(durable), is_mixed ? any() : common, chance);
    if (page.empty()) continue;
    left.resize(at, '\0');
    left += page;
  }
  return left;
}

}  // namespace

Disk::Disk() : now_(std::chrono::system_clock::from_time_t(1'800'000'000)) {
  static_cast<void>(add(fs::EntryType::folder, 0755));
}

Inode Disk::add(fs::EntryType type, std::uint32_t mode) {
  auto node = std::make_unique<Node>();
  node->type = type;
  node->mode = mode;
  node->modified = node->changed = node->durable_modified = now_;
  nodes_.emplace(next_, std::move(node));
  return next_++;
}

void Disk::apply_now(const Change& change) {
  Node& folder = at(change.folder);
  const auto before = folder.names.find(change.name);
  if (before != folder.names.end()) {
    --at(before->second).links;
    folder.names.erase(before);
  }
  if (change.inode) {
    folder.names.emplace(change.name, *change.inode);
    Node& node = at(*change.inode);
    ++node.links;
    node.changed = now_;
  }
  folder.modified = folder.changed = now_;
}

void Disk::change(std::vector<Change> step) {
  for (const Change& change : step)
    apply_now(change);
  pending_.push_back(std::move(step));
  pending_since_.push_back(now_);
}

std::set<std::size_t> Disk::with_what_came_before(std::set<std::size_t> steps) const {
  std::set<Place> places;
  std::set<Inode> emptied;
  for (std::size_t i = pending_.size(); i-- > 0;) {
    const auto touches = [&](const Change& change) {
      return places.contains({change.folder, change.name}) || emptied.contains(change.folder);
    };
    if (!steps.contains(i) && std::ranges::none_of(pending_[i], touches)) continue;
    steps.insert(i);
    for (const Change& change : pending_[i]) {
      places.insert({change.folder, change.name});
      if (change.removed_folder != 0) emptied.insert(change.removed_folder);
    }
  }
  return steps;
}

void Disk::make_durable(std::set<std::size_t> steps) {
  steps = with_what_came_before(std::move(steps));
  std::vector<std::vector<Change>> rest;
  std::vector<fs::Time> rest_since;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (!steps.contains(i)) {
      rest.push_back(std::move(pending_[i]));
      rest_since.push_back(pending_since_[i]);
      continue;
    }
    for (const Change& change : pending_[i]) {
      auto& names = at(change.folder).durable_names;
      names.erase(change.name);
      if (change.inode) names.emplace(change.name, *change.inode);
    }
  }
  pending_ = std::move(rest);
  pending_since_ = std::move(rest_since);
}

void Disk::flush_file(Inode file) {
  Node& node = at(file);
  if (!node.is_lost) node.durable_data = node.data;
  node.durable_modified = node.modified;
}

void Disk::fail_to_flush(Inode file) {
  Node& node = at(file);
  if (node.data == node.durable_data) return;
  node.is_lost = true;
  node.is_told = false;
  ++node.losses;
  ++losses_;
}

void Disk::fail_to_flush_all(Chance& chance) {
  for (const auto& [inode, node] : nodes_)
    if (node->type == fs::EntryType::regular && chance.one_in(2)) fail_to_flush(inode);
}

void Disk::flush_folder(Inode folder) {
  std::set<std::size_t> steps;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    for (const Change& change : pending_[i])
      if (change.folder == folder) steps.insert(i);
  make_durable(std::move(steps));
}

void Disk::flush_all() {
  std::set<std::size_t> steps;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    steps.insert(i);
  make_durable(std::move(steps));
  for (const auto& [inode, node] : nodes_)
    flush_file(inode);
}

void Disk::pass(std::chrono::milliseconds time) {
  now_ += time;
  if (now_ - written_back_ > std::chrono::seconds(1)) write_back();
}

void Disk::write_back() {
  // It comes once a second, and nothing may get older than a minute.
  constexpr std::chrono::seconds kLongest{59};
  written_back_ = now_;
  std::set<std::size_t> steps;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    if (now_ - pending_since_[i] >= kLongest) steps.insert(i);
  if (!steps.empty()) make_durable(std::move(steps));
  for (const auto& [inode, node] : nodes_)
    if (now_ - node->changed >= kLongest) flush_file(inode);
}

std::unique_ptr<Disk> Disk::after_power_cut(Chance& chance) const {
  // Mostly all or none of what is pending, else any part of it.
  const std::uint64_t share = chance.number(5);
  std::set<std::size_t> steps;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    if (share == 0 || (share > 1 && chance.one_in(2))) steps.insert(i);
  Disk written;
  written.nodes_.clear();
  written.now_ = now_;
  written.next_ = next_;
  for (const auto& [inode, node] : nodes_)
    written.nodes_.emplace(inode, std::make_unique<Node>(*node));
  written.pending_ = pending_;
  written.pending_since_ = pending_since_;
  written.make_durable(std::move(steps));
  auto left = std::make_unique<Disk>();
  left->nodes_.clear();
  left->now_ = now_;
  left->next_ = next_;
  left->copy_tree(written, written.root(), chance);
  return left;
}

void Disk::copy_tree(const Disk& from, Inode inode, Chance& chance) {
  if (const auto there = nodes_.find(inode); there != nodes_.end()) return;
  const Node& before = *from.nodes_.at(inode);
  auto node = std::make_unique<Node>(before);
  node->locked_by = 0;
  node->is_lost = false;
  node->names = node->durable_names = before.durable_names;
  if (chance.one_in(2)) node->modified = before.durable_modified;
  if (node->type == fs::EntryType::regular)
    node->data = content_after_power_cut(node->data, before.durable_data, chance);
  node->durable_data = node->data;
  node->durable_modified = node->modified;
  node->links = 0;
  Node& kept = *nodes_.emplace(inode, std::move(node)).first->second;
  for (const auto& [name, child] : kept.names) {
    copy_tree(from, child, chance);
    ++at(child).links;
  }
}

}  // namespace shaman::sim
