// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands.hpp"

#include <algorithm>
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
#include "shaman/worker_pool.hpp"

#include "gc_options.hpp"

namespace shaman::program {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

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

}  // namespace

std::optional<int> run_command(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "gc") return collect(argc - 1, argv + 1);
  if (name == "erase") return erase(argc - 1, argv + 1);
  return std::nullopt;
}

}  // namespace shaman::program
