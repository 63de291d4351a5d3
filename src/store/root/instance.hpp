// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/store.hpp"

#include "store/housekeeping/dismantling.hpp"

namespace shaman {

class JournalReplay;
using StoreLog = std::function<void(LogLevel, const std::string&)>;

/// This server among those that may share a storage. While it lives it holds the lock on
/// `.shaman/locks/<name>` and touches that file from time to time; it owns
/// `.shaman/uploading/<name>` and `.shaman/staging/<name>`. One thread at a time.
class Instance {
 public:
  /// The interval of beat(), and the age that the last beat of a server must have if its lock alone
  /// cannot show that it is dead.
  static constexpr std::chrono::seconds kBeat{15};
  static constexpr std::chrono::seconds kDeadAfter{90};

  /// Takes a new name. The folder is `.shaman`; it and the file system must outlive this.
  [[nodiscard]] static result<Instance> start(fs::FileSystem& file_system,
                                              const fs::Folder& private_folder);
  Instance(Instance&&) noexcept = default;
  Instance& operator=(Instance&&) = delete;
  ~Instance();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const fs::Folder& uploading() const noexcept { return uploading_; }
  [[nodiscard]] const fs::Folder& staging() const noexcept { return staging_; }

  /// Announces to collectors how long this server believes a mark that it remembers. Called once.
  [[nodiscard]] fs::result<void> announce(std::chrono::seconds mark_lease);
  /// The longest time that a server on this storage announced; `otherwise` for a server that
  /// announced none.
  [[nodiscard]] static fs::result<std::chrono::seconds> longest_lease(
      fs::FileSystem& file_system, const fs::Folder& private_folder,
      std::chrono::seconds otherwise);
  /// Continues with the name and the folders of another instance of this process on the same
  /// storage, for all users of uploading() and staging().
  [[nodiscard]] fs::result<void> follow(Instance other);
  /// Shows others that this server is alive.
  [[nodiscard]] fs::result<void> beat();
  /// Puts in place what is in the journals of dead servers, removes what they were uploading and
  /// staging, and takes apart what they were erasing; leaves alone files that may belong to a live
  /// one.
  void reap_dead_servers(Dismantling& dismantling, JournalReplay& replay, const StoreLog& log);

 private:
  explicit Instance(fs::FileSystem& file_system) : file_system_(&file_system) {}
  [[nodiscard]] result<void> take_name(const fs::Folder& private_folder);
  [[nodiscard]] bool is_dead(const std::string& name);
  void remove(const std::string& name, Dismantling& dismantling, JournalReplay& replay,
              const StoreLog& log);
  [[nodiscard]] std::set<std::string> list_names(JournalReplay& replay, const StoreLog& log);
  [[nodiscard]] result<void> remove_staged(const std::string& name, Dismantling& dismantling,
                                           const StoreLog& log);

  fs::FileSystem* file_system_;
  std::string host_;   ///< as used in names
  std::string start_;  ///< the beginning of all names since this machine was started
  std::string name_;
  fs::Folder all_uploading_;
  fs::Folder all_staging_;
  fs::Folder locks_;
  fs::File lock_;
  fs::Folder uploading_;
  fs::Folder staging_;
};

}  // namespace shaman
