// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"
#include "shaman/storage_traits.hpp"
#include "shaman/store.hpp"

#include "store/root/instance.hpp"
#include "store/space/storage_reserve.hpp"

namespace shaman {

/// The storage folder, open and found usable, with the folders in it.
struct StorageRoot {
  fs::Folder root;
  fs::Folder blobs;  ///< file-store/stored
  fs::Folder jobs;
  fs::Folder private_folder;  ///< .shaman
  fs::Folder partial;         ///< .shaman/partial
  StorageTraits traits;
  std::string id{};          ///< see layout::kId; empty where it has none yet
  bool is_new = false;       ///< opening has made it, and there was no blob in the folder
  StorageReserve reserve{};  ///< what opening a full storage has taken of it
};

/// Whether what is missing of a storage is made.
enum class IfMissing : std::uint8_t {
  make,
  refuse,  ///< also a folder on which no server was ever started; nothing is left in it
};

/// Opens the folder, and checks format, file system and permissions; then everything that was there
/// is on stable storage, where that survives a power cut.
/// errc::not_a_store, in words that say what to do; errc::storage_full.
[[nodiscard]] result<StorageRoot> open_storage_root(fs::FileSystem& file_system,
                                                    const std::string& path, Durability durability,
                                                    IfMissing if_missing = IfMissing::make);

/// Opens a storage on which a server was started, to look at it: writes nothing, so that it works
/// on a full storage and on one that is mounted read-only. Its traits are not known, and it has no
/// partial uploads. errc::not_a_store.
[[nodiscard]] result<StorageRoot> open_storage_to_read(fs::FileSystem& file_system,
                                                       const std::string& path);

/// errc::not_a_store where the storage is not the one of this id. Empty: any is right.
[[nodiscard]] result<void> check_id(const StorageRoot& root, const std::string& path,
                                    const std::string& id);

/// Removes what the Go server left half-received in `file-store/uploading` more than a day ago.
void remove_foreign_leftovers(fs::FileSystem& file_system, const fs::Folder& root,
                              const StoreLog& log);

}  // namespace shaman
