// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// What somebody else has put into a checkout, such as rendered frames, and where it is now.
struct KeptFiles {
  std::uint64_t count = 0;
  std::string first;  ///< one of them, by its path in the checkout
  std::string place;  ///< the folder that they are in, below the storage folder
  /// Why they could not be moved there: they are still where the checkout was staged, without its
  /// own links.
  std::optional<Error> failure;
  bool is_unread = false;  ///< this process was refused a folder in it, where own links may be left

  /// For a log: `3 files in it that are not its own, such as render/0001.exr, are in …`.
  [[nodiscard]] std::string text() const;
};

/// Takes erased checkouts apart: removes the links that are theirs, by their manifests, and puts
/// all else into a folder of its own in `jobs/.kept`, in the places that it had. If it is refused a
/// folder, own links may be left there: the link to the manifest stays, so that collection knows
/// which files they may lead to. Thread-safe; blocks.
class Dismantling {
 public:
  /// All references must outlive it. The folders are `file-store/stored` and `jobs`.
  Dismantling(fs::FileSystem& file_system, const fs::Folder& blobs, const fs::Folder& jobs,
              bool flushes)
      : file_system_(file_system), blobs_(blobs), jobs_(jobs), flushes_(flushes) {}

  /// What an erased checkout is called in `.shaman/staging`, so that whoever takes it apart, after
  /// a crash another server, knows what it was. `number` tells it from others.
  [[nodiscard]] static std::string staged_name(std::uint64_t number, std::string_view path);

  /// Takes apart the folder `name` of `staging`. Of a checkout without a manifest every link to a
  /// blob is its own. errc::io_error: links of its own could not be removed, and all that is left
  /// is still there.
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
