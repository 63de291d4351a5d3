// SPDX-License-Identifier: GPL-3.0-or-later
// Symbolic links: with a short text, which a file system keeps in the inode, with the text that a
// checkout needs, and whole trees of these with every folder flushed, in one thread.
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "bench/benches.hpp"
#include "bench/context.hpp"

namespace shaman::bench {
namespace {

constexpr std::size_t kFilesAFolder = 100;
constexpr std::size_t kRateLinks = 10'000;

// As from jobs/<folder>/<checkout>/textures/<set>/ to a blob.
std::string long_text(const BlobId& id) {
  const std::string hex = id.digest.hex();
  return "../../../../../file-store/stored/" + hex.substr(0, 2) + "/" + hex.substr(2) + "/" +
         std::to_string(id.size) + ".blob";
}

double tree_seconds(Context& context, std::size_t count, const std::string& text, bool flush) {
  const FileDescriptor root = context.fresh_folder();
  const Stopwatch watch;
  FileDescriptor folder;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % kFilesAFolder == 0) {
      if (flush && folder.is_open()) check(::fsync(folder.get()), "fsync");
      folder = open_folder(root.get(), "set-" + std::to_string(i / kFilesAFolder));
    }
    const std::string name = "image-" + std::to_string(i) + ".png";
    check(::symlinkat(text.c_str(), folder.get(), name.c_str()), "symlink", name);
  }
  if (flush) {
    check(::fsync(folder.get()), "fsync");
    check(::fsync(root.get()), "fsync");
  }
  return watch.seconds();
}

void run(Context& context, Samples& samples) {
  const std::string text = long_text(context.content.fresh_id(12'345'678));
  samples.add("link_short", kRateLinks / tree_seconds(context, kRateLinks, "../some/blob", false));
  samples.add("link_long", kRateLinks / tree_seconds(context, kRateLinks, text, false));
  for (const std::size_t count : context.sizes.checkouts)
    samples.add("links_" + std::to_string(count), tree_seconds(context, count, text, true));
}

}  // namespace

const Bench kLinks{
    "links",
    Bench::Kind::limit,
    "symbolic links: short, of a checkout's length, and whole trees of them, flushed",
    {{.id = "link_short", .label = "symlinkat, text of 12 bytes", .unit = Unit::per_second},
     {.id = "link_long", .label = "symlinkat, text of 119 bytes", .unit = Unit::per_second},
     {.id = "links_1000",
      .label = "1,000 links, folders flushed",
      .unit = Unit::seconds,
      .better = Better::lower},
     {.id = "links_10000",
      .label = "10,000 links, folders flushed",
      .unit = Unit::seconds,
      .better = Better::lower},
     {.id = "links_50000",
      .label = "50,000 links, folders flushed",
      .unit = Unit::seconds,
      .better = Better::lower}},
    run};

}  // namespace shaman::bench
