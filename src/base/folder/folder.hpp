// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/os.hpp"

namespace shaman::os {

/// A folder that is open, in which others may put links meanwhile: no call follows a link, and a
/// name never leads out of the folder. Names are single components. On POSIX the folder stays the
/// same when it is renamed; Windows looks at each folder above before each call.
/// All members may be called from any thread. Errors: errc::not_found, errc::storage_full,
/// errc::conflicting_paths (something else has the name), errc::io_error.
class Folder {
 public:
  enum class Kind : std::uint8_t { none, file, folder, link, other };
  struct Entry {
    Kind kind = Kind::none;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;
    bool is_read_only = false;
    FileIdentity identity;
  };

  /// Through links in the path, which is the user's own.
  [[nodiscard]] static result<Folder> open(const std::string& path);
  Folder(Folder&&) noexcept;
  Folder& operator=(Folder&&) noexcept;
  ~Folder();

  /// The folder of that name, never through a link; makes it if that is wanted.
  [[nodiscard]] result<Folder> folder(const std::string& name, bool make) const;

  /// Kind::none if there is nothing.
  [[nodiscard]] result<Entry> look(const std::string& name) const;
  /// The text of a symbolic link.
  [[nodiscard]] result<std::string> link_text(const std::string& name) const;
  [[nodiscard]] result<std::vector<std::string>> names() const;
  /// The content of a regular file, at most so many bytes of it.
  [[nodiscard]] result<std::string> read(const std::string& name, std::size_t most) const;

  /// Each of these makes a new entry.
  [[nodiscard]] result<void> make_folder(const std::string& name) const;
  [[nodiscard]] result<void> make_link(const std::string& name, const std::string& text) const;
  [[nodiscard]] result<void> make_hard_link(const std::string& name,
                                            const std::string& source) const;
  /// A file of its own, which its owner may write. With `by_reflink` it shares the source's blocks
  /// until then; errc::io_error where the file system cannot do that.
  [[nodiscard]] result<void> make_copy(const std::string& name, const std::string& source,
                                       bool by_reflink) const;
  [[nodiscard]] result<void> write(const std::string& name, std::string_view text) const;

  /// Replaces a file or link that has the new name.
  [[nodiscard]] result<void> rename(const std::string& from, const std::string& to) const;
  /// A file or link.
  [[nodiscard]] result<void> remove(const std::string& name) const;
  /// An empty folder.
  [[nodiscard]] result<void> remove_folder(const std::string& name) const;

 private:
  struct Impl;
  explicit Folder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::os
