// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "shaman/client/progress.hpp"
#include "shaman/client/submitter.hpp"
#include "shaman/error.hpp"
#include "shaman/pack/plan.hpp"
#include "shaman/pack/shortfall.hpp"
#include "shaman/trace/trace.hpp"
#include "shaman/worker_pool.hpp"

#include "submit/cache/hash_cache.hpp"
#include "submit/project_files.hpp"
#include "submit/scan_watch.hpp"

namespace shaman::client {

/// The options with absolute paths, which do not depend on the working folder.
[[nodiscard]] SubmitOptions with_absolute_paths(SubmitOptions options);

/// Finds a scene's files, step by step up to every file's digest. A submission and its preview use
/// the same steps, so that the preview predicts the submission. One thread at a time. Errors of all
/// steps: errc::changed_while_read: start again with trace_and_plan(), because a .blend that was
/// saved meanwhile may need other files; else as for trace::trace(), pack::make_plan() and
/// ProjectFiles.
class Survey {
 public:
  /// `options` have absolute paths; they and `progress` must outlive this.
  Survey(const SubmitOptions& options, Progress& progress, std::stop_token stop);
  Survey(const Survey&) = delete;
  Survey& operator=(const Survey&) = delete;

  /// Reads the .blend files and plans the places of all files, without `unreadable` (by path, the
  /// reason).
  [[nodiscard]] result<void> trace_and_plan(const std::map<std::string, std::string>& unreadable);
  /// Looks at every file of the plan.
  [[nodiscard]] result<void> look();
  /// Gives every file its digest.
  [[nodiscard]] result<void> hash();
  /// The same, for one who asks for them meanwhile: see ProjectFiles::hash(). Ends `portions`. The
  /// files that cannot be read are left out by leave_out_unreadable() only.
  [[nodiscard]] result<void> hash(Portions& portions, const std::stop_token& stop);
  void leave_out_unreadable();

  /// Reads the files again that were saved since; the number of these.
  [[nodiscard]] result<std::size_t> take_in_changes() {
    return files_.take_in_changes(cache(), pool_, stop_);
  }

  [[nodiscard]] pack::Shortfall shortfall() const;
  /// The path to request.
  [[nodiscard]] std::string checkout_path() const;
  [[nodiscard]] const trace::Trace& trace() const noexcept { return trace_; }
  [[nodiscard]] const pack::Plan& plan() const noexcept { return plan_; }
  [[nodiscard]] const ProjectFiles& files() const noexcept { return files_; }
  [[nodiscard]] ProjectFiles& files() noexcept { return files_; }
  /// Null if every file must be read again.
  [[nodiscard]] HashCache* cache() noexcept { return options_.rehash ? nullptr : &cache_; }
  /// Writes the new results, and returns the cache's warnings, once.
  [[nodiscard]] std::vector<std::string> finish_cache();

 private:
  void set_aside_unreadable();

  const SubmitOptions& options_;
  Progress& progress_;
  std::stop_token stop_;
  std::vector<std::string> cache_warnings_;  // before cache_, which writes to them
  HashCache cache_;
  WorkerPool pool_;
  std::optional<ScanWatch> watch_;
  trace::Trace trace_;
  pack::Plan plan_;
  ProjectFiles files_;
};

}  // namespace shaman::client
