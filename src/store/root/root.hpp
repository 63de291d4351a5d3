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
  std::string id{};          ///< see layout::kId; empty if it has none yet
  bool is_new = false;       ///< opening made it, and the folder contained no blob
  StorageReserve reserve{};  ///< the part that opening a full storage used
};

/// Whether missing parts of a storage are made.
enum class IfMissing : std::uint8_t {
  make,
  refuse,  ///< also a folder on which no server ever started; leaves nothing in it
};

/// Whether opening a full storage deletes a part of its reserve.
enum class OnFull : std::uint8_t { use_reserve, leave_reserve };

/// Opens the folder, and checks format, file system and permissions. On return its previous content
/// is on stable storage, if durability includes power cuts. errc::not_a_store, with a message that
/// says what to do; errc::storage_full.
[[nodiscard]] result<StorageRoot> open_storage_root(fs::FileSystem& file_system,
                                                    const std::string& path, Durability durability,
                                                    IfMissing if_missing = IfMissing::make,
                                                    OnFull on_full = OnFull::use_reserve);

/// Opens a storage on which a server was started, for reading only: it works on a full storage and
/// on one that is mounted read-only. Its traits are unknown, and it has no partial uploads.
/// errc::not_a_store.
[[nodiscard]] result<StorageRoot> open_storage_to_read(fs::FileSystem& file_system,
                                                       const std::string& path);

/// errc::not_a_store if the storage does not have this id. Empty: any storage.
[[nodiscard]] result<void> check_id(const StorageRoot& root, const std::string& path,
                                    const std::string& id);

/// Removes partial files that the Go server left in `file-store/uploading` more than a day ago.
void remove_foreign_leftovers(fs::FileSystem& file_system, const fs::Folder& root,
                              const StoreLog& log);

}  // namespace shaman
