// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "shaman/error.hpp"
#include "shaman/trace/trace.hpp"
#include "shaman/worker_pool.hpp"

#include "scan.hpp"
#include "scanner.hpp"
#include "trace/collect/string_flow.hpp"
#include "trace/names/folders.hpp"

namespace shaman::trace {

/// One trace: reads the .blend, then in rounds the libraries that it and they need, then finds the
/// files. Used once.
class Tracer {
 public:
  Tracer(const std::string& blendfile, const TraceOptions& options);
  [[nodiscard]] result<Trace> run();

 private:
  // A .blend of this trace, and the data-blocks requested from it so far.
  struct Source {
    int depth = 0;
    std::set<std::string> asked;
    std::set<std::string> to_ask;
    int rounds = 0;  // how often it was scanned
    bool everything = false;
  };
  // A scan to make, and its result.
  struct Job {
    std::string blend;
    Wanted wanted;
    result<Scan> scan = Scan{};
  };
  // A reference with the .blend whose folder its `//` means.
  struct Pending {
    std::string blend;
    std::string base_blend;
    Reference reference;
  };
  // The place of a scan's references: a file, or a library packed into it.
  struct Place {
    std::string holder;  // the file on disk
    std::string blend;   // the scanned .blend's path, real or as if unpacked
    bool is_packed = false;
    int depth = 0;
  };

  [[nodiscard]] result<void> scan_all();
  [[nodiscard]] std::vector<Job> next_jobs();
  [[nodiscard]] result<Scan> scan(const std::string& blend, const Wanted& wanted) const;
  [[nodiscard]] result<void> absorb(Scan scan, const Place& place);
  [[nodiscard]] result<void> absorb_library(LibraryLink& link, const std::string& path,
                                            const Place& place);
  [[nodiscard]] result<void> ask(const std::string& library, const LibraryLink& link, int depth);
  void add_library(const LibraryLink& link, const std::string& path, const Place& place);
  [[nodiscard]] result<void> add_strings();
  [[nodiscard]] result<void> expand_all();

  std::string blendfile_;
  TraceOptions options_;
  WorkerPool pool_;
  Folders folders_;
  Trace trace_;
  std::map<std::string, Source> sources_;
  std::vector<std::string> view_suffixes_;
  std::vector<Pending> pending_;
  StringFlow strings_;
};

}  // namespace shaman::trace
