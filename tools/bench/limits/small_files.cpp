// SPDX-License-Identifier: GPL-3.0-or-later
// Small files: put in place by rename, flushed one after another, and flushed in parallel, when the
// journal can merge the flushes.
#include <atomic>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

using WriteOne = std::function<void(int folder, const std::string& name)>;

double files_per_second(Context& context, std::size_t threads, const WriteOne& write_one) {
  const FileDescriptor folder = context.fresh_folder();
  const std::size_t count = context.sizes.limit_small_files;
  std::atomic<std::size_t> next = 0;
  std::vector<std::exception_ptr> failures(threads);
  const Stopwatch watch;
  {
    std::vector<std::jthread> running;
    for (std::size_t t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        try {
          for (std::size_t i = next++; i < count; i = next++)
            write_one(folder.get(), std::to_string(i));
        } catch (...) {
          failures[t] = std::current_exception();
        }
      });
    }
  }
  const double seconds = watch.seconds();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  return static_cast<double>(count) / seconds;
}

// The steps of a store with one folder per blob before it may report that the blob is safe.
void store_durably(int folder, const std::string& name, std::string_view content) {
  const std::string temporary = name + ".tmp";
  write_new_file(folder, temporary, content, true);
  const FileDescriptor own = open_folder(folder, name);
  check(::renameat(folder, temporary.c_str(), own.get(), "blob"), "rename", temporary);
  check(::fsync(own.get()), "fsync", name);
  check(::fsync(folder), "fsync of the folder");
}

void run(Context& context, Samples& samples) {
  const std::string_view content = context.content.shared(context.sizes.small_file);
  const WriteOne rename_into_place = [&](int folder, const std::string& name) {
    const std::string temporary = name + ".tmp";
    write_new_file(folder, temporary, content, false);
    check(::renameat(folder, temporary.c_str(), folder, name.c_str()), "rename", temporary);
  };
  const WriteOne flush = [&](int folder, const std::string& name) {
    write_new_file(folder, name, content, true);
  };
  const WriteOne durable = [&](int folder, const std::string& name) {
    store_durably(folder, name, content);
  };
  samples.add("small_rename", files_per_second(context, 1, rename_into_place));
  samples.add("small_fsync", files_per_second(context, 1, flush));
  samples.add("small_fsync_many", files_per_second(context, context.sizes.many, flush));
  samples.add("small_durable", files_per_second(context, 1, durable));
  samples.add("small_durable_many", files_per_second(context, context.sizes.many, durable));
}

}  // namespace

const Bench kSmallFiles{
    "small-files",
    Bench::Kind::limit,
    "16 KiB files: renamed into place, flushed alone and 64 side by side",
    {{.id = "small_rename", .label = "16 KiB write + rename", .unit = Unit::per_second},
     {.id = "small_fsync", .label = "16 KiB write + fsync, one by one", .unit = Unit::per_second},
     {.id = "small_fsync_many",
      .label = "16 KiB write + fsync, 64 threads",
      .unit = Unit::per_second},
     {.id = "small_durable",
      .label = "16 KiB write + mkdir + rename + 3 fsync, one by one",
      .unit = Unit::per_second},
     {.id = "small_durable_many",
      .label = "16 KiB write + mkdir + rename + 3 fsync, 64 threads",
      .unit = Unit::per_second}},
    run};

}  // namespace shaman::bench
