// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/survey.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "shaman/os.hpp"

#include "submit/checkout_name.hpp"

namespace shaman::client {
namespace {

std::size_t threads_for(const SubmitOptions& options) {
  return options.jobs != 0 ? options.jobs : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

SubmitOptions with_absolute_paths(SubmitOptions options) {
  options.blendfile = os::absolute(options.blendfile);
  if (!options.plan.project.empty()) options.plan.project = os::absolute(options.plan.project);
  return options;
}

Survey::Survey(const SubmitOptions& options, Progress& progress, std::stop_token stop)
    : options_(options),
      progress_(progress),
      stop_(std::move(stop)),
      cache_(options.cache_folder,
             [this](const std::string& message) { cache_warnings_.push_back(message); }),
      pool_(threads_for(options)) {}

result<void> Survey::trace_and_plan(const std::map<std::string, std::string>& unreadable) {
  progress_.begin(Stage::tracing, 0, 0);
  watch_.emplace(cache());
  result<trace::Trace> traced = trace::trace(options_.blendfile, {.cache = &*watch_});
  if (!traced) return traced.error();
  trace::set_aside(*traced, unreadable);
  if (stop_.stop_requested()) return Error{errc::cancelled, {}};
  result<pack::Plan> plan = pack::make_plan(*traced, options_.plan);
  if (!plan) return plan.error();
  trace_ = std::move(*traced);
  plan_ = std::move(*plan);
  return {};
}

result<void> Survey::look() {
  result<ProjectFiles> files = ProjectFiles::look_at(plan_, *watch_, pool_);
  if (!files) return files.error();
  files_ = std::move(*files);
  set_aside_unreadable();
  return {};
}

result<void> Survey::hash() {
  Portions portions;
  if (const result<void> hashed = hash(portions, stop_); !hashed) return hashed;
  leave_out_unreadable();
  return {};
}

result<void> Survey::hash(Portions& portions, const std::stop_token& stop) {
  result<void> hashed =
      files_.hash(cache_, options_.rehash ? ProjectFiles::Trust::no : ProjectFiles::Trust::yes,
                  pool_, progress_, stop, portions);
  portions.end();
  cache_.flush();
  return hashed;
}

void Survey::leave_out_unreadable() {
  files_.leave_out_unreadable();
  set_aside_unreadable();
}

// They are reported like missing ones, with the data-blocks that use them.
void Survey::set_aside_unreadable() {
  if (!files_.unreadable().empty()) trace::set_aside(trace_, files_.unreadable());
}

pack::Shortfall Survey::shortfall() const {
  return pack::shortfall_of(trace_, plan_, options_.plan);
}

std::string Survey::checkout_path() const {
  return options_.checkout_path.empty() ? default_checkout_path(plan_.project, options_.blendfile)
                                        : options_.checkout_path;
}

std::vector<std::string> Survey::finish_cache() {
  cache_.flush();
  return std::exchange(cache_warnings_, {});
}

}  // namespace shaman::client
