// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/link_walk.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "shaman/text.hpp"

#include "store/disk_error.hpp"
#include "store/layout.hpp"

namespace shaman {
namespace {

namespace errors = boost::system::errc;

// Removed or replaced since it was listed: people and servers erase checkouts at any time.
bool is_gone(const boost::system::error_code& error) {
  return error == errors::no_such_file_or_directory || error == errors::not_a_directory ||
         error == errors::too_many_symbolic_link_levels;
}

class LinkWalk {
 public:
  LinkWalk(const GcRun& run, const LinkVisitor& visit) : run_(run), visit_(visit) {}

  // Level by level, so that all threads have something to do whatever the tree's shape.
  result<std::uint64_t> walk(std::string start) {
    std::vector<std::string> level{std::move(start)};
    while (!level.empty() && !failure_) {
      next_.clear();
      run_.pool.parallel_for(level.size(), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end && !run_.is_stopped(); ++i)
          look_into(level[i]);
      });
      level.swap(next_);
    }
    if (failure_) return *failure_;
    return links_;
  }

 private:
  void look_into(const std::string& path) {
    const auto folder = run_.file_system.open_folder(run_.root.root, path);
    const auto entries = folder ? run_.file_system.list(*folder)
                                : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) return fail(entries.error(), path);
    std::vector<std::string> folders;
    std::uint64_t links = 0;
    for (const fs::Entry& entry : *entries) {
      if (entry.type == fs::EntryType::folder) {
        folders.push_back(path + "/" + entry.name);
      } else if (entry.type == fs::EntryType::link) {
        ++links;
        const auto text = run_.file_system.read_link(*folder, entry.name);
        if (!text) {
          if (text.error() != errors::invalid_argument) fail(text.error(), path + "/" + entry.name);
        } else if (const auto id = layout::blob_of_path(*text)) {
          visit_(*id, path + "/" + entry.name);
        }
      }
    }
    const std::lock_guard lock(mutex_);
    links_ += links;
    std::move(folders.begin(), folders.end(), std::back_inserter(next_));
  }

  void fail(const boost::system::error_code& error, const std::string& path) {
    if (is_gone(error)) return;
    const std::lock_guard lock(mutex_);
    if (!failure_) {
      Error told = disk_error(error, "read " + text::in_quotes(path) + " in the storage");
      told.detail += "; nothing is collected, as it may hold links";
      failure_ = std::move(told);
    }
  }

  const GcRun& run_;
  const LinkVisitor& visit_;
  std::mutex mutex_;
  std::vector<std::string> next_;
  std::uint64_t links_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

result<std::uint64_t> walk_links(const GcRun& run, const LinkVisitor& visit) {
  const std::string private_folder(layout::kPrivate);
  std::uint64_t links = 0;
  for (const std::string& start :
       {private_folder + "/" + std::string(layout::kStaging), std::string(layout::kJobs),
        private_folder + "/" + std::string(layout::kPins)}) {
    const auto found = LinkWalk(run, visit).walk(start);
    if (!found) return found.error();
    links += *found;
  }
  return links;
}

}  // namespace shaman
