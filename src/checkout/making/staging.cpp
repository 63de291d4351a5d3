// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/making/staging.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "shaman/text.hpp"

#include "checkout/making/inherited_folder.hpp"
#include "checkout/path_rules.hpp"
#include "fs/trees.hpp"
#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// Links that one job of the pool makes in a folder: enough that opening the folder takes little of
// its time.
constexpr std::size_t kLinksAJob = 512;

// This file system may reject a name that the rules of checkouts allow.
Error name_error(const boost::system::error_code& error, std::string_view path) {
  const std::string shown = "\"" + text::printable(path) + "\"";
  if (error == errors::file_exists) {
    return {errc::conflicting_paths, "the storage's file system takes the file path " + shown +
                                         " and another one of the checkout for the same"};
  }
  if (error == errors::invalid_argument || error == errors::illegal_byte_sequence ||
      error == errors::filename_too_long) {
    return {errc::unsafe_path, "the storage's file system does not take the file path " + shown +
                                   ": " + error.message()};
  }
  return disk_error(error, "make " + shown + " in the checkout");
}

// The first failure of parallel jobs.
class FirstFailure {
 public:
  void set(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
    happened_ = true;
  }
  [[nodiscard]] bool happened() const noexcept { return happened_; }
  [[nodiscard]] result<void> outcome() const {
    if (error_) return *error_;
    return {};
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> happened_{false};
  std::optional<Error> error_;
};

}  // namespace

StagedTree::~StagedTree() {
  if (name_.empty()) return;
  root_.reset();
  const auto removed = fs::remove_tree(store_.file_system(), folder(), name_);
  if (!removed) {
    store_.log(LogLevel::warning,
               disk_error(removed.error(), "remove the unfinished checkout " + name_).message());
  }
}

result<void> StagedTree::build(std::span<const PlannedFile> files, std::span<const PlannedFile> own,
                               std::string_view path) {
  name_ = std::to_string(store_.next_number());
  if (const auto made = make_inherited_folder(store_, path, folder(), name_); !made)
    return disk_error(made.error(), "begin a checkout");
  // Counts `jobs` and the folders of the checkout's path.
  return fill(files, own, 2 + static_cast<std::size_t>(std::ranges::count(path, '/')));
}

result<void> StagedTree::build_at(std::span<const PlannedFile> files, std::size_t depth) {
  name_ = std::to_string(store_.next_number());
  if (const auto made = store_.file_system().make_folder(folder(), name_); !made)
    return disk_error(made.error(), "begin a tree of links");
  return fill(files, {}, depth);
}

result<void> StagedTree::fill(std::span<const PlannedFile> files, std::span<const PlannedFile> own,
                              std::size_t depth) {
  auto root = store_.file_system().open_folder(folder(), name_);
  if (!root) return disk_error(root.error(), "begin a checkout");
  root_ = std::move(*root);

  sort_into_folders(files, depth);
  if (auto made = make_folders(); !made) return made;
  for (const PlannedFile& file : own) {
    const auto linked =
        store_.file_system().make_link(root_, file.path, layout::link_text(file.id, depth));
    if (!linked) return name_error(linked.error(), file.path);
  }
  if (auto made = make_links(files); !made) return made;
  return store_.flushes() ? flush() : result<void>();
}

void StagedTree::sort_into_folders(std::span<const PlannedFile> files, std::size_t depth) {
  std::unordered_map<std::string_view, std::size_t> known;
  // Adds the parent folders first.
  const auto index_of = [&](const auto& self, std::string_view path) -> std::size_t {
    const auto found = known.find(path);
    if (found != known.end()) return found->second;
    const std::size_t above =
        path.empty() ? 0 : folders_[self(self, path_rules::folder_of(path))].depth + 1;
    folders_.push_back({path, path.empty() ? depth : above, {}});
    known.emplace(path, folders_.size() - 1);
    return folders_.size() - 1;
  };
  index_of(index_of, {});
  for (std::size_t i = 0; i < files.size(); ++i)
    folders_[index_of(index_of, path_rules::folder_of(files[i].path))].files.push_back(i);
}

result<void> StagedTree::make_folders() {
  for (const SubFolder& folder : folders_) {
    if (folder.path.empty()) continue;
    const auto made = store_.file_system().make_folder(root_, folder.path);
    if (!made) return name_error(made.error(), folder.path);
  }
  return {};
}

fs::result<fs::Folder> StagedTree::open(const SubFolder& sub) {
  if (sub.path.empty()) return store_.file_system().open_folder(folder(), name_);
  return store_.file_system().open_folder(root_, sub.path);
}

result<void> StagedTree::make_links(std::span<const PlannedFile> files) {
  struct Job {
    const SubFolder* folder;
    std::span<const std::size_t> files;
  };
  std::vector<Job> jobs;
  for (const SubFolder& folder : folders_) {
    std::span<const std::size_t> rest(folder.files);
    while (!rest.empty()) {
      const std::size_t count = std::min(rest.size(), kLinksAJob);
      jobs.push_back({&folder, rest.first(count)});
      rest = rest.subspan(count);
    }
  }
  FirstFailure failure;
  const auto run = [&](const Job& job) {
    const auto folder = open(*job.folder);
    if (!folder)
      return failure.set(disk_error(folder.error(), "open a folder of the new checkout"));
    for (const std::size_t i : job.files) {
      if (failure.happened()) return;
      const auto made =
          store_.file_system().make_link(*folder, path_rules::name_of(files[i].path),
                                         layout::link_text(files[i].id, job.folder->depth));
      if (!made) return failure.set(name_error(made.error(), files[i].path));
    }
  };
  store_.pool().parallel_for(jobs.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      run(jobs[i]);
  });
  return failure.outcome();
}

result<void> StagedTree::flush() {
  FirstFailure failure;
  store_.pool().parallel_for(folders_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && !failure.happened(); ++i) {
      const auto folder = open(folders_[i]);
      if (!folder) {
        failure.set(disk_error(folder.error(), "open a folder of the new checkout"));
      } else if (const auto flushed = store_.file_system().flush(*folder); !flushed) {
        failure.set(disk_error(flushed.error(), "put the new checkout on stable storage"));
      }
    }
  });
  return failure.outcome();
}

}  // namespace shaman
