// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>
#include <spdlog/spdlog.h>

#include "shaman/checkout.hpp"
#include "shaman/fs/local.hpp"
#include "shaman/http/server.hpp"
#include "shaman/os.hpp"
#include "shaman/store.hpp"
#include "shaman/text.hpp"
#include "shaman/units.hpp"
#include "shaman/worker_pool.hpp"

#include "arguments.hpp"
#include "base/program/last_words.hpp"
#include "base/program/standard_output.hpp"
#include "base/utc.hpp"
#include "cli/usage.hpp"
#include "commands/commands.hpp"
#include "exit_status.hpp"
#include "job_watch.hpp"
#include "key_watch.hpp"
#include "log/logging.hpp"
#include "maintenance.hpp"
#include "monitoring/maintenance_figures.hpp"
#include "monitoring/manager_check.hpp"
#include "monitoring/manager_watch.hpp"
#include "monitoring/process_figures.hpp"
#include "options/option_checks.hpp"
#include "options/options.hpp"
#include "options/service_checks.hpp"
#include "options/settings.hpp"
#include "process/descriptors.hpp"
#include "process/run_as.hpp"
#include "process/service_manager.hpp"
#include "process/signals.hpp"
#include "start.hpp"
#include "storage_place.hpp"
#include "version/version.hpp"

namespace {

using namespace shaman;
using program::Options;
namespace service_manager = program::service_manager;

// They wait for the disk only briefly, but on a network storage that takes milliseconds.
constexpr std::size_t kQuickThreads = 8;
// One client can use all but one of them.
constexpr std::size_t kJudgementThreads = 2;
// For work that is still running when the requests have ended, such as a collection.
constexpr std::chrono::seconds kLastSteps{5};

// By default, glibc keeps an arena for each thread and, after one large request, all memory below
// 32 MiB for good.
void keep_memory_small() {
  ::mallopt(M_ARENA_MAX, 4);
  ::mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  ::mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

void log_from_store(LogLevel level, const std::string& message) {
  switch (level) {
    case LogLevel::info:
      return spdlog::info("{}", message);
    case LogLevel::warning:
      return spdlog::warn("{}", message);
    case LogLevel::error:
      return spdlog::error("{}", message);
  }
}

// The reason why the server ends is always logged, at every level.
int fail(const Error& error) {
  const std::string why = text::printable(error.message());
  if (spdlog::should_log(spdlog::level::critical))
    spdlog::critical("{}", why);
  else
    std::fprintf(stderr, "shaman-server: %s\n", why.c_str());
  return static_cast<int>(exit_status_of(error.code));
}

const char* name_of(Durability durability) {
  switch (durability) {
    case Durability::group:
      return "group";
    case Durability::full:
      return "full";
    case Durability::none:
      return "none";
  }
  return "";
}

void say(const program::Findings& found) {
  for (const config::Problem& error : found.errors)
    spdlog::error("{}", text::printable(error.message()));
  for (const config::Problem& warning : found.warnings)
    spdlog::warn("{}", text::printable(warning.message()));
}

// At each start and each reload of the configuration.
void say_what_is_doubtful(const Options& options, const http::Server& server) {
  program::Findings found;
  program::check_service(options, server.is_reachable_from_outside(), found);
  say(found);
}

void announce(const Options& options, const http::Server& server) {
  const http::Limits& limits = options.server.limits;
  const http::Timeouts& timeouts = options.server.timeouts;
  spdlog::info("{}", version_line("shaman-server"));
  spdlog::info("storage {}, durability {}", text::printable(options.server.storage),
               name_of(options.store.durability));
  spdlog::info(
      "limits: {} connections, file size {}, JSON of {} and {} files, {} for uploads in flight",
      limits.connections, units::limit_text(limits.file_bytes), units::size_text(limits.json_bytes),
      limits.json_files, units::size_text(limits.buffer_bytes));
  spdlog::info("time-outs: idle {}, header {}, stalled {}, under {}; grace {}",
               units::duration_text(timeouts.idle), units::duration_text(timeouts.header),
               units::duration_text(timeouts.stall), units::rate_text(timeouts.min_rate),
               units::duration_text(timeouts.grace));
  if (options.gc_period.count() > 0)
    spdlog::info("garbage collection every {}: files unused for {}",
                 units::duration_text(options.gc_period),
                 units::duration_text(std::max(options.gc.max_age, options.gc.min_age)));
  if (options.verify_period.count() > 0)
    spdlog::info("all stored files are verified every {}",
                 units::duration_text(options.verify_period));
  if (options.manager)
    spdlog::info("reverse proxy for the Flamenco Manager at {}",
                 text::printable(options.manager->authority()));
  if (options.manager_api)
    spdlog::info("side by side with the Flamenco Manager at {}; checkouts expire with its jobs",
                 text::printable(options.manager_api->authority()));
  say_what_is_doubtful(options, server);
  for (const std::string& address : server.addresses())
    spdlog::info("listening on {}://{}", options.server.tls ? "https" : "http", address);
}

// Scripts wait for the file, so it must never be seen half-written.
result<void> write_port_file(const std::string& path, const http::Server& server) {
  if (path.empty()) return {};
  const std::string address = server.addresses().front();
  const std::string line = address.substr(address.rfind(':') + 1) + "\n";
  auto file = os::OutputFile::create(path);
  if (!file) return Error{errc::invalid_argument, "port-file: " + file.error().message()};
  if (auto written = file->write(std::as_bytes(std::span(line))); !written) return written;
  return file->commit();
}

// What the options need from this machine before they take effect.
result<void> fit_to_machine(Options& options) {
  const auto fitting = program::raise_descriptor_limit(
      options.connections_given ? options.server.limits.connections : 0);
  if (!fitting) return fitting.error();
  options.server.limits.connections = std::min(options.server.limits.connections, *fitting);
  options.server.storage = os::absolute(options.storage);
  for (const http::IngestFolder& each : options.server.ingest_from)
    if (const auto good = program::check_ingest_folder(each.folder); !good)
      return Error{errc::invalid_argument, "ingest-from: " + good.error().message()};
  options.store.log = log_from_store;
  options.gc.log = log_from_store;
  options.checkout_expiry.log = log_from_store;
  options.old_checkouts.log = log_from_store;
  return {};
}

void reload(program::Settings& settings, Store& store, http::Server& server,
            program::Maintenance& maintenance) {
  const auto options = settings.read_again();
  if (!options) return;
  if (const auto ready = fit_to_machine(*options); !ready)
    return spdlog::error("the configuration is unchanged: {}",
                         text::printable(ready.error().message()));
  spdlog::default_logger()->set_level(options->log_level);
  if (options->server.tls)
    spdlog::info("the certificate {} was loaded again; it is valid until {}",
                 text::in_quotes(options->tls.certificate),
                 utc_text(options->server.tls->expires()));
  say_what_is_doubtful(*options, server);
  server.reload(options->server);
  store.set_limits(options->store.limits);
  settings.swap(options);
  store.recount();
  maintenance.reschedule();
}

// Checks that opening does not make, or only after it has changed the storage. A start that cannot
// listen leaves no new storage.
result<void> check_before_opening(const Options& options) {
  const std::string& storage = options.server.storage;
  if (auto is = program::check_outermost(storage); !is) return is;
  if (auto is = program::check_owned_by_user(storage, program::kServersFolder); !is) return is;
  return http::can_listen(options.host, options.port);
}

// From a thread that answers requests, so that systemd restarts a server that no longer does.
void beat_for_watchdog(http::Server& server) {
  using std::chrono::milliseconds;
  const auto time = service_manager::watchdog_time();
  if (time.count() == 0) return;
  const auto period = std::chrono::duration_cast<milliseconds>(time / 3);
  server.beat_every(std::max(period, milliseconds(1)), service_manager::say_alive);
}

int serve(program::Settings& settings, program::SignalWatcher& signals) {
  const auto options_now = settings.current();
  const Options& options = *options_now;
  fs::LocalFileSystem file_system;
  WorkerPool quick_pool(kQuickThreads, WorkerPool::Priority::normal, "quick");
  WorkerPool disk_pool(options.disk_threads, WorkerPool::Priority::low, "disk");
  WorkerPool request_pool(options.request_threads, WorkerPool::Priority::low, "requests");
  WorkerPool judgement_pool(kJudgementThreads, WorkerPool::Priority::low, "judge");
  if (const auto is = check_before_opening(options); !is) return fail(is.error());
  auto store = Store::open(file_system, options.server.storage, options.store, disk_pool);
  if (!store) return fail(store.error());
  Checkouts checkouts(**store, options.checkouts);
  // The server is destroyed first: its requests notify the watch of jobs.
  program::MaintenanceFigures figures;
  program::JobWatch job_watch(checkouts, file_system, settings, figures);
  http::Server server(**store, checkouts, {quick_pool, disk_pool, request_pool, judgement_pool},
                      options.server);
  if (options.manager) {
    server.pass_on(proxy::reverse_proxy_to(
        *options.manager, proxy::ManagerTimeouts(),
        {[&job_watch](const auto& deleted) { job_watch.jobs_changed(deleted); },
         [&job_watch](std::vector<std::string> named) {
           return job_watch.hold(std::move(named));
         }}));
  }
  server.add_figures([&](metrics::Page& page) {
    figures.write(page, (*store)->counters());
    page.distribution("shaman_flush_duration_seconds", "How long the disk took for a flush.",
                      file_system.flush_times().snapshot());
    program::write_process(page);
  });
  if (const auto bound = server.listen(options.host, options.port); !bound)
    return fail(bound.error());
  if (const auto written = write_port_file(options.port_file, server); !written)
    return fail(written.error());

  announce(options, server);
  program::Maintenance maintenance(file_system, **store, settings, figures);
  const program::KeyWatch key_watch(settings);
  program::ManagerCheck manager_check;
  if (!options.asked_manager().empty())
    manager_check.start(
        options.asked_manager(), options.server.storage,
        options.manager ? manager::Position::front : manager::Position::beside,
        [&server](std::vector<std::string> wrong) { server.set_remarks(std::move(wrong)); });
  const program::ManagerWatch manager_watch(
      options.asked_manager(),
      [&server](std::string problem) { server.set_manager_problem(std::move(problem)); });
  beat_for_watchdog(server);
  const auto stop = [&](int signal) {
    spdlog::info("signal {}: stopping; a second signal stops immediately", signal);
    service_manager::say_stopping();
    signals.must_end_within(settings.current()->server.timeouts.grace + kLastSteps);
    server.stop();
  };
  // Both on one thread: no reload is running once the server has stopped.
  const std::string serving = "Listening on " + server.addresses().front();
  signals.start({stop, [&] {
                   service_manager::say_reloading();
                   reload(settings, **store, server, maintenance);
                   job_watch.reschedule();
                   service_manager::say_ready(serving);
                 }});
  service_manager::say_ready(serving);
  server.run();
  // No request is left: other running or queued work was not promised to a client.
  signals.must_end_within(kLastSteps);
  spdlog::info("stopped");
  return 0;
}

int run(int argc, char** argv) {
  keep_memory_small();
  try {
    if (const auto status = program::run_command(argc, argv)) return *status;
    auto start = program::read_start(argc, argv);
    if (start.exit_status) return *start.exit_status;
    program::SignalWatcher signals;
    const program::Logging logging(start.loaded.options->log_level,
                                   start.loaded.options->log_format);
    for (const config::Problem& warning : start.loaded.warnings)
      spdlog::warn("configuration: {}", text::printable(warning.message()));
    if (const auto ready = fit_to_machine(*start.loaded.options); !ready)
      return fail(ready.error());
    program::Settings settings(std::move(start.sources), std::move(start.loaded));
    return serve(settings, signals);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shaman-server: %s\n", text::printable(error.what()).c_str());
    return program::kCommandFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  say_last_words("shaman-server");
  os::set_up_standard_streams();
  std::vector<std::string> all = cli::with_help_as_option({argv + std::min(argc, 1), argv + argc});
  all.insert(all.begin(), "shaman-server");
  program::Arguments arguments(std::move(all));
  const int status = run(arguments.count(), arguments.values());
  // A report or a new token that did not reach a full disk is a failure.
  const auto written = finish_output();
  if (written) return status;
  std::fprintf(stderr, "shaman-server: %s\n", written.error().message().c_str());
  return status == 0 ? program::kCommandFailed : status;
}
