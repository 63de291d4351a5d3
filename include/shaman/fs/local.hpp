// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/distribution.hpp"
#include "shaman/fs.hpp"

namespace shaman::fs {

/// Upper bounds for flush times, in seconds.
inline constexpr std::array<double, 12> kFlushTimes{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                    0.05,   0.1,   0.5,    1,     5,    30};

/// The machine's own file system (Linux). Resolves below a folder with openat2(2), or, if the
/// kernel or a sandbox lacks it, component by component.
class LocalFileSystem final : public FileSystem {
 public:
  enum class Resolution : std::uint8_t {
    automatic,
    walk,  ///< never openat2, as in a sandbox that forbids it
  };

  explicit LocalFileSystem(Resolution resolution = Resolution::automatic);

  result<Folder> open_root(const std::string& path) override;
  result<void> make_root(const std::string& path) override;
  result<Folder> open_folder(const Folder& at, std::string_view path) override;
  result<void> make_folder(const Folder& at, std::string_view path) override;
  result<std::vector<Entry>> list(const Folder& folder, std::size_t at_most = kAllEntries) override;
  result<File> create_file(const Folder& at, std::string_view path) override;
  result<File> open_file(const Folder& at, std::string_view path) override;
  result<File> open_file_to_write(const Folder& at, std::string_view path) override;
  result<std::size_t> write_some(const File& file, std::uint64_t offset,
                                 std::span<const std::byte> data) override;
  result<std::size_t> read_some(const File& file, std::uint64_t offset,
                                std::span<std::byte> into) override;
  result<std::size_t> send_some(const File& file, std::uint64_t offset, std::size_t length,
                                int socket) override;
  result<void> clone_content(const File& from, const File& to) override;
  void start_write_back(const File& file, std::uint64_t offset, std::uint64_t length) override;
  result<void> set_mode(const File& file, std::uint32_t mode) override;
  result<void> set_mode(const Folder& folder, std::uint32_t mode) override;
  result<void> flush(const File& file) override;
  result<void> flush_content(const File& file) override;
  result<void> flush(const Folder& folder) override;
  result<void> flush_all(const Folder& at) override;
  result<void> rename(const Folder& from, std::string_view old_path, const Folder& to,
                      std::string_view new_path) override;
  result<void> rename_to_free_name(const Folder& from, std::string_view old_path, const Folder& to,
                                   std::string_view new_path) override;
  result<void> remove_file(const Folder& at, std::string_view path) override;
  result<void> remove_folder(const Folder& at, std::string_view path) override;
  result<Stat> stat(const Folder& at, std::string_view path) override;
  result<Stat> stat(const File& file) override;
  result<Stat> stat(const Folder& folder) override;
  result<void> touch(const Folder& at, std::string_view path) override;
  result<void> make_link(const Folder& at, std::string_view path, std::string_view text) override;
  result<std::string> read_link(const Folder& at, std::string_view path) override;
  result<void> lead_to(const Handle& handle, const Handle& other) override;
  result<bool> passes_on_access(const Folder& folder) override;
  result<bool> may_write(const Folder& at, std::string_view path) override;
  result<Space> space(const Folder& at) override;
  result<bool> try_lock(const File& file) override;
  Time now() override;
  std::chrono::steady_clock::time_point steady_now() override;
  std::uint64_t random() override;
  ProcessIdentity process() override;

  /// How long flushes took, in seconds; failed ones too.
  [[nodiscard]] const Distribution& flush_times() const noexcept { return flush_times_; }

 protected:
  boost::system::error_code close_handle(std::int64_t id) noexcept override;

 private:
  result<File> open_regular(const Folder& at, std::string_view path, int access);
  template <class Call>
  result<void> timed_flush(Call&& call);
  result<void> rename_with(unsigned flags, const Folder& from, std::string_view old_path,
                           const Folder& to, std::string_view new_path);

  Distribution flush_times_{kFlushTimes};
  std::atomic<bool> walk_;  // also set when openat2 turns out to be missing
};

}  // namespace shaman::fs
