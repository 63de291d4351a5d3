// SPDX-License-Identifier: GPL-3.0-or-later
#include "tracer.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <tuple>
#include <utility>

#include "shaman/digest.hpp"
#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "follow.hpp"
#include "trace/names/expand.hpp"
#include "trace/names/stored_path.hpp"
#include "unreadable.hpp"

namespace shaman::trace {
namespace {

constexpr std::size_t kMaxLibraries = 10'000;
constexpr int kMaxDepth = 100;
// Two libraries that link from each other in turn, one data-block at a time, would be scanned once
// for each data-block: after so many scans, a library is scanned as a whole.
constexpr int kMaxRounds = 32;
// Each is searched next to each picture.
constexpr std::size_t kMaxViews = 1000;
// All references together; each sequence names all of its frames, so many references to one folder
// multiply its files.
constexpr std::size_t kMaxFiles = 10'000'000;
// Each takes up to about 50 MiB while it reads a compressed library.
constexpr std::size_t kMaxThreads = 8;

std::size_t threads(const TraceOptions& options) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::min(options.threads == 0 ? cores : options.threads, kMaxThreads);
}

Error too_much(const std::string& blend, std::string_view limit) {
  return {errc::limit_exceeded,
          "\"" + text::printable(blend) + "\" exceeds a safety limit: " + std::string(limit)};
}

// The key that distinguishes scans of the same file.
std::string cache_key(const Wanted& wanted) {
  std::string key = "trace " + std::string(kTracerVersion) + " ";
  if (wanted.everything) return key + "*";
  Sha256 hash;
  for (const std::string& name : wanted.names)
    hash.update(std::as_bytes(std::span(name.c_str(), name.size() + 1)));
  return key + hash.finish().hex();
}

auto order(const Dependency& dependency) {
  return std::tie(dependency.blend, dependency.kind, dependency.data_block, dependency.field.offset,
                  dependency.stored_name, dependency.resolved, dependency.base_blend,
                  dependency.named_by, dependency.stored, dependency.files);
}

// A library that is scanned several times reports them each time.
void sort_leftovers(std::vector<Leftover>& leftovers) {
  const auto key = [](const Leftover& leftover) {
    return std::tie(leftover.blend, leftover.field.offset);
  };
  std::sort(leftovers.begin(), leftovers.end(),
            [&](const Leftover& a, const Leftover& b) { return key(a) < key(b); });
  const auto end =
      std::unique(leftovers.begin(), leftovers.end(),
                  [&](const Leftover& a, const Leftover& b) { return key(a) == key(b); });
  leftovers.erase(end, leftovers.end());
}

}  // namespace

Tracer::Tracer(const std::string& blendfile, const TraceOptions& options)
    // The caller is one of the threads.
    : blendfile_(os::absolute(blendfile)), options_(options), pool_(threads(options)) {}

result<Trace> Tracer::run() {
  trace_.blendfile = blendfile_;
  sources_[blendfile_].everything = true;
  sources_[blendfile_].to_ask.insert("*");
  if (const result<void> scanned = scan_all(); !scanned) return scanned.error();
  if (const result<void> added = add_strings(); !added) return added.error();
  if (const result<void> expanded = expand_all(); !expanded) return expanded.error();
  follow(trace_, folders_, options_.cache);
  look_for_unreadable(trace_, pool_);
  auto& all = trace_.dependencies;
  std::sort(all.begin(), all.end(),
            [](const Dependency& a, const Dependency& b) { return order(a) < order(b); });
  const auto end =
      std::unique(all.begin(), all.end(),
                  [](const Dependency& a, const Dependency& b) { return order(a) == order(b); });
  all.erase(end, all.end());
  sort_leftovers(trace_.leftovers);
  return std::move(trace_);
}

result<void> Tracer::scan_all() {
  for (std::vector<Job> jobs = next_jobs(); !jobs.empty(); jobs = next_jobs()) {
    pool_.parallel_for(jobs.size(), 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i)
        jobs[i].scan = scan(jobs[i].blend, jobs[i].wanted);
    });
    for (Job& job : jobs) {
      if (!job.scan) {
        if (job.blend == blendfile_) return job.scan.error();
        trace_.problems.push_back({job.blend, job.scan.error().message()});
        continue;
      }
      if (job.blend == blendfile_) view_suffixes_ = job.scan->view_suffixes;
      if (view_suffixes_.size() > kMaxViews) return too_much(blendfile_, "more than 1,000 views");
      const Place place{job.blend, job.blend, false, sources_[job.blend].depth};
      if (const result<void> taken = absorb(std::move(*job.scan), place); !taken)
        return taken.error();
    }
  }
  return {};
}

std::vector<Tracer::Job> Tracer::next_jobs() {
  std::vector<Job> jobs;
  for (auto& [blend, source] : sources_) {
    if (source.to_ask.empty()) continue;
    if (++source.rounds > kMaxRounds) source.everything = true;
    Job job;
    job.blend = blend;
    job.wanted.everything = source.everything;
    if (!source.everything) job.wanted.names.assign(source.to_ask.begin(), source.to_ask.end());
    source.asked.merge(source.to_ask);
    source.to_ask.clear();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

result<Scan> Tracer::scan(const std::string& blend, const Wanted& wanted) const {
  const std::string key = options_.cache != nullptr ? cache_key(wanted) : std::string();
  if (options_.cache != nullptr) {
    const std::string kept = options_.cache->find(blend, key);
    if (!kept.empty()) {
      if (std::optional<Scan> scan = parse_scan(kept)) return std::move(*scan);
    }
  }
  result<blend::BlendFile> file = blend::BlendFile::open(blend);
  if (!file) return file.error();
  result<Scan> scan = Scanner(*file).run(wanted);
  if (scan && options_.cache != nullptr) options_.cache->keep(blend, key, serialise(*scan));
  return scan;
}

result<void> Tracer::absorb(Scan scan, const Place& place) {
  const std::string folder(os::parent(place.blend));
  std::vector<std::string> paths;
  for (const LibraryLink& link : scan.libraries) {
    const std::string path = resolve(link.stored, folder);
    paths.push_back(folders_.find_file(path).value_or(path));
  }
  for (Leftover& leftover : scan.leftovers) {
    leftover.blend = place.holder;
    trace_.leftovers.push_back(std::move(leftover));
  }
  strings_.add(scan, place.blend, place.holder, paths);
  for (Reference& reference : scan.references) {
    std::string base = reference.base == Base::own      ? place.blend
                       : reference.base == Base::opened ? blendfile_
                                                        : paths[reference.library];
    if (place.is_packed) reference.field = {};
    pending_.push_back({place.holder, std::move(base), std::move(reference)});
  }
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (const result<void> taken = absorb_library(scan.libraries[i], paths[i], place); !taken)
      return taken.error();
  }
  return {};
}

result<void> Tracer::absorb_library(LibraryLink& link, const std::string& path,
                                    const Place& place) {
  if (link.stored.empty()) return {};
  if (link.is_archive || !link.packed.empty()) {
    add_library(link, path, place);
    trace_.dependencies.back().optional = true;
    if (link.is_archive) return {};
    return absorb(std::move(link.packed.front()), {place.holder, path, true, place.depth + 1});
  }
  if (link.wanted.empty()) return {};
  add_library(link, path, place);
  Dependency& dependency = trace_.dependencies.back();
  dependency.missing = !folders_.find_file(path);
  if (dependency.missing) {
    dependency.missing_files.push_back(as_stored(path, link.stored));
  } else {
    dependency.files.push_back(path);
  }
  return dependency.missing ? result<void>() : ask(path, link, place.depth + 1);
}

result<void> Tracer::ask(const std::string& library, const LibraryLink& link, int depth) {
  const auto [at, is_new] = sources_.try_emplace(library);
  Source& source = at->second;
  if (is_new) {
    source.depth = depth;
    source.everything = options_.whole_libraries;
    if (source.everything) source.to_ask.insert("*");
    if (sources_.size() > kMaxLibraries) return too_much(blendfile_, "more than 10,000 libraries");
    if (depth > kMaxDepth)
      return too_much(blendfile_, "libraries linked from each other more than 100 deep");
  }
  if (source.everything) return {};
  for (const std::string& name : link.wanted) {
    if (!source.asked.contains(name)) source.to_ask.insert(name);
  }
  return {};
}

// As a path only: if its data-blocks are in the .blend itself, the file is not needed, but its path
// defines their `//`.
void Tracer::add_library(const LibraryLink& link, const std::string& path, const Place& place) {
  Dependency dependency;
  dependency.kind = Kind::library;
  dependency.blend = place.holder;
  if (place.is_packed) dependency.base_blend = place.blend;
  dependency.data_block = link.data_block;
  dependency.chain = link.chain;
  dependency.stored = link.stored;
  if (!place.is_packed) dependency.field = link.field;
  dependency.resolved = path;
  trace_.dependencies.push_back(std::move(dependency));
}

result<void> Tracer::add_strings() {
  result<std::vector<StringFlow::Path>> paths = strings_.paths();
  if (!paths) return paths.error();
  for (StringFlow::Path& path : *paths)
    pending_.push_back({std::move(path.blend), std::move(path.base_blend), std::move(path.value)});
  return {};
}

result<void> Tracer::expand_all() {
  std::vector<Dependency> dependencies(pending_.size());
  std::atomic<std::size_t> files = 0;
  constexpr std::size_t kGrain = 64;
  pool_.parallel_for(pending_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end && files <= kMaxFiles; ++i) {
      Pending& from = pending_[i];
      Expansion found = expand(from.reference, from.base_blend, view_suffixes_, folders_);
      Dependency& to = dependencies[i];
      to.kind = from.reference.kind;
      if (from.base_blend != from.blend) to.base_blend = std::move(from.base_blend);
      to.blend = std::move(from.blend);
      to.data_block = std::move(from.reference.data_block);
      to.chain = std::move(from.reference.chain);
      to.stored = std::move(from.reference.stored);
      to.stored_name = std::move(from.reference.stored_name);
      to.field = from.reference.field;
      to.resolved = std::move(found.resolved);
      to.resolved_is_folder = found.is_folder;
      to.files = std::move(found.files);
      to.optional = from.reference.optional;
      const bool needed = !from.reference.optional && !from.reference.may_be_absent;
      to.missing = needed && to.files.empty();
      if (needed) to.missing_files = std::move(found.missing_files);
      for (std::string& path : to.missing_files)
        path = as_stored(path, to.stored);
      files += to.files.size() + to.missing_files.size();
    }
  });
  if (files > kMaxFiles)
    return too_much(blendfile_, "its references name more than 10,000,000 files");
  trace_.dependencies.insert(trace_.dependencies.end(),
                             std::make_move_iterator(dependencies.begin()),
                             std::make_move_iterator(dependencies.end()));
  return {};
}

}  // namespace shaman::trace
