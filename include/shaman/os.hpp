// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

/// What the artist's side needs from the operating system; the only place there that names one.
/// All paths are UTF-8 (on POSIX: the bytes that the file system has), with `/` as separator; a
/// Windows implementation takes `C:/…` and `//server/share/…` and handles length itself.
/// All functions may be called from any thread; objects are for one thread at a time.
namespace shaman::os {

/// The identity of a file, whatever its name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t file = 0;
  friend auto operator<=>(const FileIdentity&, const FileIdentity&) = default;
};

enum class FileType : std::uint8_t { regular, folder, other };

struct FileInfo {
  FileType type = FileType::other;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< since 1970, UTC
  std::int64_t ctime_ns = 0;  ///< last change of content or attributes; 0 where there is none
  FileIdentity identity;
  friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

/// What is at the path, through symbolic links. errc::not_found if nothing is.
[[nodiscard]] result<FileInfo> info(const std::string& path);

/// Whether this user may read the file at the path. errc::not_found; errc::io_error: only the
/// reason, such as `Permission denied`, `it is a folder` or `the link is broken`.
[[nodiscard]] result<void> check_readable(const std::string& path);

/// The permission bits of the entry at the path, such as 0600; nothing if it does not exist or the
/// system has none.
[[nodiscard]] std::optional<std::uint32_t> permissions(const std::string& path);

struct FolderEntry {
  std::string name;
  bool is_folder = false;  ///< links are followed
};

/// The names in a folder, without `.` and `..`, in no order. errc::not_found, errc::io_error.
[[nodiscard]] result<std::vector<FolderEntry>> list_folder(const std::string& path);

/// A file opened for reading; other programs may still write, rename and delete it.
class InputFile {
 public:
  /// Opens the path if it is a regular file (through links); never blocks on a FIFO.
  [[nodiscard]] static result<InputFile> open(const std::string& path);
  InputFile(InputFile&&) noexcept;
  InputFile& operator=(InputFile&&) noexcept;
  ~InputFile();

  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
  [[nodiscard]] result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;
  /// Describes the open file itself, whatever its path names now.
  [[nodiscard]] result<FileInfo> info() const;
  /// Tells the system that the file will be read from start to end.
  void will_read_in_order() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept;

 private:
  struct Impl;
  explicit InputFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A file that appears under its name only when it is complete.
class OutputFile {
 public:
  /// Creates missing folders of `path`, and next to it a temporary file, whose name is short:
  /// `path`'s own name may be as long as the file system allows.
  [[nodiscard]] static result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();  ///< removes the temporary file if commit() was not called

  [[nodiscard]] result<void> write(std::span<const std::byte> data);
  /// Replaces the file at the path. With `flush` the new one is on stable storage first.
  [[nodiscard]] result<void> commit(bool flush = false);

 private:
  struct Impl;
  explicit OutputFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] result<void> create_folders(const std::string& path);
[[nodiscard]] result<void> remove_file(const std::string& path);
/// errc::io_error if the folder is not empty.
[[nodiscard]] result<void> remove_empty_folder(const std::string& path);
/// Renames the file within its file system, replacing a file of the new name.
[[nodiscard]] result<void> rename_file(const std::string& from, const std::string& to);
/// Whether the folder is on another machine's disk, as far as the system reports it.
[[nodiscard]] bool is_on_network(const std::string& folder) noexcept;

/// Whether files in the folder can be locked; network file systems may be mounted without locks.
/// Makes a file there for a moment. errc::io_error says why not.
[[nodiscard]] result<void> check_locks(const std::string& folder);

/// Absolute and without `.`, `..`, doubled or trailing slashes; by the text alone, without
/// following links.
[[nodiscard]] std::string absolute(std::string_view path);
/// The same with all links resolved; errc::not_found.
[[nodiscard]] result<std::string> real_path(const std::string& path);
/// The same for an entry of a folder whose own links are resolved already, with one system call
/// instead of one for each folder above.
[[nodiscard]] result<std::string> real_path_in(const std::string& real_folder,
                                               std::string_view name);
[[nodiscard]] bool is_absolute(std::string_view path) noexcept;

/// `a/b` of `a/b/c`; `/` of `/c`; empty of `c`.
[[nodiscard]] std::string_view parent(std::string_view path) noexcept;
/// `c` of `a/b/c`.
[[nodiscard]] std::string_view file_name(std::string_view path) noexcept;
/// `a/b`; a slash is put between where it is missing. `name` must be relative.
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);

/// Whether two names mean the same entry of a folder on this system: Windows ignores the case.
[[nodiscard]] bool is_same_name(std::string_view a, std::string_view b);

/// The user's folder, without a trailing slash; empty where there is none.
[[nodiscard]] std::string home_folder();
/// Where this program may keep data that it can recreate: `$XDG_CACHE_HOME/shaman`, or
/// `shaman` in `~/.cache`, `~/Library/Caches` (macOS) or the local application data (Windows).
[[nodiscard]] std::string cache_folder();
[[nodiscard]] std::optional<std::string> environment(const char* name);

/// Whether standard error is a terminal, and how wide (80 where it cannot tell).
[[nodiscard]] bool stderr_is_terminal() noexcept;
[[nodiscard]] bool stdout_is_terminal() noexcept;
/// Whether standard error is a terminal on which a line can be drawn again (TERM is not `dumb`).
[[nodiscard]] bool stderr_can_redraw();
/// Whether standard output is a terminal that shows colours, and the user wants them
/// (https://no-color.org).
[[nodiscard]] bool stdout_has_colours();
[[nodiscard]] std::size_t terminal_width() noexcept;

/// The program's arguments as UTF-8, its own name first; what main() got may be in another
/// encoding.
[[nodiscard]] std::vector<std::string> program_arguments(int argc, char** argv);
/// Makes the standard streams safe to use; call once, first in main(). On Windows, output and error
/// pass on UTF-8 and escape sequences unchanged. Elsewhere, a stream that is closed keeps its
/// number, so that no file or socket gets it, and using the stream still fails.
void set_up_standard_streams() noexcept;

/// Sets the name of this thread that tools show; only the first 15 bytes count. Does nothing if the
/// system has no such names.
void name_this_thread(const std::string& name) noexcept;

/// Lets other threads run first, as far as the system can do that for one thread.
void lower_thread_priority() noexcept;
/// For a thread that does little whenever it wakes, and that others wait for: lets it run first, as
/// far as the system can do that and allows it.
void raise_thread_priority() noexcept;

/// The resources that a thread has used; the difference of two is its use in between.
struct ThreadUse {
  std::uint64_t waits = 0;           ///< how often it waited for a disk or a lock
  std::chrono::nanoseconds busy{0};  ///< of a processor
  [[nodiscard]] ThreadUse operator-(const ThreadUse& before) const noexcept {
    return {waits - before.waits, busy - before.busy};
  }
};
/// The use of the calling thread. Nothing if the system does not report it.
[[nodiscard]] ThreadUse use_of_this_thread() noexcept;

/// Nanoseconds since 1970 by the system's clock.
[[nodiscard]] std::int64_t now_ns() noexcept;

}  // namespace shaman::os
