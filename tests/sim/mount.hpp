// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/fs.hpp"

#include "disk.hpp"
#include "scheduler.hpp"

namespace shaman::sim {

namespace errors = boost::system::errc;

/// Known mistakes, made by the file system in the code's place: each must be found.
enum class Mistake : std::uint8_t {
  none,
  rename_before_flush,  ///< a file's content reaches the disk after its name
  no_folder_flush,      ///< names are left to chance
  look_before_move,     ///< collection looks at a blob's mark before it moves it
  no_second_look,       ///< collection sees links only as they were at its first walk
  mark_after_answer,    ///< a mark is set some time after it was said to be
  overlook_the_unread,  ///< collection takes a folder that it may not read for an empty one
  answer_before_flush,  ///< what is in a journal is acknowledged before it is on the disk
  free_too_early,       ///< a journal is written over before its blobs are on the disk without it
};

/// All mounts of one disk: what they share.
struct Machine {
  Machine(Disk& disk_, Chance& chance_, Scheduler& scheduler_)
      : disk(disk_), chance(chance_), scheduler(scheduler_) {}

  Disk& disk;
  Chance& chance;
  Scheduler& scheduler;
  Mistake mistake = Mistake::none;
  std::uint64_t calls = 0;
  std::uint64_t power_cut_at = 0;  ///< the call at which all ends; 0: none
  bool is_off = false;
  std::uint64_t fault_every = 0;  ///< one call in so many fails; 0: none
  std::uint64_t faults = 0;
  std::uint64_t lost_answers = 0;
  std::uint64_t late_looks = 0;
  bool traces = false;
  /// The call in which the power went, and the one that its actor had made before.
  std::string cut_in;
  std::map<int, std::string> last_calls;  ///< of each actor
  /// Who changed a name last, when, and what had it before.
  struct Recent {
    fs::Time when;
    std::uint64_t pid;
    Inode before;
  };
  std::map<std::pair<Inode, std::string>, Recent> recent;
  struct Late {
    Inode inode;
    std::uint64_t at_call;
    fs::Time modified;
  };
  std::vector<Late> late_marks;  ///< of Mistake::mark_after_answer
};

/// One process' view of the disk. Before every call others may have their turn, any call may fail,
/// and the power may go.
class Mount final : public fs::FileSystem {
 public:
  struct Habits {
    std::uint64_t pid = 1;
    bool whole_seconds = false;  ///< times are cut to seconds, as on some network mounts
    bool late_names = false;     ///< others' names are seen, and seen to be gone, a moment later
    std::string boot = "boot";
    bool collects = false;  ///< Mistake::no_second_look and look_before_move are its
  };
  Mount(Machine& machine, Habits habits) : machine_(machine), habits_(habits) {}

  [[nodiscard]] bool sees_late() const noexcept { return habits_.late_names; }
  /// What it believes of links' folders begins anew (Mistake::no_second_look).
  void begin_collection() { seen_lists_.clear(); }

  fs::result<fs::Folder> open_root(const std::string& path) override;
  fs::result<void> make_root(const std::string& path) override;
  fs::result<fs::Folder> open_folder(const fs::Folder& at, std::string_view path) override;
  fs::result<void> make_folder(const fs::Folder& at, std::string_view path) override;
  fs::result<std::vector<fs::Entry>> list(const fs::Folder& folder,
                                          std::size_t at_most = fs::kAllEntries) override;
  fs::result<fs::File> create_file(const fs::Folder& at, std::string_view path) override;
  fs::result<fs::File> open_file(const fs::Folder& at, std::string_view path) override;
  fs::result<fs::File> open_file_to_write(const fs::Folder& at, std::string_view path) override;
  fs::result<std::size_t> write_some(const fs::File& file, std::uint64_t offset,
                                     std::span<const std::byte> data) override;
  fs::result<std::size_t> read_some(const fs::File& file, std::uint64_t offset,
                                    std::span<std::byte> into) override;
  void start_write_back(const fs::File&, std::uint64_t, std::uint64_t) override {}
  fs::result<void> set_mode(const fs::File& file, std::uint32_t mode) override;
  fs::result<void> set_mode(const fs::Folder& folder, std::uint32_t mode) override;
  fs::result<void> flush(const fs::File& file) override;
  fs::result<void> flush_content(const fs::File& file) override;
  fs::result<void> flush(const fs::Folder& folder) override;
  fs::result<void> flush_all(const fs::Folder& at) override;
  fs::result<void> rename(const fs::Folder& from, std::string_view old_path, const fs::Folder& to,
                          std::string_view new_path) override;
  fs::result<void> rename_to_free_name(const fs::Folder& from, std::string_view old_path,
                                       const fs::Folder& to, std::string_view new_path) override;
  fs::result<void> remove_file(const fs::Folder& at, std::string_view path) override;
  fs::result<void> remove_folder(const fs::Folder& at, std::string_view path) override;
  fs::result<fs::Stat> stat(const fs::Folder& at, std::string_view path) override;
  fs::result<fs::Stat> stat(const fs::File& file) override;
  fs::result<fs::Stat> stat(const fs::Folder& folder) override;
  fs::result<void> touch(const fs::Folder& at, std::string_view path) override;
  fs::result<void> make_link(const fs::Folder& at, std::string_view path,
                             std::string_view text) override;
  fs::result<std::string> read_link(const fs::Folder& at, std::string_view path) override;
  fs::result<fs::Space> space(const fs::Folder& at) override;
  fs::result<bool> try_lock(const fs::File& file) override;
  fs::Time now() override;
  std::chrono::steady_clock::time_point steady_now() override;
  std::uint64_t random() override { return machine_.chance.any(); }
  fs::ProcessIdentity process() override { return {"host", habits_.boot, habits_.pid}; }

 protected:
  boost::system::error_code close_handle(std::int64_t id) noexcept override;

 private:
  using Code = boost::system::error_code;
  struct Place {
    Inode folder = 0;
    std::string name;
    Inode inode = 0;  ///< 0: nothing has the name
  };
  enum class Fails : std::uint8_t {
    as_any,
    for_space,
    with_effect,  ///< as for_space; or it is done, and only the answer says otherwise
  };
  enum class Sees : std::uint8_t {
    now,   ///< the disk itself decides, as where a name is made
    late,  ///< what the mount believes
  };

  [[nodiscard]] Code enter(const char* what, std::string_view path, Fails how = Fails::as_any);
  /// At the end of a call that was begun with Fails::with_effect.
  [[nodiscard]] Code answered();
  [[nodiscard]] static Code code(errors::errc_t error) { return errors::make_error_code(error); }
  void change(std::vector<Disk::Change> step);
  [[nodiscard]] Inode seen(Inode folder, const std::string& name) const;
  /// The error of a call that has met with what has the name.
  [[nodiscard]] Code meet(const Place& place, errors::errc_t error);
  [[nodiscard]] fs::result<Place> find(const fs::Folder& at, std::string_view path,
                                       Sees sees = Sees::late);
  [[nodiscard]] fs::result<fs::File> open_any(const fs::Folder& at, std::string_view path);
  [[nodiscard]] fs::result<void> move(const fs::Folder& from, std::string_view old_path,
                                      const fs::Folder& to, std::string_view new_path,
                                      bool replaces);
  [[nodiscard]] fs::Stat stat_of(Inode inode) const;
  /// Whether the folder's owner lets nobody in.
  [[nodiscard]] bool is_forbidden(Inode folder) const;
  [[nodiscard]] Disk::Node& node(const fs::Handle& handle);
  template <class Kind>
  [[nodiscard]] Kind open(Inode inode);

  Machine& machine_;
  const Habits habits_;
  std::int64_t next_handle_ = 1;
  std::map<std::int64_t, Inode> handles_;
  std::map<Inode, std::vector<fs::Entry>> seen_lists_;
  std::map<Inode, fs::Time> looked_before_;  // Mistake::look_before_move
  std::set<Inode> to_flush_;                 // Mistake::rename_before_flush
  bool is_answer_lost_ = false;
  std::uint64_t told_losses_ = 0;
  std::map<std::int64_t, std::uint64_t> told_file_losses_;  // by handle
  std::set<std::pair<Inode, std::string>> met_;
};

}  // namespace shaman::sim
