// SPDX-License-Identifier: GPL-3.0-or-later
// One large file, written with and without flushing it.
#include <algorithm>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

double write_seconds(const FileDescriptor& folder, std::string_view data, bool flush) {
  const FileDescriptor file(check(
      ::openat(folder.get(), "large", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "create"));
  const Stopwatch watch;
  for (std::string_view left = data; !left.empty();)
    left.remove_prefix(static_cast<std::size_t>(
        check(::write(file.get(), left.data(), std::min(left.size(), kPiece)), "write")));
  if (flush) check(::fsync(file.get()), "fsync");
  const double seconds = watch.seconds();
  check(::unlinkat(folder.get(), "large", 0), "unlink");
  return seconds;
}

void run(Context& context, Samples& samples) {
  const std::string_view data = context.content.shared(context.sizes.large_file);
  const FileDescriptor folder = context.fresh_folder();
  const auto size = static_cast<double>(data.size());
  samples.add("large_write", size / write_seconds(folder, data, false));
  samples.add("large_write_fsync", size / write_seconds(folder, data, true));
}

}  // namespace

const Bench kLargeWrite{
    "large-write",
    Bench::Kind::limit,
    "writing one large file, and flushing it",
    {{.id = "large_write", .label = "write of a large file", .unit = Unit::bytes_per_second},
     {.id = "large_write_fsync",
      .label = "write + fsync of a large file",
      .unit = Unit::bytes_per_second}},
    run};

}  // namespace shaman::bench
