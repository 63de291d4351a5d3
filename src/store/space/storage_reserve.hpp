// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shaman/fs.hpp"

namespace shaman {

/// `.shaman/reserve`: small files that are deleted when the storage is full, so that its admin can
/// still collect garbage, erase checkouts and change pins, which all make small files and folders
/// themselves. docs/design/0084-a-reserve-for-a-full-storage.md gives the reasons. One thread at a
/// time. No call fails: without a reserve, the operation that needs space fails.
class StorageReserve {
 public:
  StorageReserve() = default;
  /// Deletes half of the reserve if the storage is full. The file system must outlive the result,
  /// which gives the reserve back at its end.
  [[nodiscard]] static StorageReserve make_room(fs::FileSystem& file_system,
                                                const fs::Folder& private_folder);
  /// Whether there is anything that make_room() could delete.
  [[nodiscard]] static bool is_there(fs::FileSystem& file_system, const fs::Folder& private_folder);
  StorageReserve(StorageReserve&& other) noexcept;
  StorageReserve& operator=(StorageReserve&& other) noexcept;
  ~StorageReserve() { give_all_back(); }

  /// Makes the deleted files again as far as there is space, except for a little that a running
  /// server needs.
  void give_back();
  /// Space that is free only because of the deleted files, until give_back() takes it again.
  [[nodiscard]] fs::Space lent() const;
  /// Makes the missing part of a storage's reserve, if the storage has plenty of space.
  static void fill(fs::FileSystem& file_system, const fs::Folder& private_folder);

 private:
  void give_all_back();

  fs::FileSystem* file_system_ = nullptr;  ///< null: nothing was deleted
  fs::Folder folder_;
};

}  // namespace shaman
