// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#ifdef __APPLE__
#include <sys/mount.h>
#include <sys/param.h>
#else
#include <sys/statfs.h>
#endif
#include <unistd.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "base/os/posix_file.hpp"

namespace shaman::os {
namespace {

using posix::failure;

std::int64_t nanoseconds(const struct timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// The kind of an entry that is not a regular file.
const char* kind_of(::mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO (pipe)";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

Error not_regular(const std::string& path, ::mode_t mode) {
  return {errc::invalid_argument,
          "\"" + text::printable(path) + "\" is " + kind_of(mode) + ", but must be a regular file"};
}

}  // namespace

namespace posix {

Error failure(std::string_view doing, const std::string& path, int code) {
  const errc kind = code == ENOENT || code == ENOTDIR  ? errc::not_found
                    : code == ENOSPC || code == EDQUOT ? errc::storage_full
                                                       : errc::io_error;
  return {kind, std::string("cannot ") + std::string(doing) + " \"" + text::printable(path) +
                    "\": " + std::generic_category().message(code)};
}

FileInfo file_info(const struct stat& status) {
  FileInfo info;
  info.type = S_ISREG(status.st_mode)   ? FileType::regular
              : S_ISDIR(status.st_mode) ? FileType::folder
                                        : FileType::other;
  info.size = static_cast<std::uint64_t>(status.st_size);
#ifdef __APPLE__
  info.mtime_ns = nanoseconds(status.st_mtimespec);
  info.ctime_ns = nanoseconds(status.st_ctimespec);
#else
  info.mtime_ns = nanoseconds(status.st_mtim);
  info.ctime_ns = nanoseconds(status.st_ctim);
#endif
  info.identity = {static_cast<std::uint64_t>(status.st_dev),
                   static_cast<std::uint64_t>(status.st_ino)};
  return info;
}

// O_NONBLOCK: opening a FIFO without a writer would wait for ever.
result<int> open_regular(const std::string& path, struct stat& status) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    const int code = errno;
    // A socket cannot be opened at all.
    if (code == ENXIO && ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
      return not_regular(path, status.st_mode);
    return failure("open", path, code);
  }
  const bool is_known = ::fstat(descriptor, &status) == 0;
  if (is_known && S_ISREG(status.st_mode)) return descriptor;
  Error error = is_known ? not_regular(path, status.st_mode) : failure("look at", path);
  ::close(descriptor);
  return error;
}

}  // namespace posix

using posix::file_info;

result<FileInfo> info(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failure("look at", path);
  return file_info(status);
}

bool is_same_name(std::string_view a, std::string_view b) {
  return a == b;
}

result<std::vector<FolderEntry>> list_folder(const std::string& path) {
  DIR* const folder = ::opendir(path.c_str());
  if (folder == nullptr) return failure("list", path);
  std::vector<FolderEntry> entries;
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool is_folder = entry->d_type == DT_DIR;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      struct stat status {};
      is_folder =
          ::fstatat(::dirfd(folder), entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
    }
    entries.push_back({std::string(name), is_folder});
    errno = 0;
  }
  const int code = errno;
  ::closedir(folder);
  if (code != 0) return failure("list", path, code);
  return entries;
}

struct InputFile::Impl {
  int descriptor;
  std::string path;
};

InputFile::InputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InputFile::InputFile(InputFile&&) noexcept = default;

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

InputFile::~InputFile() {
  if (impl_) ::close(impl_->descriptor);
}

result<InputFile> InputFile::open(const std::string& path) {
  struct stat status {};
  const auto descriptor = posix::open_regular(path, status);
  if (!descriptor) return descriptor.error();
  return InputFile(std::unique_ptr<Impl>(new Impl{*descriptor, path}));
}

result<std::size_t> InputFile::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(impl_->descriptor, into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read", impl_->path);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

result<FileInfo> InputFile::info() const {
  struct stat status {};
  if (::fstat(impl_->descriptor, &status) != 0) return failure("look at", impl_->path);
  return file_info(status);
}

void InputFile::will_read_in_order() const noexcept {
#ifdef POSIX_FADV_SEQUENTIAL
  ::posix_fadvise(impl_->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
}

const std::string& InputFile::path() const noexcept {
  return impl_->path;
}

namespace {
constexpr int kMostTemporaries = 1000;
}  // namespace

struct OutputFile::Impl {
  int descriptor;
  std::string temporary;
  std::string path;
};

OutputFile::OutputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OutputFile::OutputFile(OutputFile&&) noexcept = default;

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}

OutputFile::~OutputFile() {
  if (!impl_) return;
  if (impl_->descriptor >= 0) ::close(impl_->descriptor);
  if (!impl_->temporary.empty()) ::unlink(impl_->temporary.c_str());
}

result<OutputFile> OutputFile::create(const std::string& path) {
  static std::atomic<unsigned> counter = 0;
  // A rename would replace a device, for example /dev/null, with a file.
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return not_regular(path, status.st_mode);
  if (const result<void> made = create_folders(std::string(parent(path))); !made)
    return made.error();
  // A program on another machine may have the same number.
  for (int attempt = 0;; ++attempt) {
    const std::string temporary = join(parent(path), ".shaman-" + std::to_string(::getpid()) + "-" +
                                                         std::to_string(++counter) + ".tmp");
    const int descriptor =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor >= 0)
      return OutputFile(std::unique_ptr<Impl>(new Impl{descriptor, temporary, path}));
    if (errno != EEXIST || attempt == kMostTemporaries) return failure("create", path);
  }
}

result<void> OutputFile::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t count = ::write(impl_->descriptor, data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("write", impl_->path);
    data = data.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

result<void> OutputFile::commit(bool flush) {
  if (flush && ::fsync(impl_->descriptor) != 0) return failure("flush", impl_->path);
  const int closed = ::close(std::exchange(impl_->descriptor, -1));
  if (closed != 0) return failure("close", impl_->path);
  if (::rename(impl_->temporary.c_str(), impl_->path.c_str()) != 0)
    return failure("put in place", impl_->path);
  impl_->temporary.clear();
  return {};
}

namespace {

// A folder cannot be made at, or below, an entry of another kind: the error names the kind.
Error not_a_folder(const std::string& path) {
  std::string blocked = path;
  struct stat status {};
  while (::stat(blocked.c_str(), &status) != 0 && blocked.size() > 1)
    blocked = parent(blocked);
  return {errc::conflicting_paths,
          text::in_quotes(blocked) + " is " +
              (S_ISREG(status.st_mode) ? "a file" : kind_of(status.st_mode)) +
              ", but must be a folder; name another folder"};
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

result<void> create_folders(const std::string& path) {
  if (path.empty() || path == "/" || ::mkdir(path.c_str(), 0777) == 0) return {};
  if (errno == ENOENT) {
    if (const result<void> made = create_folders(std::string(parent(path))); !made)
      return made.error();
    if (::mkdir(path.c_str(), 0777) == 0) return {};
  }
  const int code = errno;
  if (code == EEXIST && is_folder(path)) return {};
  if (code == EEXIST || code == ENOTDIR) return not_a_folder(path);
  return failure("create folder", path, code);
}

result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return failure("remove", path);
  return {};
}

result<void> remove_empty_folder(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) return failure("remove folder", path);
  return {};
}

result<void> rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failure("put in place", to);
  return {};
}

bool is_on_network(const std::string& folder) noexcept {
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
#ifdef __APPLE__
  return (status.f_flags & MNT_LOCAL) == 0;
#else
  // statfs(2): nfs, smb, cifs, smb2, afs, coda, lustre, ceph, 9p, gpfs, beegfs.
  static constexpr std::array<std::uint32_t, 11> kNetworkTypes{
      0x6969,     0x517B,     0xFF534D42, 0xFE534D42, 0x5346414F, 0x73757245,
      0x0BD00BD0, 0x00C36400, 0x01021997, 0x47504653, 0x19830326};
  return std::ranges::find(kNetworkTypes, static_cast<std::uint32_t>(status.f_type)) !=
         kNetworkTypes.end();
#endif
}

bool is_absolute(std::string_view path) noexcept {
  return path.starts_with('/');
}

std::string absolute(std::string_view path) {
  std::string whole;
  if (!is_absolute(path)) {
    char* const current = ::getcwd(nullptr, 0);
    if (current != nullptr) whole = current;
    std::free(current);
    whole += '/';
  }
  whole += path;

  std::string clean;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      const std::size_t last = clean.rfind('/');
      clean.resize(last == std::string::npos ? 0 : last);
      continue;
    }
    clean += '/';
    clean += component;
  }
  return clean.empty() ? "/" : clean;
}

result<std::string> real_path(const std::string& path) {
  char* const resolved = ::realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return failure("resolve", path);
  std::string text = resolved;
  std::free(resolved);
  return text;
}

result<std::string> real_path_in(const std::string& real_folder, std::string_view name) {
  std::string path = join(real_folder, name);
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return failure("resolve", path);
  if (S_ISLNK(status.st_mode)) return real_path(path);
  return path;
}

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::string home_folder() {
  std::string home = environment("HOME").value_or("");
  while (home.size() > 1 && home.back() == '/')
    home.pop_back();
  return home;
}

std::string cache_folder() {
  // XDG Base Directory Specification 0.8: a relative path in the variable is to be ignored.
  const std::string configured = environment("XDG_CACHE_HOME").value_or("");
  if (is_absolute(configured)) return join(configured, "shaman");
#ifdef __APPLE__
  return join(home_folder(), "Library/Caches/shaman");
#else
  return join(home_folder(), ".cache/shaman");
#endif
}

bool stderr_is_terminal() noexcept {
  return ::isatty(STDERR_FILENO) == 1;
}
bool stdout_is_terminal() noexcept {
  return ::isatty(STDOUT_FILENO) == 1;
}

std::size_t terminal_width() noexcept {
  struct winsize size {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::vector<std::string> program_arguments(int argc, char** argv) {
  return {argv, argv + argc};
}

void set_up_standard_streams() noexcept {
  // Opened for the other direction, so that using it still fails.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

#ifdef __linux__
namespace {

// sched_setattr(2); glibc has no name for it. Since Linux 6.12 the run time of a thread with normal
// scheduling is the length of its turns. A thread that wakes interrupts a running one only if it
// requests shorter turns, or if the other's turn is over: with the usual 3 ms that is at the
// clock's next tick, up to 4 ms later. The shortest possible turn is 0.1 ms. Older versions ignore
// it.
void ask_for_turns_of(std::uint64_t nanoseconds) noexcept {
#ifdef SYS_sched_getattr
  struct Attributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime;
    std::uint64_t deadline;
    std::uint64_t period;
  } attributes{};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  attributes.size = sizeof attributes;
  attributes.runtime = nanoseconds;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
#endif
}

// setpriority(2): in Linux each thread has its own nice value; 0 means the calling thread. Added to
// the present value, because the whole program may have been started with `nice`. A lower value
// needs CAP_SYS_NICE, or RLIMIT_NICE.
void be_nicer_by(int difference) noexcept {
  ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + difference);
}

}  // namespace

void name_this_thread(const std::string& name) noexcept {
  constexpr std::size_t kLongest = 15;  // pthread_setname_np(3)
  ::pthread_setname_np(::pthread_self(), name.substr(0, kLongest).c_str());
}

void lower_thread_priority() noexcept {
  be_nicer_by(10);
  ask_for_turns_of(100'000'000);
}

void raise_thread_priority() noexcept {
  be_nicer_by(-5);
  ask_for_turns_of(100'000);
}
#else
void name_this_thread(const std::string&) noexcept {}
void lower_thread_priority() noexcept {}
void raise_thread_priority() noexcept {}
#endif

ThreadUse use_of_this_thread() noexcept {
  ThreadUse use;
#ifdef RUSAGE_THREAD
  struct rusage told {};
  if (::getrusage(RUSAGE_THREAD, &told) != 0) return use;
  use.waits = static_cast<std::uint64_t>(told.ru_nvcsw);
  for (const timeval& time : {told.ru_utime, told.ru_stime})
    use.busy += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
#endif
  return use;
}

std::int64_t now_ns() noexcept {
  struct timespec time {};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return nanoseconds(time);
}

}  // namespace shaman::os
