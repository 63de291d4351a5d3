// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "bench/bench.hpp"
#include "bench/context.hpp"
#include "bench/figures/report.hpp"

namespace {

using namespace shaman::bench;

struct Options {
  std::string server;
  std::string scratch;
  std::vector<std::string> only;
  ServerProcess::Options process;
  int repeat = 3;
  std::optional<std::string> json;
  bool quick = false;
  bool list = false;
};

void describe(CLI::App& app, Options& options) {
  app.add_option("--server", options.server, "URL of the running server, http://HOST:PORT");
  app.add_option("--scratch", options.scratch,
                 "folder on the store's file system, where the machine's limits are measured");
  app.add_option("--only", options.only, "benches to run, and the limits they need; see --list")
      ->delimiter(',');
  app.add_option("--repeat", options.repeat, "rounds; figures are medians over them")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--pid-file", options.process.pid_file,
                 "file with the server's pid, for its memory and the bytes it writes");
  app.add_option("--restart", options.process.restart_command,
                 "shell command that restarts the server at the same address and returns when it "
                 "is ready; with --storage, to measure a server that has marked nothing yet");
  app.add_option("--storage", options.process.storage,
                 "the server's storage folder; blobs there are made to look older");
  app.add_option(
      "--collect", options.process.collect_command,
      "shell command that collects the storage's garbage, for the bench of a busy server");
  app.add_option(
         "--json", options.json,
         "print one JSON object instead of tables; with a name, write it into that file and "
         "print the tables")
      ->expected(0, 1);
  app.add_flag("--quick", options.quick, "small sizes: to see whether all works");
  app.add_flag("--list", options.list, "list the benches");
}

void list_benches() {
  for (const Bench* bench : all_benches())
    std::printf("%-20s %s%s\n", std::string(bench->name).c_str(),
                bench->kind == Bench::Kind::limit ? "(limit) " : "",
                std::string(bench->help).c_str());
}

// A thousand uploads at once need as many descriptors here.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

using Failures = std::map<std::string_view, std::string>;

// A bench that fails once is left out of the later rounds.
Failures measure(Context& context, const std::vector<const Bench*>& benches, int rounds,
                 Samples& samples) {
  Failures failures;
  for (int round = 1; round <= rounds; ++round) {
    for (const Bench* bench : benches) {
      if (failures.contains(bench->name)) continue;
      std::cerr << "round " << round << " of " << rounds << ": " << bench->name << std::endl;
      try {
        bench->run(context, samples);
      } catch (const std::exception& error) {
        failures[bench->name] = error.what();
        std::cerr << bench->name << " failed: " << error.what() << std::endl;
      }
    }
  }
  return failures;
}

std::vector<Metric> metrics_of(const std::vector<const Bench*>& benches, Bench::Kind kind) {
  std::vector<Metric> metrics;
  for (const Bench* bench : benches) {
    if (bench->kind == kind)
      metrics.insert(metrics.end(), bench->metrics.begin(), bench->metrics.end());
  }
  return metrics;
}

struct Report {
  std::vector<Row> limits;
  std::vector<Row> parts;
  std::optional<std::uint64_t> server_memory;
  Failures failures;
  int rounds;
};

void write_json(const Report& report, std::ostream& out) {
  nlohmann::json json{{"schema", 1}, {"rounds", report.rounds}};
  json["limits"] = json["parts"] = json["failures"] = nlohmann::json::array();
  for (const Row& row : report.limits)
    json["limits"].push_back(to_json(row));
  for (const Row& row : report.parts)
    json["parts"].push_back(to_json(row));
  for (const auto& [name, message] : report.failures)
    json["failures"].push_back({{"bench", name}, {"message", message}});
  if (report.server_memory) json["serverPeakMemory"] = *report.server_memory;
  out << json.dump(2) << '\n';
}

void print_tables(const Report& report) {
  if (!report.limits.empty()) std::cout << render_limits(report.limits) << '\n';
  if (!report.parts.empty()) std::cout << render_parts(report.parts);
  if (report.server_memory)
    std::cout << "\nMost memory of the server (VmHWM): "
              << format(static_cast<double>(*report.server_memory), Unit::bytes) << '\n';
  for (const auto& [name, message] : report.failures)
    std::cout << "\nFAILED " << name << ": " << message << '\n';
}

// With a file name, JSON is written in addition to the tables; without one, instead of them.
void print(const Report& report, const std::optional<std::string>& json) {
  if (json && json->empty()) return write_json(report, std::cout);
  print_tables(report);
  if (!json) return;
  std::ofstream file(*json);
  write_json(report, file);
  if (!file.flush()) throw std::runtime_error("cannot write " + *json);
}

int run(const Options& options) {
  raise_descriptor_limit();
  const std::vector<const Bench*> benches = select_benches(all_benches(), options.only);
  Context context(Endpoint::parse(options.server), options.scratch, ServerProcess(options.process),
                  options.quick ? Sizes::quick() : Sizes());
  Samples samples;
  Report report;
  report.failures = measure(context, benches, options.repeat, samples);
  report.rounds = options.repeat;
  std::vector<Metric> all = metrics_of(benches, Bench::Kind::limit);
  const std::vector<Metric> limits = all;
  const std::vector<Metric> parts = metrics_of(benches, Bench::Kind::part);
  all.insert(all.end(), parts.begin(), parts.end());
  report.limits = make_rows(limits, all, samples);
  report.parts = make_rows(parts, all, samples);
  report.server_memory = context.process.highest_peak();
  print(report, options.json);
  std::cout.flush();  // removing the scratch folder may take a while
  return report.failures.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures a running Shaman server, and the machine's limits for comparison.");
  Options options;
  describe(app, options);
  try {
    app.parse(argc, argv);
    if (options.list) return list_benches(), 0;
    if (options.server.empty()) throw CLI::RequiredError("--server");
    if (options.scratch.empty()) throw CLI::RequiredError("--scratch");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(options);
  } catch (const std::invalid_argument& error) {
    std::cerr << "shaman-bench: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "shaman-bench: " << error.what() << '\n';
    return 1;
  }
}
