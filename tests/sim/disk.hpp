// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shaman/fs.hpp"

#include "scheduler.hpp"

namespace shaman::sim {

using Inode = std::uint64_t;

/// A disk with one file system, as its users see it now and as it is on the platters.
///
/// What was not flushed may be lost by a power cut, in any combination: of each page of a file's
/// content the whole, a part, or zeros in its place; of the names each for itself, but for these
/// rules that every journaling file system keeps: a rename is there or not, never half of it; a
/// change of a name comes after the earlier changes of the same name, the end of a folder after
/// what emptied it. A flush of a folder makes durable the names in it, of a file its content.
/// (POSIX promises no more; most file systems keep more.)
class Disk {
 public:
  struct Node {
    fs::EntryType type = fs::EntryType::regular;
    std::uint32_t mode = 0;
    fs::Time modified;
    fs::Time changed;
    std::string data;  ///< a file's content, a link's text
    std::map<std::string, Inode, std::less<>> names;
    std::uint64_t links = 0;

    std::string durable_data;
    fs::Time durable_modified;
    std::map<std::string, Inode, std::less<>> durable_names;
    std::int64_t locked_by = 0;  ///< a handle
    /// A write has failed: the system has dropped what was to be written, and later flushes succeed
    /// without it. It tells each who had the file open by then, and somebody in any case.
    bool is_lost = false;
    std::uint64_t losses = 0;
    bool is_told = true;
  };
  /// `inode` none: the name goes.
  struct Change {
    Inode folder;
    std::string name;
    std::optional<Inode> inode;
    Inode removed_folder = 0;  ///< that was empty by then
  };

  Disk();
  [[nodiscard]] Node& at(Inode inode) { return *nodes_.at(inode); }
  [[nodiscard]] Inode root() const noexcept { return 1; }
  [[nodiscard]] Inode add(fs::EntryType type, std::uint32_t mode);

  /// One step that is there or not, of one name or of two.
  void change(std::vector<Change> step);
  void flush_file(Inode file);
  void fail_to_flush(Inode file);
  /// How many files have lost something: as the system does, a flush of everything fails for each
  /// who has not been told yet.
  [[nodiscard]] std::uint64_t losses() const noexcept { return losses_; }
  /// Some files lose what was to be written.
  void fail_to_flush_all(Chance& chance);
  void flush_folder(Inode folder);
  void flush_all();

  /// What a power cut may leave at this moment; the disk itself is not changed.
  [[nodiscard]] std::unique_ptr<Disk> after_power_cut(Chance& chance) const;

  [[nodiscard]] fs::Time now() const noexcept { return now_; }
  /// What is older than a minute is written without being asked for, as every system does.
  void pass(std::chrono::milliseconds time);

 private:
  using Place = std::pair<Inode, std::string>;
  void apply_now(const Change& change);
  void make_durable(std::set<std::size_t> steps);
  [[nodiscard]] std::set<std::size_t> with_what_came_before(std::set<std::size_t> steps) const;
  void copy_tree(const Disk& from, Inode inode, Chance& chance);

  void write_back();

  std::uint64_t losses_ = 0;
  std::map<Inode, std::unique_ptr<Node>> nodes_;
  std::vector<std::vector<Change>> pending_;
  std::vector<fs::Time> pending_since_;  ///< of each step
  fs::Time written_back_;
  Inode next_ = 1;
  fs::Time now_;
};

}  // namespace shaman::sim
