// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/options.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "shaman/os.hpp"
#include "shaman/units.hpp"

#include "options/option_groups.hpp"
#include "version/version.hpp"

namespace shaman::program {
namespace {

using config::Option;
using config::Reload;
using config::Table;
using config::Values;

constexpr std::uint64_t kTebi = std::uint64_t{1} << 40;

// `127.0.0.1:8080`, `[::1]:8080`, `farm-server:8080`.
result<void> split_listen(const std::string& text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos)
    return wrong(text, "must be HOST:PORT, for example 127.0.0.1:8080");
  host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return wrong(text, "must have the IPv6 address in brackets, for example [::1]:8080");
  }
  if (host.empty())
    return wrong(text, "must name a host (0.0.0.0:8080 listens on all networks of this machine)");
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
    return wrong(text, "must end with a port from 0 to 65535 (0: any free port)");
  return {};
}

result<void> set_jobs_location(const Values& entries, Options& options) {
  options.server.jobs_location.clear();
  options.checkout_expiry.farm.locations.clear();
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) return wrong(entry, "must be PLATFORM=PATH");
    const std::string location = entry.substr(equals + 1);
    options.server.jobs_location[entry.substr(0, equals)] = location;
    options.checkout_expiry.farm.locations.push_back(location);
  }
  return {};
}

// `/srv/projects`, `/srv/projects=P:/projects`.
result<void> set_ingest_from(const Values& entries, http::ServerOptions& server) {
  std::vector<http::IngestFolder> folders;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    http::IngestFolder folder{entry.substr(0, equals), {}};
    folder.as_clients = equals == std::string::npos ? folder.folder : entry.substr(equals + 1);
    for (std::string* path : {&folder.folder, &folder.as_clients}) {
      std::ranges::replace(*path, '\\', '/');
      while (path->ends_with('/'))
        path->pop_back();
    }
    if (!folder.folder.starts_with('/') || os::absolute(folder.folder) == "/")
      return wrong(entry, "must begin with an absolute path below /, such as /mnt/projects");
    folder.folder = os::absolute(folder.folder);
    if (folder.as_clients.empty() || folder.as_clients.find('/') == std::string::npos)
      return wrong(entry, "must have an absolute path behind =, such as P:/projects");
    folders.push_back(std::move(folder));
  }
  server.ingest_from = std::move(folders);
  return {};
}

result<void> set_trusted_proxies(const Values& networks, http::ServerOptions& server) {
  server.trusted_proxies = {};
  for (const std::string& network : networks)
    if (auto added = server.trusted_proxies.add(network); !added) return added;
  return {};
}

void add_storage_options(Table& table, Options& options) {
  table.section("Storage");
  table
      .text("storage", options.storage, "DIR",
            "Folder of the stored files and checkouts; created if its parent exists",
            Reload::restart)
      .example = "/srv/shaman";
  static const std::vector kDurabilities{Durability::group, Durability::full, Durability::none};
  table.choice(
      "durability", {"group", "full", "none"},
      "When an upload is acknowledged; group: once it survives a power cut (uploads share disk "
      "flushes), full: the same, with few flushes at a time, none: once it survives a crash of the "
      "server, but not of the machine",
      Reload::restart,
      [&](std::size_t chosen) { options.store.durability = kDurabilities[chosen]; },
      [&] {
        const auto at =
            std::find(kDurabilities.begin(), kDurabilities.end(), options.store.durability);
        return static_cast<std::size_t>(at - kDurabilities.begin());
      });
  table.bytes("journal-size", options.store.journal.bytes,
              "Size of the journal, which makes small uploads faster (at most a 64th of the free "
              "space); 0: none",
              Reload::restart);
  table.bytes("min-free-space", options.store.limits.min_free_space,
              "Reject uploads (507) that would leave less free space than this", Reload::live);
  table.count("min-free-inodes", options.store.limits.min_free_inodes,
              "Reject uploads (507) that would leave fewer free inodes than this", Reload::live, 0,
              kTebi);
  table.bytes("max-store-size", options.store.limits.max_store_size,
              "Maximum size of all stored files together; uploads beyond get 507; 0: no limit",
              Reload::live);
  table.duration("stall-after", options.store.stall_after,
                 "Time without progress after which another client may take over an upload",
                 Reload::restart, std::chrono::milliseconds(100));
  table.duration("upload-expiry", options.store.upload_expiry,
                 "How long to keep an unfinished upload without progress", Reload::restart);
  table.count("max-partial-uploads", options.store.max_partial_uploads,
              "Maximum number of unfinished resumable uploads; more must be sent whole",
              Reload::restart, 0, 1'000'000);
  table.bytes("max-partial-size", options.store.max_partial_bytes,
              "Maximum size of all unfinished uploads together", Reload::restart);
  Option jobs = written(
      "jobs-location", "PLATFORM=PATH",
      "Path of the storage's jobs folder on a platform (linux, windows, darwin); may be repeated",
      Reload::live, options.jobs_location,
      [&](const Values& entries) { return set_jobs_location(entries, options); });
  jobs.is_list = jobs.is_map = true;
  jobs.default_text = "DIR/jobs";
  jobs.example = "{linux: /mnt/shaman/jobs, windows: 'S:/shaman/jobs'}";
  table.custom(std::move(jobs));
  Option ingest = written(
      "ingest-from", "DIR[=PATH]",
      "Read files from this folder instead of receiving them if a client proves that it can read "
      "them, too; PATH is the folder's path on the clients; may be repeated",
      Reload::live, options.ingest_from,
      [&](const Values& entries) { return set_ingest_from(entries, options.server); });
  ingest.is_list = true;
  ingest.example = "[/mnt/projects, '/mnt/projects=P:/projects']";
  table.custom(std::move(ingest));
}

void add_network_options(Table& table, Options& options) {
  table.section("Network");
  Option& listen = table.text("listen", options.listen, "HOST:PORT",
                              "Address to listen on: an IPv4 address, an IPv6 address in brackets "
                              "or a host name, and a port (0: any free port, which is logged)",
                              Reload::restart);
  listen.set = [&options](const Values& values) -> result<void> {
    options.listen = values.front();
    return split_listen(options.listen, options.host, options.port);
  };
  table
      .text("port-file", options.port_file, "FILE",
            "Write the port to this file as soon as connections are accepted", Reload::restart)
      .example = "/run/shaman/port";
  Option& manager = table.text(
      "manager", options.manager_url, "URL",
      "Act as a reverse proxy for this Flamenco Manager: forward all other requests to it",
      Reload::restart);
  manager.example = "http://127.0.0.1:8081";
  manager.set = [&options](const Values& values) -> result<void> {
    auto address = proxy::ManagerAddress::parse(values.front());
    if (!address) return address.error();
    options.manager = *std::move(address);
    options.manager_url = values.front();
    return {};
  };
  Option& beside = table.text(
      "manager-api", options.manager_api_url, "URL",
      "Query this Flamenco Manager for its jobs and erase checkouts whose jobs are gone, if nginx "
      "or another proxy is in front of both; cannot be combined with manager, which includes this",
      Reload::restart);
  beside.example = "http://127.0.0.1:8081";
  beside.set = [&options](const Values& values) -> result<void> {
    auto address = proxy::ManagerAddress::parse(values.front());
    if (!address) return address.error();
    options.manager_api = *std::move(address);
    options.manager_api_url = values.front();
    return {};
  };
  table.text("name", options.server.name, "TEXT", "Name reported to clients", Reload::live);
  Option proxies = written(
      "trusted-proxies", "NETWORK",
      "Trust proxies in this network (X-Forwarded-For, which each must set itself) and exempt them "
      "from connection limits; no client may connect from there directly",
      Reload::live, options.trusted_proxies,
      [&](const Values& networks) { return set_trusted_proxies(networks, options.server); });
  proxies.is_list = true;
  proxies.example = "[127.0.0.1, 10.1.0.0/16]";
  table.custom(std::move(proxies));
}

void add_limit_options(Table& table, Options& options) {
  http::Limits& limits = options.server.limits;
  table.section("Limits");
  Option& connections =
      table.count("max-connections", limits.connections,
                  "Maximum number of connections; a further one replaces one of the client that "
                  "has most, or gets 503; each may need two file descriptors",
                  Reload::live, 1, 1'000'000);
  connections.default_text = "8192, or as many as `ulimit -Hn` allows";
  connections.set = [&options, set = connections.set](const Values& values) {
    options.connections_given = true;
    return set(values);
  };
  table.count("max-connections-per-address", limits.connections_per_address,
              "Maximum number of connections from one address, and of one token, JWT or "
              "certificate; a further one replaces an idle one, or gets 503 or 429",
              Reload::live, 1, 1'000'000);
  Option& file_size =
      table.bytes("max-file-size", limits.file_bytes, "Maximum size of one file", Reload::live, 1);
  file_size.default_text = units::kNoLimitText;
  file_size.get = [&limits] {
    return Values{limits.file_bytes < units::kNoLimit ? units::size_option(limits.file_bytes)
                                                      : units::kNoLimitText};
  };
  file_size.set = [&limits, set = file_size.set](const Values& values) -> result<void> {
    if (values.front() != units::kNoLimitText) return set(values);
    limits.file_bytes = units::kNoLimit;
    return {};
  };
  file_size.defaults = file_size.get();
  table.bytes("max-json-size", limits.json_bytes, "Maximum size of one JSON request", Reload::live,
              1024, 1 << 30);
  table.bytes("json-memory", limits.json_budget,
              "Maximum memory for all JSON requests, and for decoding compressed bodies, together; "
              "further ones wait unread until their client's share is free",
              Reload::restart, 1 << 20, kTebi);
  table.count("max-files", limits.json_files, "Maximum number of files in one JSON request",
              Reload::live, 1, 50'000'000);
  table.count("max-folders", options.checkouts.max_folders,
              "Maximum number of folders in one checkout; more get 413", Reload::restart, 1,
              50'000'000);
  table.bytes("max-header-size", limits.header_bytes, "Maximum size of one request header",
              Reload::live, 1024, 1 << 20);
  table.bytes("upload-memory", limits.buffer_bytes,
              "Maximum memory for all uploads together, between network and disk", Reload::restart,
              1 << 20, kTebi);
}

void add_time_options(Table& table, Options& options) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLeast(100);
  http::Timeouts& timeouts = options.server.timeouts;
  table.section("Time-outs");
  table.duration("idle-timeout", timeouts.idle,
                 "Close connections without a request after this time", Reload::live, kLeast);
  table.duration("header-timeout", timeouts.header,
                 "Maximum time from the first byte of a request header to its last", Reload::live,
                 kLeast);
  table.duration("stall-timeout", timeouts.stall, "Abort transfers that move no byte for this long",
                 Reload::live, kLeast);
  table.rate("min-rate", timeouts.min_rate,
             "Abort transfers slower than this number of bytes per second; 0: no limit",
             Reload::live, kTebi);
  table.rate("json-min-rate", timeouts.json_min_rate,
             "Abort JSON requests over 256 KiB, and their responses, slower than this number of "
             "bytes per second; 0: no limit",
             Reload::live, kTebi);
  table.duration("rate-window", timeouts.rate_window, "Time over which min-rate is averaged",
                 Reload::live, kLeast);
  table.duration("work-timeout", timeouts.work,
                 "Maximum time that the server works on a request without progress", Reload::live,
                 milliseconds(1000));
  table.duration("create-wait", timeouts.create_wait,
                 "How long creating a checkout waits for files that are being uploaded",
                 Reload::live);
  table.duration(
      "grace", timeouts.grace,
      "How long running requests may continue after the server receives a signal to stop",
      Reload::live);
}

void add_thread_options(Table& table, Options& options) {
  table.section("Threads");
  const auto add = [&table](std::string key, std::size_t& value, std::string text,
                            std::string default_text) {
    table.count(std::move(key), value, std::move(text), Reload::restart, 1, 1024).default_text =
        std::move(default_text);
  };
  add("io-threads", options.server.io_threads, "Number of threads for network connections",
      "one per core");
  add("disk-threads", options.disk_threads, "Number of threads that hash and write uploads",
      "two per core, at least 16");
  add("request-threads", options.request_threads, "Number of threads for requests with many files",
      "one per core, at least 8");
}

void add_gc_options(Table& table, Options& options) {
  GcOptions& gc = options.gc;
  table.section("Garbage collection");
  table.duration("gc.period", options.gc_period, "How often to collect unused files; 0: never",
                 Reload::live);
  table.duration("gc.max-age", gc.max_age,
                 "Collect unused files that no client has requested for this long", Reload::live);
  table.duration(
      "gc.min-age", gc.min_age,
      "Never collect files younger than this; all servers of a storage need the same value",
      Reload::restart);
  table.duration("gc.grace", gc.grace,
                 "How long collected files stay in the trash, from which they can be restored",
                 Reload::live);
  table.bytes("gc.max-store-size", gc.max_store_size,
              "Collect the least recently used of the unused files while all stored files exceed "
              "this size; 0: no limit",
              Reload::live);
  table.bytes("gc.min-free", gc.min_free_space,
              "Collect the least recently used of the unused files while less space than this is "
              "free; 0: no limit",
              Reload::live);
  table.count("gc.min-free-inodes", gc.min_free_inodes,
              "Collect the least recently used of the unused files while fewer inodes than this "
              "are free; 0: no limit",
              Reload::live, 0, kTebi);
}

void add_checkout_options(Table& table, Options& options) {
  jobs::CheckoutExpiryOptions& ends = options.checkout_expiry;
  table.section("Expiry of checkouts");
  table
      .duration(
          "checkout.check-interval", options.checkout_check_interval,
          "How often to query the Manager for its jobs and erase checkouts whose jobs are gone; "
          "without a Manager, how often to erase checkouts older than checkout.max-age; 0: never",
          Reload::live)
      .former_key = "checkout.look-period";
  table.duration("checkout.grace", ends.grace,
                 "How long to keep a checkout after its last job disappeared without being deleted "
                 "through this server",
                 Reload::live);
  table.duration("checkout.orphan-age", ends.orphan_age,
                 "How long to keep a checkout that never had a job; 0: forever", Reload::live);
  table.duration("checkout.max-age", options.old_checkouts.max_age,
                 "Without a Manager, how long to keep a checkout after it was created or last "
                 "returned to a client; 0: forever; a shorter age than before waits for "
                 "confirmation if it would end too many checkouts at once",
                 Reload::live);
  table
      .count("checkout.bulk-erase-limit", ends.erase_brake,
             "Maximum number of checkouts that expire at once; if more do, or more than two that "
             "are over "
             "a fifth of all, nothing is erased until confirmed with `shaman-server checkouts "
             "pending --confirm`",
             Reload::live)
      .former_key = "checkout.erase-brake";
}

void add_verify_options(Table& table, Options& options) {
  table.section("Verification");
  table.duration("verify.period", options.verify_period,
                 "How often to verify all stored files; 0: never", Reload::live);
  table.rate("verify.rate", options.verify_rate,
             "Maximum read rate of the verification in bytes per second; 0: no limit", Reload::live,
             kTebi);
}

void add_log_options(Table& table, Options& options) {
  static const std::vector kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                   spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
  table.section("Log");
  table.choice(
      "log-level", {"trace", "debug", "info", "warning", "error", "off"},
      "Least severe level that is logged to standard error; info includes a line for each request",
      Reload::live, [&](std::size_t chosen) { options.log_level = kLevels[chosen]; },
      [&] {
        const auto at = std::find(kLevels.begin(), kLevels.end(), options.log_level);
        return static_cast<std::size_t>(at - kLevels.begin());
      });
  table.choice(
      "log-format", {"text", "json"},
      "Form of each line that is logged; json: an object with time, level and message",
      Reload::restart,
      [&](std::size_t chosen) { options.log_format = static_cast<LogFormat>(chosen); },
      [&] { return static_cast<std::size_t>(options.log_format); });
}

}  // namespace

Options::Options() {
  const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  server.io_threads = cores;
  server.version = version();
  server.git = commit();
  disk_threads = std::max<std::size_t>(2 * cores, 16);
  request_threads = std::max<std::size_t>(cores, 8);
  // The number of files in one request is limited when it is read, by a reloadable option.
  checkouts.max_files = std::numeric_limits<std::size_t>::max();
  (void)split_listen(listen, host, port);
}

Table table_of(Options& options) {
  Table table;
  add_storage_options(table, options);
  add_network_options(table, options);
  add_tls_options(table, options);
  add_access_options(table, options);
  add_limit_options(table, options);
  add_time_options(table, options);
  add_thread_options(table, options);
  add_gc_options(table, options);
  add_checkout_options(table, options);
  add_verify_options(table, options);
  add_log_options(table, options);
  return table;
}

void complete(Options& options) {
  // A mark that a server remembers must be valid on disk for the same time again.
  options.store.mark_lease = options.gc.min_age / 2;
}

}  // namespace shaman::program
