// SPDX-License-Identifier: GPL-3.0-or-later
#include "unreadable.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include "shaman/os.hpp"

namespace shaman::trace {
namespace {

constexpr std::size_t kGrain = 64;

std::vector<std::string> paths_of(const Trace& trace) {
  std::vector<std::string> paths;
  for (const Dependency& dependency : trace.dependencies) {
    paths.insert(paths.end(), dependency.files.begin(), dependency.files.end());
    paths.insert(paths.end(), dependency.missing_files.begin(), dependency.missing_files.end());
  }
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace

void set_aside(Trace& trace, const std::map<std::string, std::string>& unreadable) {
  if (unreadable.empty()) return;
  for (Dependency& dependency : trace.dependencies) {
    const auto is_unreadable = [&](const std::string& file) { return unreadable.contains(file); };
    const auto first = std::stable_partition(dependency.files.begin(), dependency.files.end(),
                                             std::not_fn(is_unreadable));
    if (first == dependency.files.end()) continue;
    if (!dependency.optional)
      dependency.missing_files.insert(dependency.missing_files.end(), first,
                                      dependency.files.end());
    dependency.files.erase(first, dependency.files.end());
    dependency.missing = !dependency.optional && dependency.files.empty();
  }
  // An unreadable library is already reported as a problem.
  std::erase_if(trace.problems,
                [&](const Problem& problem) { return unreadable.contains(problem.blend); });
  trace.unreadable.insert(unreadable.begin(), unreadable.end());
}

void look_for_unreadable(Trace& trace, WorkerPool& pool) {
  const std::vector<std::string> paths = paths_of(trace);
  std::map<std::string, std::string> unreadable;
  std::mutex mutex;
  pool.parallel_for(paths.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const result<void> readable = os::check_readable(paths[i]);
      if (readable || readable.error().code == errc::not_found) continue;
      const std::scoped_lock lock(mutex);
      const std::string what = os::info(paths[i]) ? "" : "its folder ";
      unreadable.emplace(paths[i], what + "cannot be read: " + readable.error().message());
    }
  });
  set_aside(trace, unreadable);
}

}  // namespace shaman::trace
