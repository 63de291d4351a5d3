// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.hpp"

#include <charconv>
#include <chrono>
#include <map>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "duration.hpp"
#include "gc_options.hpp"

namespace shaman::program {
namespace {

constexpr int kUsageError = 2;

// `127.0.0.1:8080`, `[::1]:8080`, `farm-server:8080`. What is wrong with it, or nothing.
std::string split_listen(const std::string& text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return "must be HOST:PORT, for example 127.0.0.1:8080";
  host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return "an IPv6 address must be in brackets: [::1]:8080";
  }
  if (host.empty()) return "must name a host: 0.0.0.0:8080 is every network of this machine";
  const std::string_view digits = std::string_view(text).substr(colon + 1);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
    return "the port must be a number from 0 to 65535 (0: any that is free)";
  return {};
}

// An option in seconds, as a fraction where one is wanted, kept as milliseconds.
void add_seconds(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                 const std::string& help, double least) {
  app.add_option_function<double>(
         name,
         [&value](double seconds) {
           value = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
         },
         help)
      ->check(CLI::Range(least, 1e9))
      ->type_name("SECONDS")
      ->default_str(CLI::detail::to_string(static_cast<double>(value.count()) / 1000.0));
}

template <class Number>
CLI::Option* add_bytes(CLI::App& app, const std::string& name, Number& value,
                       const std::string& help, Number least, Number most) {
  return app.add_option(name, value, help)
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(least, most))
      ->type_name("BYTES")
      ->capture_default_str();
}

void add_storage_options(CLI::App& app, Options& options) {
  app.add_option("--storage", options.storage,
                 "The folder that holds the files and the checkouts; made if its parent exists")
      ->required()
      ->type_name("DIR");
  static const std::map<std::string, Durability> kDurabilities{
      {"group", Durability::group}, {"full", Durability::full}, {"none", Durability::none}};
  app.add_option("--durability", options.store.durability,
                 "What an answer promises. group: what was acknowledged survives a power cut; many"
                 " uploads share the disk's flushes. full: the same, with few flushes at once."
                 " none: it survives the end of the server, not of the machine [group]")
      ->transform(CLI::CheckedTransformer(kDurabilities).description(""))
      ->type_name("group|full|none");
  add_bytes<std::uint64_t>(app, "--min-free-space", options.store.min_free_space,
                           "Refuse uploads (507) that would leave less than this free", 0,
                           std::uint64_t{1} << 60);
  app.add_option("--min-free-inodes", options.store.min_free_inodes,
                 "The same for the file system's inodes")
      ->type_name("COUNT")
      ->capture_default_str();
  add_bytes<std::uint64_t>(app, "--max-store-size", options.store.max_store_size,
                           "Refuse uploads (507) beyond this size of all stored files; 0: no limit",
                           0, std::uint64_t{1} << 62);
  add_seconds(app, "--stall-after", options.store.stall_after,
              "An upload without progress for this long may be taken over by another client's",
              0.1);
  add_duration(app, "--upload-expiry", options.store.upload_expiry,
               "How long an unfinished upload is kept to which nothing is added");
  app.add_option("--max-partial-uploads", options.store.max_partial_uploads,
                 "Unfinished uploads at once that can be resumed; more are answered 507")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}))
      ->type_name("COUNT")
      ->capture_default_str();
  add_bytes<std::uint64_t>(app, "--max-partial-size", options.store.max_partial_bytes,
                           "Of all unfinished uploads together", 0, std::uint64_t{1} << 62);
  app.add_option_function<std::vector<std::string>>(
         "--jobs-location",
         [&options](const std::vector<std::string>& entries) {
           for (const std::string& entry : entries) {
             const std::size_t equals = entry.find('=');
             if (equals == std::string::npos || equals == 0)
               throw CLI::ValidationError("--jobs-location", "must be PLATFORM=PATH");
             options.server.jobs_location[entry.substr(0, equals)] = entry.substr(equals + 1);
           }
         },
         "Where clients of a platform (linux, windows, darwin) see the storage's jobs folder; may"
         " be given for each [DIR/jobs]")
      ->type_name("PLATFORM=PATH");
}

void add_network_options(CLI::App& app, Options& options, std::string& listen) {
  app.add_option("--listen", listen,
                 "Where to listen: an IPv4 address, an IPv6 address in brackets or a host name, and"
                 " a port (0: any that is free; it is logged)")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  app.add_option("--port-file", options.port_file,
                 "Write the port to this file once connections are accepted")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--manager",
         [&options](const std::string& url) {
           auto address = proxy::ManagerAddress::parse(url);
           if (!address) throw CLI::ValidationError("--manager", address.error().message());
           options.manager = *std::move(address);
         },
         "Stand in front of this Flamenco Manager: what is not Shaman's is passed on to it")
      ->type_name("URL");
  app.add_option("--name", options.server.name, "What this server calls itself to clients")
      ->capture_default_str();
}

void add_limit_options(CLI::App& app, Options& options) {
  http::Limits& limits = options.server.limits;
  app.add_option_function<std::size_t>(
         "--max-connections",
         [&options](std::size_t count) {
           options.server.limits.connections = count;
           options.connections_given = true;
         },
         "Connections at once; more are answered 503. Each may need two file descriptors"
         " [8192, or what `ulimit -Hn` allows]")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("COUNT");
  app.add_option("--max-connections-per-address", limits.connections_per_address,
                 "Connections of one client at once; more are answered 503")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("COUNT")
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--trusted-proxies",
         [&options](const std::vector<std::string>& ranges) {
           for (const std::string& range : ranges)
             if (auto added = options.server.trusted_proxies.add(range); !added)
               throw CLI::ValidationError("--trusted-proxies", added.error().message());
         },
         "Networks whose proxies may have any number of connections, and are believed what they say"
         " of clients behind them (X-Forwarded-For)")
      ->type_name("NETWORK");
  add_bytes<std::uint64_t>(app, "--max-file-size", limits.file_bytes, "Of one file", 1,
                           std::uint64_t{1} << 62);
  add_bytes<std::size_t>(app, "--max-json-size", limits.json_bytes, "Of one JSON request", 1024,
                         std::size_t{1} << 30);
  add_bytes<std::size_t>(app, "--json-memory", limits.json_budget,
                         "Of all JSON requests together; more wait unread", 1 << 20,
                         std::size_t{1} << 40);
  app.add_option("--max-files", limits.json_files, "Files that one JSON request may name")
      ->check(CLI::Range(std::size_t{1}, std::size_t{50'000'000}))
      ->type_name("COUNT")
      ->capture_default_str();
  add_bytes<std::size_t>(app, "--max-header-size", limits.header_bytes, "Of one request's header",
                         1024, 1 << 20);
  add_bytes<std::size_t>(app, "--upload-memory", limits.buffer_bytes,
                         "Of all uploads together, between network and disk", 1 << 20,
                         std::size_t{1} << 40);
}

void add_time_options(CLI::App& app, Options& options) {
  http::Timeouts& timeouts = options.server.timeouts;
  add_seconds(app, "--idle-timeout", timeouts.idle,
              "A connection without a request is closed after this", 0.1);
  add_seconds(app, "--header-timeout", timeouts.header,
              "A request's header must be complete this long after its first byte", 0.1);
  add_seconds(app, "--stall-timeout", timeouts.stall,
              "A transfer without a single byte for this long is given up", 0.1);
  add_bytes<std::uint64_t>(app, "--min-rate", timeouts.min_rate,
                           "Per second: a slower transfer is given up; 0 for no such limit", 0,
                           std::uint64_t{1} << 40);
  add_seconds(app, "--rate-window", timeouts.rate_window,
              "The time over which --min-rate is averaged", 0.1);
  add_seconds(app, "--work-timeout", timeouts.work,
              "The server's own work on a request, without progress", 1);
  add_seconds(app, "--create-wait", timeouts.create_wait,
              "How long the creation of a checkout waits for files that are just being uploaded",
              0);
  add_seconds(app, "--grace", timeouts.grace,
              "How long running requests may go on when the server is told to stop", 0);
}

void add_thread_options(CLI::App& app, Options& options) {
  const auto add = [&app](const std::string& name, std::size_t& value, const std::string& help) {
    app.add_option(name, value, help)
        ->check(CLI::Range(std::size_t{1}, std::size_t{1024}))
        ->type_name("COUNT")
        ->capture_default_str();
  };
  const std::size_t cores = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  options.server.io_threads = cores;
  options.disk_threads = std::max<std::size_t>(2 * cores, 16);
  options.request_threads = std::max<std::size_t>(cores, 8);
  add("--io-threads", options.server.io_threads, "Threads that speak with clients");
  add("--disk-threads", options.disk_threads, "Threads that hash and write uploads");
  add("--request-threads", options.request_threads, "Threads that work on requests of many files");
}

void add_gc_options(CLI::App& app, Options& options) {
  add_duration(app, "--gc-period", options.gc_period,
               "How often to collect files that nothing uses; 0: never");
  add_gc_policies(app, "--gc-", options.gc);
  add_duration(app, "--verify-period", options.verify_period,
               "How often to read all stored files and look for damage; 0: never");
  add_bytes<std::uint64_t>(app, "--verify-rate", options.verify_rate,
                           "Bytes a second that this reads at most; 0: no limit", 0,
                           std::uint64_t{1} << 40);
}

void add_log_options(CLI::App& app, Options& options) {
  static const std::map<std::string, spdlog::level::level_enum> kLevels{
      {"trace", spdlog::level::trace}, {"debug", spdlog::level::debug},
      {"info", spdlog::level::info},   {"warning", spdlog::level::warn},
      {"error", spdlog::level::err},   {"off", spdlog::level::off}};
  app.add_option("--log-level", options.log_level,
                 "What is written to standard error; info has a line for each request [info]")
      ->transform(CLI::CheckedTransformer(kLevels).description(""))
      ->type_name("trace|debug|info|warning|error|off");
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Options& options = parsed.options;
  options.server.version = SHAMAN_VERSION;
  options.server.git = SHAMAN_GIT;
  std::string listen = "127.0.0.1:8080";

  CLI::App app(
      "Keeps the files of render jobs by their content, and makes checkouts of them.\n"
      "Speaks the Shaman protocol of Flamenco, version 3. There is no authentication: let only a\n"
      "trusted network reach it. SIGTERM and SIGINT stop it, a second one at once.\n"
      "`shaman-server gc` collects garbage, `erase` erases a checkout, `verify` looks for damaged\n"
      "files; see --help of each.",
      "shaman-server");
  app.set_version_flag("--version", "shaman-server " SHAMAN_VERSION);
  app.get_formatter()->column_width(36);
  add_storage_options(app, options);
  add_network_options(app, options, listen);
  add_limit_options(app, options);
  add_time_options(app, options);
  add_thread_options(app, options);
  add_gc_options(app, options);
  add_log_options(app, options);
  try {
    app.parse(argc, argv);
    if (auto wrong = split_listen(listen, options.host, options.port); !wrong.empty())
      throw CLI::ValidationError("--listen", "'" + listen + "': " + wrong);
  } catch (const CLI::ParseError& error) {
    parsed.exit_status = app.exit(error) == 0 ? 0 : kUsageError;
  }
  // A mark that a server remembers must be worth something on disk for as long again.
  options.store.mark_lease = options.gc.min_age / 2;
  options.checkouts.max_files = options.server.limits.json_files;
  return parsed;
}

}  // namespace shaman::program
