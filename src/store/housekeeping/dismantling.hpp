// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// Files that other programs have put into a checkout, such as rendered frames, and their present
/// place.
struct KeptFiles {
  std::uint64_t count = 0;
  std::string first;  ///< one of them, by its path in the checkout
  std::string place;  ///< their folder, below the storage folder
  /// Why they could not be moved there: they remain where the checkout was staged, without its own
  /// links.
  std::optional<Error> failure;
  bool is_unread = false;  ///< this process may not read a folder in it, where own links may remain

  /// For a log: `3 files in it that are not its own, such as render/0001.exr, are in …`.
  [[nodiscard]] std::string text() const;
};

/// Takes erased checkouts apart: removes their own links, by their manifests, and moves all other
/// files into a new folder in `jobs/.kept`, with their paths unchanged. If a folder is not
/// accessible, own links may remain there: the link to the manifest stays, so that collection knows
/// which files they may lead to. Thread-safe; blocks.
class Dismantling {
 public:
  /// All references must outlive it. The folders are `file-store/stored` and `jobs`.
  Dismantling(fs::FileSystem& file_system, const fs::Folder& blobs, const fs::Folder& jobs,
              bool flushes)
      : file_system_(file_system), blobs_(blobs), jobs_(jobs), flushes_(flushes) {}

  /// The name of an erased checkout in `.shaman/staging`. It shows what the checkout was to the
  /// server that takes it apart, which after a crash is another one. `number` makes it unique.
  [[nodiscard]] static std::string staged_name(std::uint64_t number, std::string_view path);

  /// Takes apart the folder `name` of `staging`. In a checkout without a manifest every link to a
  /// blob is its own. errc::io_error: some of its own links could not be removed; the rest remains.
  [[nodiscard]] result<KeptFiles> run(const fs::Folder& staging, const std::string& name);

 private:
  [[nodiscard]] result<std::string> move_aside(const fs::Folder& staging, const std::string& name);
  void answer_for_unread(const std::string& place, const std::string& manifest_link);

  fs::FileSystem& file_system_;
  const fs::Folder& blobs_;
  const fs::Folder& jobs_;
  const bool flushes_;
};

}  // namespace shaman
