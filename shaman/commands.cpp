// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>

#include "shaman/checkout.hpp"
#include "shaman/fs/local.hpp"
#include "shaman/gc.hpp"
#include "shaman/os.hpp"
#include "shaman/store.hpp"
#include "shaman/text.hpp"
#include "shaman/verify.hpp"
#include "shaman/worker_pool.hpp"

#include "gc_options.hpp"

namespace shaman::program {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kDamaged = 3;

int fail(const Error& error) {
  std::fprintf(stderr, "shaman-server: %s\n", text::printable(error.message()).c_str());
  return kFailed;
}

void say(LogLevel level, const std::string& message) {
  if (level != LogLevel::info) std::fprintf(stderr, "shaman-server: %s\n", message.c_str());
}

std::size_t walking_threads() {
  return std::max<std::size_t>(2 * std::thread::hardware_concurrency(), 8);
}

void add_storage(CLI::App& app, std::string& storage) {
  app.add_option("--storage", storage, "The folder that holds the files and the checkouts")
      ->required()
      ->type_name("DIR");
}

int collect(int argc, char** argv) {
  std::string storage;
  std::string explain;
  bool as_json = false;
  GcOptions options;
  options.log = say;
  CLI::App app(
      "Finds files that no checkout uses and that nobody asked for in a while, puts them into the\n"
      "storage's trash, and deletes what has been there for long enough. Servers may run.",
      "shaman-server gc");
  add_storage(app, storage);
  add_gc_policies(app, "--", options);
  app.add_flag("--dry-run", options.dry_run, "Tell what would be done, and change nothing");
  app.add_flag("--json", as_json, "Print the figures as one line of JSON");
  app.add_option("--explain", explain, "Tell why the files with this SHA-256 stay or go")
      ->type_name("SHA");
  try {
    app.parse(argc, argv);
    if (!explain.empty() && !(options.explain = Digest::from_hex(explain)))
      throw CLI::ValidationError("--explain", "'" + explain + "' is no SHA-256 of 64 hex digits");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  fs::LocalFileSystem file_system;
  WorkerPool pool(walking_threads());
  const auto results = collect_garbage(file_system, os::absolute(storage), pool, options);
  if (!results) return fail(results.error());
  const std::string report = as_json ? to_json(*results) : to_text(*results);
  std::printf("%s%s\n", options.dry_run && !as_json ? "dry run: " : "", report.c_str());
  return 0;
}

int erase(int argc, char** argv) {
  std::string storage;
  std::string path;
  CLI::App app(
      "Erases one checkout. Its files stay in the store until garbage collection finds that\n"
      "nothing else uses them. Servers may run.",
      "shaman-server erase");
  add_storage(app, storage);
  app.add_option("path", path, "The checkout, relative to the storage's jobs folder")
      ->required()
      ->type_name("PATH");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  fs::LocalFileSystem file_system;
  storage = os::absolute(storage);
  if (const auto there = file_system.open_root(storage); !there)
    return fail({errc::not_a_store, "cannot open the storage " + text::printable(storage) + ": " +
                                        there.error().message()});
  WorkerPool pool(walking_threads());
  StoreOptions options;
  options.log = say;
  auto store = Store::open(file_system, storage, options, pool);
  if (!store) return fail(store.error());
  const auto erased = Checkouts(**store, {}).erase(path);
  if (!erased) return fail(erased.error());
  return 0;
}

// `5%`, or `0.5%`: as a fraction of one. 0: it is no such thing.
double parse_share(std::string_view text) {
  double percent = 0;
  if (!text.ends_with('%')) return 0;
  text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool is_good = error == std::errc() && end == text.data() + text.size() && percent > 0;
  return is_good && percent <= 100 ? percent / 100 : 0;
}

int verify(int argc, char** argv) {
  std::string storage;
  VerifyOptions options;
  CLI::App app(
      "Reads the stored files and compares them with their checksums. What is damaged is moved to\n"
      "the storage's .shaman/quarantine, so that clients send it again; the exit status is 3 "
      "then.\n"
      "A run that was interrupted goes on where it was. Servers may run.",
      "shaman-server verify");
  add_storage(app, storage);
  app.add_option_function<std::string>(
         "--sample",
         [&options](const std::string& text) {
           options.sample = parse_share(text);
           if (options.sample == 0)
             throw CLI::ValidationError("--sample", "'" + text + "' is no share such as 5%");
         },
         "Read only this share of the files, chosen by chance")
      ->type_name("PERCENT%");
  app.add_option("--rate", options.bytes_per_second,
                 "Read no faster than this a second; 0: no limit")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("BYTES")
      ->capture_default_str();
  app.add_flag("--dry-run", options.dry_run, "Leave what is damaged in its place");
  app.add_flag("--restart", options.restart, "Begin anew where the last run was interrupted");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  fs::LocalFileSystem file_system;
  WorkerPool pool(walking_threads());
  const auto results = verify_store(file_system, os::absolute(storage), pool, options);
  if (!results) return fail(results.error());
  std::printf("%s\n", to_text(*results).c_str());
  return results->damaged.empty() ? 0 : kDamaged;
}

}  // namespace

std::optional<int> run_command(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "gc") return collect(argc - 1, argv + 1);
  if (name == "erase") return erase(argc - 1, argv + 1);
  if (name == "verify") return verify(argc - 1, argv + 1);
  return std::nullopt;
}

}  // namespace shaman::program
