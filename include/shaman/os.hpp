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

/// Who a file is, whatever it is called.
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

/// What lies at the path, through symbolic links. errc::not_found when nothing does.
[[nodiscard]] result<FileInfo> info(const std::string& path);

/// Whether this user may read the file that is at the path. errc::not_found; errc::io_error: the
/// system's reason alone, such as `Permission denied`.
[[nodiscard]] result<void> check_readable(const std::string& path);

/// The permission bits of what is at the path, such as 0600; nothing where it is not there or the
/// system has none.
[[nodiscard]] std::optional<std::uint32_t> permissions(const std::string& path);

struct FolderEntry {
  std::string name;
  bool is_folder = false;  ///< links are followed
};

/// The names in a folder, without `.` and `..`, in no order. errc::not_found, errc::io_error.
[[nodiscard]] result<std::vector<FolderEntry>> list_folder(const std::string& path);

/// A file opened for reading; others may go on writing, renaming and deleting it.
class InputFile {
 public:
  /// Opens what lies at the path if it is a regular file (through links); never blocks on a FIFO.
  [[nodiscard]] static result<InputFile> open(const std::string& path);
  InputFile(InputFile&&) noexcept;
  InputFile& operator=(InputFile&&) noexcept;
  ~InputFile();

  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
  [[nodiscard]] result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;
  /// Of the open file itself, whatever its path names by now.
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
  /// Creates `path`'s folders where they are missing, and a temporary file beside it, whose name is
  /// short: `path`'s own name may be as long as the file system allows.
  [[nodiscard]] static result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;
  ~OutputFile();  ///< removes the temporary file if commit() was not called

  [[nodiscard]] result<void> write(std::span<const std::byte> data);
  /// Replaces what lies at the path. With `flush` it is on stable storage first.
  [[nodiscard]] result<void> commit(bool flush = false);

 private:
  struct Impl;
  explicit OutputFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

[[nodiscard]] result<void> create_folders(const std::string& path);
[[nodiscard]] result<void> remove_file(const std::string& path);
/// errc::io_error when the folder holds something.
[[nodiscard]] result<void> remove_empty_folder(const std::string& path);
/// Puts the file under another name in the same file system, in place of what lies there.
[[nodiscard]] result<void> rename_file(const std::string& from, const std::string& to);
/// Whether the folder lies on another machine's disk, as far as the system tells.
[[nodiscard]] bool is_on_network(const std::string& folder) noexcept;

/// Whether files in the folder can be locked, which network file systems may be mounted without.
/// Makes a file there for a moment. errc::io_error says why not.
[[nodiscard]] result<void> check_locks(const std::string& folder);

/// Absolute and without `.`, `..`, doubled or trailing slashes; by the text alone, links not looked
/// at.
[[nodiscard]] std::string absolute(std::string_view path);
/// The same with all links resolved; errc::not_found.
[[nodiscard]] result<std::string> real_path(const std::string& path);
/// The same of something in a folder whose own links are resolved already, with one question to the
/// system instead of one for each folder above.
[[nodiscard]] result<std::string> real_path_in(const std::string& real_folder,
                                               std::string_view name);
[[nodiscard]] bool is_absolute(std::string_view path) noexcept;

/// `a/b` of `a/b/c`; `/` of `/c`; empty of `c`.
[[nodiscard]] std::string_view parent(std::string_view path) noexcept;
/// `c` of `a/b/c`.
[[nodiscard]] std::string_view file_name(std::string_view path) noexcept;
/// `a/b`; a slash is put between where it is missing. `name` must be relative.
[[nodiscard]] std::string join(std::string_view folder, std::string_view name);

/// Whether two names are one in a folder of this system: on Windows whatever the case.
[[nodiscard]] bool is_same_name(std::string_view a, std::string_view b);

/// The user's folder, without a trailing slash; empty where there is none.
[[nodiscard]] std::string home_folder();
/// Where this program may keep what it can make anew: `$XDG_CACHE_HOME/shaman`, or
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
/// Standard output and error pass on UTF-8 and escape sequences unchanged; call once, first in
/// main().
void set_up_terminal() noexcept;

/// What tools that look at the process call this thread: the first 15 bytes. Where the system has
/// no such names, nothing.
void name_this_thread(const std::string& name) noexcept;

/// Lets other threads come first, as far as the system can do that for one thread.
void lower_thread_priority() noexcept;
/// For a thread that has little to do whenever it is woken, and for which somebody waits: lets it
/// come first, as far as the system knows of that and allows it.
void raise_thread_priority() noexcept;

/// What a thread has used; the difference of two is what it used in between.
struct ThreadUse {
  std::uint64_t waits = 0;           ///< times that it could not go on, for a disk or for a lock
  std::chrono::nanoseconds busy{0};  ///< of a processor
  [[nodiscard]] ThreadUse operator-(const ThreadUse& before) const noexcept {
    return {waits - before.waits, busy - before.busy};
  }
};
/// Of the calling thread. Nothing where the system does not tell.
[[nodiscard]] ThreadUse use_of_this_thread() noexcept;

/// Nanoseconds since 1970 by the system's clock.
[[nodiscard]] std::int64_t now_ns() noexcept;

}  // namespace shaman::os
