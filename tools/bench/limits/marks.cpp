// SPDX-License-Identifier: GPL-3.0-or-later
// Looking at blobs and marking them as used: stat and utimensat in a tree like a store's, in one
// thread, by paths relative to the store's folder.
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

// Made once for all rounds, because making them takes longer than the measurement.
const std::vector<std::string>& blobs(Context& context, const FileDescriptor& root) {
  static std::vector<std::string> paths;
  if (!paths.empty()) return paths;
  for (std::size_t i = 0; i < context.sizes.limit_marks; ++i) {
    const std::string hex = context.content.fresh_id(64).digest.hex();
    const FileDescriptor shard = open_folder(root.get(), hex.substr(0, 2));
    const FileDescriptor own = open_folder(shard.get(), hex.substr(2));
    write_new_file(own.get(), "64.blob", context.content.shared(64), false);
    paths.push_back(hex.substr(0, 2) + "/" + hex.substr(2) + "/64.blob");
  }
  return paths;
}

void run(Context& context, Samples& samples) {
  static const FileDescriptor root = context.fresh_folder();
  const std::vector<std::string>& paths = blobs(context, root);
  const auto count = static_cast<double>(paths.size());

  const Stopwatch stat_watch;
  for (const std::string& path : paths) {
    struct stat info {};
    check(::fstatat(root.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW), "stat", path);
  }
  const double stat_seconds = stat_watch.seconds();
  const Stopwatch mark_watch;
  for (const std::string& path : paths)
    check(::utimensat(root.get(), path.c_str(), nullptr, 0), "utimensat", path);
  const double mark_seconds = mark_watch.seconds();

  samples.add("stat", count / stat_seconds);
  samples.add("utimensat", count / mark_seconds);
  for (const std::size_t known : context.sizes.known)
    samples.add("marks_" + std::to_string(known),
                static_cast<double>(known) * (stat_seconds + mark_seconds) / count);
}

Metric marks_metric(std::string_view id, std::string_view label) {
  return {.id = id, .label = label, .unit = Unit::seconds, .better = Better::lower};
}

}  // namespace

const Bench kMarks{"marks",
                   Bench::Kind::limit,
                   "stat and utimensat of blobs",
                   {{.id = "stat", .label = "stat of a blob", .unit = Unit::per_second},
                    {.id = "utimensat", .label = "utimensat of a blob", .unit = Unit::per_second},
                    marks_metric("marks_1000", "stat + utimensat of 1,000"),
                    marks_metric("marks_10000", "stat + utimensat of 10,000"),
                    marks_metric("marks_100000", "stat + utimensat of 100,000, from a tenth")},
                   run};

}  // namespace shaman::bench
