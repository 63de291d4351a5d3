// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"

#include "bench/bench.hpp"
#include "bench/content.hpp"
#include "bench/figures/stopwatch.hpp"
#include "bench/load/load.hpp"
#include "bench/load/posix.hpp"
#include "bench/load/server_process.hpp"
#include "bench/sizes.hpp"

namespace shaman::bench {

/// The state that all benches of a run share. One thread at a time.
class Context {
 public:
  Context(Endpoint server_, const std::string& scratch_parent, ServerProcess process_,
          Sizes sizes_);

  const Endpoint server;
  const ScratchFolder scratch;  ///< on the file system of the store
  ServerProcess process;
  const Sizes sizes;
  Content content;

  /// A new folder in scratch for one bench.
  [[nodiscard]] FileDescriptor fresh_folder();

  /// The first `count` known blobs that this run has stored; uploads missing ones, which takes a
  /// while.
  [[nodiscard]] std::span<const BlobId> known(std::size_t count);
  [[nodiscard]] bool has_known() const noexcept { return !known_.empty(); }

  /// Runs a load whose requests must all be answered with a 2xx: otherwise BenchFailed lists the
  /// statuses.
  [[nodiscard]] LoadResult load(std::span<const Request> requests, const LoadShape& shape) const;
  /// One request; keeps its answer.
  [[nodiscard]] Outcome ask(const Request& request) const;

 private:
  std::vector<BlobId> known_;
  std::size_t folders_ = 0;
};

/// `{"files":[…]}` of FileSpecs, 100 files per folder, and, with a path, `"checkoutPath"`.
[[nodiscard]] std::string files_json(std::span<const BlobId> ids,
                                     std::string_view checkout_path = {});

}  // namespace shaman::bench
