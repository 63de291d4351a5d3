// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shaman/fs.hpp"

namespace shaman::test {

enum class Operation : std::uint8_t {
  open_folder,
  make_folder,
  list,
  create_file,
  open_file,
  write,
  read,
  clone,
  set_mode,
  flush_file,
  flush_folder,
  flush_all,
  rename,
  remove_file,
  remove_folder,
  stat,
  touch,
  make_link,
  read_link,
  space,
  lock,
};

struct Call {
  Operation operation;
  std::string path;  ///< relative to its folder; the new one of a rename; empty for handles
  bool to_free_name = false;  ///< of a rename
};

/// A file system in front of another: calls a hook before each operation, which may let it fail,
/// record it, or hold it still; moves the clock; pretends to be out of space; writes in small
/// steps.
class FailingFileSystem final : public fs::FileSystem {
 public:
  using Hook = std::function<boost::system::error_code(const Call&)>;

  explicit FailingFileSystem(fs::FileSystem& inner) : inner_(inner) {}

  /// The hook is called from any thread, with no lock held.
  void on_call(Hook hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }
  void advance_clock(std::chrono::milliseconds by) { offset_ = offset_.load() + by; }
  void pretend_read_only(bool is) { is_read_only_ = is; }
  void pretend_space(std::optional<fs::Space> space) {
    const std::lock_guard lock(mutex_);
    space_ = space;
  }
  void write_at_most(std::size_t bytes) { step_ = bytes; }
  [[nodiscard]] std::size_t open_handles() const {
    const std::lock_guard lock(mutex_);
    return folders_.size() + files_.size();
  }

  fs::result<fs::Folder> open_root(const std::string& path) override {
    return keep(inner_.open_root(path));
  }
  fs::result<void> make_root(const std::string& path) override { return inner_.make_root(path); }
  fs::result<fs::Folder> open_folder(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::open_folder, path)) return error;
    return keep(inner_.open_folder(real(at), path));
  }
  fs::result<void> make_folder(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::make_folder, path)) return error;
    return inner_.make_folder(real(at), path);
  }
  fs::result<std::vector<fs::Entry>> list(const fs::Folder& folder,
                                          std::size_t at_most = fs::kAllEntries) override {
    if (const auto error = called(Operation::list)) return error;
    return inner_.list(real(folder), at_most);
  }
  fs::result<fs::File> create_file(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::create_file, path)) return error;
    return keep(inner_.create_file(real(at), path));
  }
  fs::result<fs::File> open_file(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::open_file, path)) return error;
    return keep(inner_.open_file(real(at), path));
  }
  fs::result<fs::File> open_file_to_write(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::open_file, path)) return error;
    return keep(inner_.open_file_to_write(real(at), path));
  }
  fs::result<std::size_t> write_some(const fs::File& file, std::uint64_t offset,
                                     std::span<const std::byte> data) override {
    if (const auto error = called(Operation::write)) return error;
    return inner_.write_some(real(file), offset, data.first(std::min(data.size(), step_.load())));
  }
  fs::result<void> clone_content(const fs::File& from, const fs::File& to) override {
    if (const auto error = called(Operation::clone)) return error;
    return inner_.clone_content(real(from), real(to));
  }
  fs::result<std::size_t> read_some(const fs::File& file, std::uint64_t offset,
                                    std::span<std::byte> into) override {
    if (const auto error = called(Operation::read)) return error;
    return inner_.read_some(real(file), offset, into.first(std::min(into.size(), step_.load())));
  }
  void start_write_back(const fs::File& file, std::uint64_t offset, std::uint64_t length) override {
    inner_.start_write_back(real(file), offset, length);
  }
  fs::result<void> set_mode(const fs::File& file, std::uint32_t mode) override {
    if (const auto error = called(Operation::set_mode)) return error;
    return inner_.set_mode(real(file), mode);
  }
  fs::result<void> set_mode(const fs::Folder& folder, std::uint32_t mode) override {
    if (const auto error = called(Operation::set_mode)) return error;
    return inner_.set_mode(real(folder), mode);
  }
  fs::result<void> flush(const fs::File& file) override {
    if (const auto error = called(Operation::flush_file)) return error;
    return inner_.flush(real(file));
  }
  fs::result<void> flush(const fs::Folder& folder) override {
    if (const auto error = called(Operation::flush_folder)) return error;
    return inner_.flush(real(folder));
  }
  fs::result<void> flush_all(const fs::Folder& at) override {
    if (const auto error = called(Operation::flush_all)) return error;
    return inner_.flush_all(real(at));
  }
  fs::result<void> rename(const fs::Folder& from, std::string_view old_path, const fs::Folder& to,
                          std::string_view new_path) override {
    if (const auto error = called(Operation::rename, new_path)) return error;
    return inner_.rename(real(from), old_path, real(to), new_path);
  }
  fs::result<void> rename_to_free_name(const fs::Folder& from, std::string_view old_path,
                                       const fs::Folder& to, std::string_view new_path) override {
    if (const auto error = called(Operation::rename, new_path, true)) return error;
    return inner_.rename_to_free_name(real(from), old_path, real(to), new_path);
  }
  fs::result<void> remove_file(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::remove_file, path)) return error;
    return inner_.remove_file(real(at), path);
  }
  fs::result<void> remove_folder(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::remove_folder, path)) return error;
    return inner_.remove_folder(real(at), path);
  }
  fs::result<fs::Stat> stat(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::stat, path)) return error;
    return inner_.stat(real(at), path);
  }
  fs::result<fs::Stat> stat(const fs::File& file) override { return inner_.stat(real(file)); }
  fs::result<fs::Stat> stat(const fs::Folder& folder) override { return inner_.stat(real(folder)); }
  fs::result<void> touch(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::touch, path)) return error;
    return inner_.touch(real(at), path);
  }
  fs::result<void> make_link(const fs::Folder& at, std::string_view path,
                             std::string_view text) override {
    if (const auto error = called(Operation::make_link, path)) return error;
    return inner_.make_link(real(at), path, text);
  }
  fs::result<std::string> read_link(const fs::Folder& at, std::string_view path) override {
    if (const auto error = called(Operation::read_link, path)) return error;
    return inner_.read_link(real(at), path);
  }
  fs::result<void> lead_to(const fs::Handle& handle, const fs::Handle& other) override {
    return inner_.lead_to(real(handle), real(other));
  }
  fs::result<bool> passes_on_access(const fs::Folder& folder) override {
    return inner_.passes_on_access(real(folder));
  }
  fs::result<bool> may_write(const fs::Folder& at, std::string_view path) override {
    if (is_read_only_) return false;
    return inner_.may_write(real(at), path);
  }
  fs::result<fs::Space> space(const fs::Folder& at) override {
    if (const auto error = called(Operation::space)) return error;
    {
      const std::lock_guard lock(mutex_);
      if (space_) return *space_;
    }
    return inner_.space(real(at));
  }
  fs::result<bool> try_lock(const fs::File& file) override {
    if (const auto error = called(Operation::lock)) return {boost::system::in_place_error, error};
    return inner_.try_lock(real(file));
  }
  fs::Time now() override { return inner_.now() + offset_.load(); }
  std::chrono::steady_clock::time_point steady_now() override {
    return inner_.steady_now() + offset_.load();
  }
  std::uint64_t random() override { return inner_.random(); }
  fs::ProcessIdentity process() override { return inner_.process(); }

 protected:
  boost::system::error_code close_handle(std::int64_t id) noexcept override {
    const std::lock_guard lock(mutex_);
    folders_.erase(id);
    files_.erase(id);
    return {};
  }

 private:
  boost::system::error_code called(Operation operation, std::string_view path = {},
                                   bool to_free_name = false) {
    Hook hook;
    {
      const std::lock_guard lock(mutex_);
      hook = hook_;
    }
    return hook ? hook({operation, std::string(path), to_free_name}) : boost::system::error_code();
  }
  fs::result<fs::Folder> keep(fs::result<fs::Folder> folder) {
    if (!folder) return folder;
    const std::lock_guard lock(mutex_);
    folders_.emplace(++last_, std::move(*folder));
    return fs::Folder(*this, last_);
  }
  fs::result<fs::File> keep(fs::result<fs::File> file) {
    if (!file) return file;
    const std::lock_guard lock(mutex_);
    files_.emplace(++last_, std::move(*file));
    return fs::File(*this, last_);
  }
  // References into the maps stay good while others come and go.
  const fs::Folder& real(const fs::Folder& folder) const {
    const std::lock_guard lock(mutex_);
    return folders_.at(folder.id());
  }
  const fs::File& real(const fs::File& file) const {
    const std::lock_guard lock(mutex_);
    return files_.at(file.id());
  }

  const fs::Handle& real(const fs::Handle& handle) const {
    const std::lock_guard lock(mutex_);
    const auto folder = folders_.find(handle.id());
    if (folder != folders_.end()) return folder->second;
    return files_.at(handle.id());
  }

  fs::FileSystem& inner_;
  mutable std::mutex mutex_;
  Hook hook_;
  std::optional<fs::Space> space_;
  std::atomic<bool> is_read_only_{false};
  std::atomic<std::chrono::milliseconds> offset_{};
  std::atomic<std::size_t> step_{SIZE_MAX};
  std::int64_t last_ = 0;
  std::unordered_map<std::int64_t, fs::Folder> folders_;
  std::unordered_map<std::int64_t, fs::File> files_;
};

}  // namespace shaman::test
