// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/server_process.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/load/posix.hpp"

namespace shaman::bench {
namespace {

constexpr std::time_t kColdAgeSeconds = 2 * 24 * 3600;

// A name younger than a minute may be one that a dead server did not flush.
constexpr std::chrono::seconds kYoung(62);

// The number after `key` in one of /proc's "key: number unit" files.
std::optional<std::uint64_t> number_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos) return std::nullopt;
  return std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
}

void run_command(const std::string& command, const std::string& purpose) {
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("the command that " + purpose + " failed: " + command);
}

}  // namespace

ServerProcess::ServerProcess(Options options) : options_(std::move(options)) {}

bool ServerProcess::can_start_cold() const noexcept {
  return !options_.restart_command.empty() && !options_.storage.empty();
}

void ServerProcess::start_cold(std::span<const BlobId> blobs) {
  const std::string stored = options_.storage + "/file-store/stored";
  const FileDescriptor folder(
      check(::open(stored.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", stored));
  timespec then{};
  ::clock_gettime(CLOCK_REALTIME, &then);
  then.tv_sec -= kColdAgeSeconds;
  const std::array<timespec, 2> times{then, then};
  for (const BlobId& blob : blobs) {
    const std::string hex = blob.digest.hex();
    const std::string path =
        hex.substr(0, 2) + "/" + hex.substr(2) + "/" + std::to_string(blob.size) + ".blob";
    check(::utimensat(folder.get(), path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW), "set time of",
          path);
  }
  check(::syncfs(folder.get()), "syncfs", stored);
  std::this_thread::sleep_for(kYoung);
  restart();
}

void ServerProcess::restart() {
  (void)peak_memory();
  run_command(options_.restart_command, "restarts the server");
}

void ServerProcess::collect() const {
  run_command(options_.collect_command, "collects garbage");
}

std::optional<std::string> ServerProcess::proc_file(const std::string& name) const {
  if (options_.pid_file.empty()) return std::nullopt;
  std::string pid;
  if (!(std::ifstream(options_.pid_file) >> pid))
    throw std::runtime_error("cannot read the server's pid from " + options_.pid_file);
  return "/proc/" + pid + "/" + name;
}

void ServerProcess::forget_peak() {
  (void)peak_memory();
  // 5 resets VmHWM, see proc(5). If it is not allowed, the peak is that of the whole run.
  if (const auto path = proc_file("clear_refs")) std::ofstream(*path) << "5\n";
}

std::optional<std::uint64_t> ServerProcess::peak_memory() {
  const auto path = proc_file("status");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto peak = number_after(text, "VmHWM:");
  if (!peak) return std::nullopt;
  *peak *= 1024;
  highest_ = std::max(highest_.value_or(0), *peak);
  return peak;
}

std::optional<std::uint64_t> ServerProcess::highest_peak() {
  (void)peak_memory();
  return highest_;
}

std::optional<std::uint64_t> ServerProcess::bytes_written() const {
  const auto path = proc_file("io");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return number_after(text, "wchar:");
}

}  // namespace shaman::bench
