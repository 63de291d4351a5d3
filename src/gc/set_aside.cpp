// SPDX-License-Identifier: GPL-3.0-or-later
#include "gc/set_aside.hpp"

#include <string>
#include <utility>
#include <vector>

#include "fs/trees.hpp"

namespace shaman {

std::uint64_t bytes_below(const GcRun& run, std::string_view path) {
  // Other programs make these folders, and whole paths take memory with the square of the depth.
  constexpr std::size_t kLongestPath = 4096;
  std::uint64_t bytes = 0;
  std::vector<std::string> waiting{std::string(path)};
  while (!waiting.empty() && !run.is_stopped()) {
    const std::string at = std::move(waiting.back());
    waiting.pop_back();
    const auto folder = fs::open_far_folder(run.file_system, run.root.root, at);
    const auto entries =
        folder ? run.file_system.list(*folder) : fs::result<std::vector<fs::Entry>>(folder.error());
    if (!entries) continue;
    for (const fs::Entry& entry : *entries) {
      if (entry.type == fs::EntryType::folder && at.size() < kLongestPath)
        waiting.push_back(at + "/" + entry.name);
      if (entry.type != fs::EntryType::regular) continue;
      if (const auto stat = run.file_system.stat(*folder, entry.name)) bytes += stat->size;
    }
  }
  return bytes;
}

}  // namespace shaman
