// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/options.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "shaman/version.hpp"

#include "options/option_groups.hpp"

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
    return wrong(text, "an IPv6 address must be in brackets: [::1]:8080");
  }
  if (host.empty())
    return wrong(text, "must name a host: 0.0.0.0:8080 is every network of this machine");
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
    return wrong(text, "the port must be a number from 0 to 65535 (0: any that is free)");
  return {};
}

result<void> set_jobs_location(const Values& entries, http::ServerOptions& server) {
  server.jobs_location.clear();
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) return wrong(entry, "must be PLATFORM=PATH");
    server.jobs_location[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
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
            "The folder that holds the files and the checkouts; made if its parent exists",
            Reload::restart)
      .example = "/srv/shaman";
  static const std::vector kDurabilities{Durability::group, Durability::full, Durability::none};
  table.choice(
      "durability", {"group", "full", "none"},
      "What an answer promises. group: what was acknowledged survives a power cut; many uploads"
      " share the disk's flushes. full: the same, with few flushes at once. none: it survives the"
      " end of the server, not of the machine",
      Reload::restart,
      [&](std::size_t chosen) { options.store.durability = kDurabilities[chosen]; },
      [&] {
        const auto at =
            std::find(kDurabilities.begin(), kDurabilities.end(), options.store.durability);
        return static_cast<std::size_t>(at - kDurabilities.begin());
      });
  table.bytes("min-free-space", options.store.limits.min_free_space,
              "Refuse uploads (507) that would leave less than this free", Reload::live);
  table.count("min-free-inodes", options.store.limits.min_free_inodes,
              "The same for the file system's inodes", Reload::live, 0, kTebi);
  table.bytes("max-store-size", options.store.limits.max_store_size,
              "Refuse uploads (507) beyond this size of all stored files; 0: no limit",
              Reload::live);
  table.duration("stall-after", options.store.stall_after,
                 "An upload without progress for this long may be taken over by another client's",
                 Reload::restart, std::chrono::milliseconds(100));
  table.duration("upload-expiry", options.store.upload_expiry,
                 "How long an unfinished upload is kept to which nothing is added",
                 Reload::restart);
  table.count("max-partial-uploads", options.store.max_partial_uploads,
              "Unfinished uploads at once that can be resumed; what goes beyond must be sent whole",
              Reload::restart, 0, 1'000'000);
  table.bytes("max-partial-size", options.store.max_partial_bytes,
              "Of all unfinished uploads together", Reload::restart);
  Option jobs = written("jobs-location", "PLATFORM=PATH",
                        "Where clients of a platform (linux, windows, darwin) see the storage's"
                        " jobs folder; may be given for each",
                        Reload::live, options.jobs_location, [&](const Values& entries) {
                          return set_jobs_location(entries, options.server);
                        });
  jobs.is_list = jobs.is_map = true;
  jobs.default_text = "DIR/jobs";
  jobs.example = "{linux: /mnt/shaman/jobs, windows: 'S:/shaman/jobs'}";
  table.custom(std::move(jobs));
}

void add_network_options(Table& table, Options& options) {
  table.section("Network");
  Option& listen = table.text(
      "listen", options.listen, "HOST:PORT",
      "Where to listen: an IPv4 address, an IPv6 address in brackets or a host name, and a port"
      " (0: any that is free; it is logged)",
      Reload::restart);
  listen.set = [&options](const Values& values) -> result<void> {
    options.listen = values.front();
    return split_listen(options.listen, options.host, options.port);
  };
  table
      .text("port-file", options.port_file, "FILE",
            "Write the port to this file once connections are accepted", Reload::restart)
      .example = "/run/shaman/port";
  Option& manager =
      table.text("manager", options.manager_url, "URL",
                 "Stand in front of this Flamenco Manager: what is not Shaman's is passed on to it",
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
      "Where the Flamenco Manager itself answers, if nginx or another proxy stands in front: this"
      " server then asks it for its jobs, and erases checkouts whose jobs are gone. Not together"
      " with manager, which does the same",
      Reload::restart);
  beside.example = "http://127.0.0.1:8081";
  beside.set = [&options](const Values& values) -> result<void> {
    auto address = proxy::ManagerAddress::parse(values.front());
    if (!address) return address.error();
    options.manager_api = *std::move(address);
    options.manager_api_url = values.front();
    return {};
  };
  table.text("name", options.server.name, "TEXT", "What this server calls itself to clients",
             Reload::live);
  Option proxies = written("trusted-proxies", "NETWORK",
                           "Addresses of proxies, which may have any number of connections, and are"
                           " believed what they say of clients behind them (X-Forwarded-For, which"
                           " each must set itself). No client may connect from there directly",
                           Reload::live, options.trusted_proxies, [&](const Values& networks) {
                             return set_trusted_proxies(networks, options.server);
                           });
  proxies.is_list = true;
  proxies.example = "[127.0.0.1, 10.1.0.0/16]";
  table.custom(std::move(proxies));
}

void add_limit_options(Table& table, Options& options) {
  http::Limits& limits = options.server.limits;
  table.section("Limits");
  Option& connections =
      table.count("max-connections", limits.connections,
                  "Connections at once; more close one of the client that has most, or are answered"
                  " 503. Each may need two file descriptors",
                  Reload::live, 1, 1'000'000);
  connections.default_text = "8192, or what `ulimit -Hn` allows";
  connections.set = [&options, set = connections.set](const Values& values) {
    options.connections_given = true;
    return set(values);
  };
  table.count("max-connections-per-address", limits.connections_per_address,
              "Connections of one address at once; more close an idle one, or are answered 503",
              Reload::live, 1, 1'000'000);
  table.bytes("max-file-size", limits.file_bytes, "Of one file", Reload::live, 1).default_text =
      "no limit";
  table.bytes("max-json-size", limits.json_bytes, "Of one JSON request", Reload::live, 1024,
              1 << 30);
  table.bytes("json-memory", limits.json_budget,
              "Of all JSON requests together; more wait unread, each client for its share",
              Reload::restart, 1 << 20, kTebi);
  table.count("max-files", limits.json_files, "Files that one JSON request may name", Reload::live,
              1, 50'000'000);
  table.count("max-folders", options.checkouts.max_folders,
              "Folders that one checkout may have; more are refused (413)", Reload::restart, 1,
              50'000'000);
  table.bytes("max-header-size", limits.header_bytes, "Of one request's header", Reload::live, 1024,
              1 << 20);
  table.bytes("upload-memory", limits.buffer_bytes,
              "Of all uploads together, between network and disk", Reload::restart, 1 << 20, kTebi);
}

void add_time_options(Table& table, Options& options) {
  using std::chrono::milliseconds;
  constexpr milliseconds kLeast(100);
  http::Timeouts& timeouts = options.server.timeouts;
  table.section("Time-outs");
  table.duration("idle-timeout", timeouts.idle,
                 "A connection without a request is closed after this", Reload::live, kLeast);
  table.duration("header-timeout", timeouts.header,
                 "A request's header must be complete this long after its first byte", Reload::live,
                 kLeast);
  table.duration("stall-timeout", timeouts.stall,
                 "A transfer without a single byte for this long is given up", Reload::live,
                 kLeast);
  table.bytes("min-rate", timeouts.min_rate,
              "Per second: a slower transfer is given up; 0 for no such limit", Reload::live, 0,
              kTebi);
  table.bytes("json-min-rate", timeouts.json_min_rate,
              "The same for JSON requests over 256 KiB and their answers, which hold memory",
              Reload::live, 0, kTebi);
  table.duration("rate-window", timeouts.rate_window, "The time over which min-rate is averaged",
                 Reload::live, kLeast);
  table.duration("work-timeout", timeouts.work,
                 "The server's own work on a request, without progress", Reload::live,
                 milliseconds(1000));
  table.duration("create-wait", timeouts.create_wait,
                 "How long the creation of a checkout waits for files that are just being uploaded",
                 Reload::live);
  table.duration("grace", timeouts.grace,
                 "How long running requests may go on when the server is told to stop",
                 Reload::live);
}

void add_thread_options(Table& table, Options& options) {
  table.section("Threads");
  const auto add = [&table](std::string key, std::size_t& value, std::string text,
                            std::string default_text) {
    table.count(std::move(key), value, std::move(text), Reload::restart, 1, 1024).default_text =
        std::move(default_text);
  };
  add("io-threads", options.server.io_threads, "Threads that speak with clients", "one a core");
  add("disk-threads", options.disk_threads, "Threads that hash and write uploads",
      "two a core, at least 16");
  add("request-threads", options.request_threads, "Threads that work on requests of many files",
      "one a core, at least 8");
}

void add_gc_options(Table& table, Options& options) {
  GcOptions& gc = options.gc;
  table.section("Garbage collection");
  table.duration("gc.period", options.gc_period,
                 "How often to collect files that nothing uses; 0: never", Reload::live);
  table.duration("gc.max-age", gc.max_age,
                 "Collect unused files that were not asked for in this long", Reload::live);
  table.duration("gc.min-age", gc.min_age,
                 "Collect nothing younger, whatever else asks for it; the same for all servers of a"
                 " storage",
                 Reload::restart);
  table.duration("gc.grace", gc.grace,
                 "How long a collected file stays in the trash, from which it can come back",
                 Reload::live);
  table.bytes("gc.max-store-size", gc.max_store_size,
              "Collect the least recently used of the unused files beyond this; 0: no limit",
              Reload::live);
  table.bytes("gc.min-free", gc.min_free_space,
              "The same while less than this is free on the storage; 0: no limit", Reload::live);
  table.count("gc.min-free-inodes", gc.min_free_inodes,
              "The same for the file system's inodes; 0: no limit", Reload::live, 0, kTebi);
}

void add_checkout_options(Table& table, Options& options) {
  jobs::CheckoutEndsOptions& ends = options.checkout_ends;
  table.section("When checkouts end");
  table.duration("checkout.look-period", options.job_look_period,
                 "How often to ask the Manager for its jobs, and erase checkouts whose jobs are"
                 " gone; without a Manager, how often to erase those older than"
                 " checkout.max-age; 0: never",
                 Reload::live);
  table.duration("checkout.grace", ends.grace,
                 "How long a checkout stays after its last job vanished without an order",
                 Reload::live);
  table.duration("checkout.orphan-age", ends.orphan_age,
                 "How long a checkout stays that never had a job; 0: for ever", Reload::live);
  table.duration("checkout.max-age", options.old_checkouts.max_age,
                 "Without a Manager: how long a checkout stays after it was made, or last given to"
                 " a client; 0: for ever",
                 Reload::live);
  table.count(
      "checkout.erase-brake", ends.erase_brake,
      "When the Manager's jobs would have more checkouts erased at once than this, or more than"
      " two that are also more than a fifth of all, none is erased until"
      " `shaman-server expired --confirm`",
      Reload::live);
}

void add_verify_options(Table& table, Options& options) {
  table.section("Looking for damage");
  table.duration("verify.period", options.verify_period,
                 "How often to read all stored files and look for damage; 0: never", Reload::live);
  table.bytes("verify.rate", options.verify_rate,
              "Bytes a second that this reads at most; 0: no limit", Reload::live, 0, kTebi);
}

void add_log_options(Table& table, Options& options) {
  static const std::vector kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                   spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
  table.section("Log");
  table.choice(
      "log-level", {"trace", "debug", "info", "warning", "error", "off"},
      "What is written to standard error; info has a line for each request", Reload::live,
      [&](std::size_t chosen) { options.log_level = kLevels[chosen]; },
      [&] {
        const auto at = std::find(kLevels.begin(), kLevels.end(), options.log_level);
        return static_cast<std::size_t>(at - kLevels.begin());
      });
}

}  // namespace

Options::Options() {
  const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  server.io_threads = cores;
  server.version = version();
  server.git = commit();
  disk_threads = std::max<std::size_t>(2 * cores, 16);
  request_threads = std::max<std::size_t>(cores, 8);
  // What one request may name is limited where it is read, by what can be reloaded.
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
  // A mark that a server remembers must be worth something on disk for as long again.
  options.store.mark_lease = options.gc.min_age / 2;
}

}  // namespace shaman::program
