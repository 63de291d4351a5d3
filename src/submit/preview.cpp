// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/preview.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>

#include "shaman/client/hash_cache.hpp"
#include "shaman/os.hpp"
#include "shaman/pack/shortfall.hpp"

#include "http/client/network.hpp"
#include "submit/checkout_name.hpp"
#include "submit/plan_options.hpp"
#include "submit/project_files.hpp"
#include "submit/scan_watch.hpp"
#include "submit/shaman_calls.hpp"

namespace shaman::client {

namespace {

constexpr std::size_t kLargest = 10;

struct Scanned {
  trace::Trace trace;
  pack::Plan plan;
  ProjectFiles files;
};

result<Scanned> scan(const SubmitOptions& options, ScanWatch& watch, WorkerPool& pool) {
  result<trace::Trace> traced = trace::trace(options.blendfile, {.cache = &watch});
  if (!traced) return traced.error();
  result<pack::Plan> plan = pack::make_plan(*traced, plan_options(options));
  if (!plan) return plan.error();
  result<ProjectFiles> files = ProjectFiles::look_at(*plan, watch, pool);
  if (!files) return files.error();
  return Scanned{std::move(*traced), std::move(*plan), std::move(*files)};
}

std::vector<std::string> libraries_of(const trace::Trace& trace) {
  std::vector<std::string> libraries;
  for (const trace::Dependency& dependency : trace.dependencies) {
    if (dependency.kind == trace::Kind::library)
      libraries.insert(libraries.end(), dependency.files.begin(), dependency.files.end());
  }
  std::ranges::sort(libraries);
  libraries.erase(std::unique(libraries.begin(), libraries.end()), libraries.end());
  return libraries;
}

void list_files(const Scanned& scanned, Preview& preview) {
  std::unordered_set<std::string_view> outside;
  for (const pack::PlannedFile& file : scanned.plan.files)
    if (file.outside) outside.insert(file.place);
  const std::span<const Payload> files = scanned.files.all();
  for (const Payload& file : files) {
    PreviewFile shown{file.state.path, file.place, file.state.info.size};
    if (outside.contains(file.place)) preview.outside.push_back(shown);
    preview.largest.push_back(std::move(shown));
  }
  for (std::vector<PreviewFile>* list : {&preview.outside, &preview.largest})
    std::ranges::stable_sort(*list, std::greater<>(), &PreviewFile::bytes);
  preview.largest.resize(std::min(preview.largest.size(), kLargest));
}

FarmShare share_of(const ProjectFiles& files, const std::vector<Required>& wanted) {
  std::unordered_set<BlobId> missing;
  for (const Required& required : wanted)
    missing.insert(required.id);
  FarmShare share;
  share.to_send_files = missing.size();
  for (const BlobId& id : missing)
    share.to_send_bytes += id.size;
  for (const Payload& file : files.all()) {
    if (missing.contains(file.id)) continue;
    share.stored_files += 1;
    share.stored_bytes += file.id.size;
  }
  return share;
}

class FarmQuestion {
 public:
  FarmQuestion(const Server& server, const std::stop_token& stop)
      : stop_(stop), strand_(network_.make_strand()), connection_(strand_, server) {}

  result<ServerInfo> identify_it() {
    return network_.run<ServerInfo>(strand_, stop_, [&] { return identify(connection_); });
  }
  result<std::vector<Required>> ask(const FileList& blobs) {
    return network_.run<std::vector<Required>>(
        strand_, stop_, [&] { return ask_requirements(connection_, blobs); });
  }

 private:
  const std::stop_token& stop_;
  Network network_{1};
  Network::Strand strand_;
  HttpConnection connection_;
};

// errc::cancelled and what befalls the artist's own files fail the preview; the farm's silence does
// not.
result<void> ask_farm(const SubmitOptions& options, Scanned& scanned, HashCache& cache,
                      WorkerPool& pool, Progress& progress, const std::stop_token& stop,
                      Preview& preview) {
  FarmQuestion question(options.server, stop);
  progress.begin(Stage::connecting, 0, 0);
  const result<ServerInfo> server = question.identify_it();
  if (!server && server.error().code == errc::cancelled) return server.error();
  if (!server) {
    preview.no_farm = server.error().message();
    return {};
  }
  const result<void> hashed =
      scanned.files.hash(options.rehash ? nullptr : &cache, pool, progress, stop);
  cache.flush();
  if (!hashed) return hashed.error();
  progress.begin(Stage::asking, 0, 0);
  const result<std::vector<Required>> wanted = question.ask(scanned.files.blobs());
  if (!wanted && wanted.error().code == errc::cancelled) return wanted.error();
  if (!wanted) {
    preview.no_farm = wanted.error().message();
    return {};
  }
  preview.farm = share_of(scanned.files, *wanted);
  preview.farm->server = *server;
  return {};
}

// What can be said without the farm.
void describe(const SubmitOptions& options, Scanned scanned, Preview& preview) {
  trace::set_aside(scanned.trace, scanned.files.unreadable());
  list_files(scanned, preview);
  preview.saved = look_at_save_state(options.blendfile, libraries_of(scanned.trace),
                                     scanned.trace.files(), autosave_folders());
  preview.files = scanned.files.size();
  preview.bytes = scanned.files.bytes();
  pack::Plan& plan = scanned.plan;
  pack::Shortfall lacks = pack::shortfall_of(scanned.trace, plan, plan_options(options));
  preview.missing = std::move(lacks.missing);
  preview.problems = std::move(lacks.damaged);
  preview.suspicious = std::move(lacks.left_out);
  preview.project_hint = plan.project_hint;
  preview.checkout_path = options.checkout_path.empty()
                              ? default_checkout_path(plan.project, options.blendfile)
                              : options.checkout_path;
  preview.project = std::move(plan.project);
  preview.blendfile_place = std::move(plan.blendfile_place);
  preview.warnings = std::move(plan.warnings);
  preview.name_warnings = std::move(plan.name_warnings);
}

result<void> preview_once(const SubmitOptions& options, bool ask_server, HashCache& cache,
                          Progress& progress, const std::stop_token& stop, Preview& preview) {
  progress.begin(Stage::tracing, 0, 0);
  WorkerPool pool(options.jobs != 0 ? options.jobs
                                    : std::max(1U, std::thread::hardware_concurrency()));
  ScanWatch watch(options.rehash ? nullptr : &cache);
  result<Scanned> scanned = scan(options, watch, pool);
  if (!scanned) return scanned.error();

  preview = {};
  preview.no_farm = "no server given";
  result<void> asked;
  if (ask_server) asked = ask_farm(options, *scanned, cache, pool, progress, stop, preview);
  describe(options, *std::move(scanned), preview);
  return asked;
}

}  // namespace

result<void> preview(const SubmitOptions& given, bool ask_server, Progress& progress,
                     const std::stop_token& stop, Preview& preview) {
  SubmitOptions options = given;
  options.blendfile = os::absolute(given.blendfile);
  if (!options.project.empty()) options.project = os::absolute(given.project);
  std::vector<std::string> cache_warnings;
  HashCache cache(options.cache_folder,
                  [&](const std::string& message) { cache_warnings.push_back(message); });
  result<void> done;
  for (int attempt = 1; attempt <= kReadingAttempts; ++attempt) {
    done = preview_once(options, ask_server, cache, progress, stop, preview);
    // A .blend that was saved meanwhile may need other files.
    if (done || done.error().code != errc::changed_while_read) break;
  }
  preview.warnings.insert(preview.warnings.end(), cache_warnings.begin(), cache_warnings.end());
  return done;
}

}  // namespace shaman::client
