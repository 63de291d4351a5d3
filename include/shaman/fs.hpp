// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

/// The one seam between the store and the operating system: every file-system call and every
/// reading of a clock is a call of fs::FileSystem, so that tests can simulate failures and power
/// cuts.
namespace shaman::fs {

/// Failures are the operating system's own (boost::system::generic_category).
template <class T = void>
using result = boost::system::result<T>;

class FileSystem;

/// An open file or folder. Closed when destroyed; the file system must outlive it.
class Handle {
 public:
  Handle() = default;
  Handle(FileSystem& owner, std::int64_t id) noexcept : owner_(&owner), id_(id) {}
  Handle(Handle&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)), id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept;
  ~Handle() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return owner_ != nullptr; }
  /// Meaningful only to the file system that made the handle.
  [[nodiscard]] std::int64_t id() const noexcept { return id_; }
  void reset() noexcept;

 private:
  friend class FileSystem;
  FileSystem* owner_ = nullptr;
  std::int64_t id_ = -1;
};

/// An open folder; renaming it does not matter.
class Folder : public Handle {
 public:
  using Handle::Handle;
};

/// An open regular file; renaming it does not matter.
class File : public Handle {
 public:
  using Handle::Handle;
};

enum class EntryType : std::uint8_t { regular, folder, link, other };

struct Entry {
  std::string name;
  EntryType type = EntryType::other;
};

inline constexpr std::size_t kAllEntries = static_cast<std::size_t>(-1);

using Time = std::chrono::system_clock::time_point;

struct Stat {
  EntryType type = EntryType::other;
  std::uint32_t mode = 0;  ///< the permission bits
  std::uint64_t size = 0;
  Time modified;
  Time changed;  ///< of content, attributes or name
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
};

/// The space that this process may still use.
struct Space {
  std::uint64_t free_bytes = 0;
  std::uint64_t free_inodes = 0;  ///< the largest value where the file system has no such limit

  /// For a file system that does not report it. Sums of it do not overflow.
  [[nodiscard]] static constexpr Space unknown() noexcept {
    return {std::uint64_t{1} << 62U, std::uint64_t{1} << 62U};
  }
};

/// A running process: its host, the host's last start, and its number.
struct ProcessIdentity {
  std::string host;
  std::string boot;
  std::uint64_t pid = 0;
  std::string user{"this server's user"};  ///< for messages: `the user shaman (997)`
};

/// All members may be called from any thread. `at` is an open folder; `path` is relative to it, of
/// one or more components, none of them empty, `.` or `..`. No component, not even the last, is
/// followed if it is a symbolic link: such a path fails with ELOOP or ENOTDIR, unless the call is
/// about the link itself. An implementation has no threads of its own.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  /// Opens the folder that contains everything else. Only this path may be absolute or contain
  /// links.
  [[nodiscard]] virtual result<Folder> open_root(const std::string& path) = 0;
  /// Makes that folder, with the mode 0777 less the umask; its parent must exist.
  [[nodiscard]] virtual result<void> make_root(const std::string& path) = 0;

  [[nodiscard]] virtual result<Folder> open_folder(const Folder& at, std::string_view path) = 0;
  /// Mode 0777 less the umask.
  [[nodiscard]] virtual result<void> make_folder(const Folder& at, std::string_view path) = 0;
  /// Without `.` and `..`, in no order; at most `at_most` of them.
  [[nodiscard]] virtual result<std::vector<Entry>> list(const Folder& folder,
                                                        std::size_t at_most = kAllEntries) = 0;

  /// A new file for reading and writing, 0644 less the umask; EEXIST when the name is taken.
  [[nodiscard]] virtual result<File> create_file(const Folder& at, std::string_view path) = 0;
  /// For reading. EINVAL if it is not a regular file.
  [[nodiscard]] virtual result<File> open_file(const Folder& at, std::string_view path) = 0;
  /// The same for reading and writing.
  [[nodiscard]] virtual result<File> open_file_to_write(const Folder& at,
                                                        std::string_view path) = 0;
  /// Both may do less than requested; read_some returns 0 only at the end of the file.
  [[nodiscard]] virtual result<std::size_t> write_some(const File& file, std::uint64_t offset,
                                                       std::span<const std::byte> data) = 0;
  [[nodiscard]] virtual result<std::size_t> read_some(const File& file, std::uint64_t offset,
                                                      std::span<std::byte> into) = 0;
  /// Sends a part of the file to a socket of the operating system without a copy in this process.
  /// May send less than requested; 0 only at the end of the file. is_unsupported() or EINVAL where
  /// that cannot be; else the error of the file, or of the socket, such as EAGAIN.
  [[nodiscard]] virtual result<std::size_t> send_some(const File& file, std::uint64_t offset,
                                                      std::size_t length, int socket);
  /// Makes an empty file a copy of another as of one moment, which shares its blocks until either
  /// is changed. is_unsupported() or EXDEV where the two files cannot share blocks.
  [[nodiscard]] virtual result<void> clone_content(const File& from, const File& to);
  /// Asks the system to begin writing a range to the disk. A hint only.
  virtual void start_write_back(const File& file, std::uint64_t offset, std::uint64_t length) = 0;
  [[nodiscard]] virtual result<void> set_mode(const File& file, std::uint32_t mode) = 0;
  [[nodiscard]] virtual result<void> set_mode(const Folder& folder, std::uint32_t mode) = 0;

  /// On return content and attributes are on stable storage; of a folder: the names in it.
  /// After a failure the state is unknown: a second, successful flush proves nothing.
  [[nodiscard]] virtual result<void> flush(const File& file) = 0;
  /// The same, except for attributes that reading does not need, such as times.
  [[nodiscard]] virtual result<void> flush_content(const File& file);
  [[nodiscard]] virtual result<void> flush(const Folder& folder) = 0;
  /// Everything on the file system that the folder is on.
  [[nodiscard]] virtual result<void> flush_all(const Folder& at) = 0;

  /// Replaces a file, or an empty folder by a folder, atomically. A folder that is not empty:
  /// ENOTEMPTY or EEXIST.
  [[nodiscard]] virtual result<void> rename(const Folder& from, std::string_view old_path,
                                            const Folder& to, std::string_view new_path) = 0;
  /// The same if the new name is free, else EEXIST; EINVAL if the file system cannot do that.
  [[nodiscard]] virtual result<void> rename_to_free_name(const Folder& from,
                                                         std::string_view old_path,
                                                         const Folder& to,
                                                         std::string_view new_path) = 0;
  [[nodiscard]] virtual result<void> remove_file(const Folder& at, std::string_view path) = 0;
  [[nodiscard]] virtual result<void> remove_folder(const Folder& at, std::string_view path) = 0;

  /// Describes a symbolic link itself.
  [[nodiscard]] virtual result<Stat> stat(const Folder& at, std::string_view path) = 0;
  [[nodiscard]] virtual result<Stat> stat(const File& file) = 0;
  [[nodiscard]] virtual result<Stat> stat(const Folder& folder) = 0;
  /// Sets the time of last modification to now, by the file system's clock.
  [[nodiscard]] virtual result<void> touch(const Folder& at, std::string_view path) = 0;

  [[nodiscard]] virtual result<void> make_link(const Folder& at, std::string_view path,
                                               std::string_view text) = 0;
  [[nodiscard]] virtual result<std::string> read_link(const Folder& at, std::string_view path) = 0;

  /// Redirects `handle` to the target of `other`, at once and for all its users. Both are folders,
  /// or both files.
  [[nodiscard]] virtual result<void> lead_to(const Handle& handle, const Handle& other);
  /// Whether new entries take their group or access list from the folder, and not from this
  /// process: the folder has a set-group bit or a default ACL.
  [[nodiscard]] virtual result<bool> passes_on_access(const Folder& folder);
  /// Whether this process may write: to a file, or make and remove names in a folder.
  [[nodiscard]] virtual result<bool> may_write(const Folder& at, std::string_view path);

  [[nodiscard]] virtual result<Space> space(const Folder& at) = 0;

  /// Takes the file's exclusive lock, which other processes see and which ends with the handle or
  /// the process; false if it is already held.
  [[nodiscard]] virtual result<bool> try_lock(const File& file) = 0;

  [[nodiscard]] virtual Time now() = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() = 0;
  [[nodiscard]] virtual std::uint64_t random() = 0;
  [[nodiscard]] virtual ProcessIdentity process() = 0;

  /// Like destroying the handle, but returns the error of closing: some file systems report failed
  /// writes only then.
  [[nodiscard]] result<void> close(Handle handle);

 protected:
  /// Also called by handles' destructors, which ignore the result.
  virtual boost::system::error_code close_handle(std::int64_t id) noexcept = 0;

 private:
  friend class Handle;
};

/// Whether a failure means that the file system can never do this, rather than that it failed this
/// time.
[[nodiscard]] bool is_unsupported(const boost::system::error_code& error) noexcept;

/// Writes all of it.
[[nodiscard]] result<void> write_all(FileSystem& file_system, const File& file,
                                     std::uint64_t offset, std::span<const std::byte> data);
/// Fills `into`; the number of bytes, which is less only at the end of the file.
[[nodiscard]] result<std::size_t> read_full(FileSystem& file_system, const File& file,
                                            std::uint64_t offset, std::span<std::byte> into);
/// Everything in a small file; EFBIG when it is longer than `limit` bytes.
[[nodiscard]] result<std::string> read_all(FileSystem& file_system, const File& file,
                                           std::size_t limit);
/// Makes the folder if it is missing, and opens it.
[[nodiscard]] result<Folder> open_or_make_folder(FileSystem& file_system, const Folder& at,
                                                 std::string_view path);

}  // namespace shaman::fs
