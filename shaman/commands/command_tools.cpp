// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/command_tools.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "shaman/fs/local.hpp"
#include "shaman/os.hpp"
#include "shaman/storage_access.hpp"
#include "shaman/text.hpp"
#include "shaman/worker_pool.hpp"

#include "cli/usage.hpp"
#include "http/client/interrupt.hpp"
#include "log/system_log.hpp"
#include "process/run_as.hpp"
#include "storage_place.hpp"

namespace shaman::program {

int fail(const Error& error) {
  std::fprintf(stderr, "shaman-server: %s\n", text::printable(error.message()).c_str());
  return static_cast<int>(exit_status_of(error.code));
}

void note_new_name(const std::string& former, const std::string& now) {
  std::fprintf(stderr, "shaman-server: warning: %s is now %s\n", former.c_str(), now.c_str());
}

namespace {
// The user before the program continued as another one.
std::string& caller_before() {
  static std::string who;
  return who;
}

// Interrupted work is safe, and continues with the next run.
void end_on_interrupt() {
  static const client::InterruptWatch watch(
      {[] {
         std::fputs(
             "shaman-server: cancelled; run the command "
             "again to do the rest\n",
             stderr);
         std::_Exit(static_cast<int>(client::InterruptWatch::was_terminated()
                                         ? ExitStatus::terminated
                                         : ExitStatus::interrupted));
       },
       {},
       {}});
}

}  // namespace

std::optional<int> go_on_as_server(const std::string& storage) {
  if (const auto is = check_outermost(storage); !is) return fail(is.error());
  caller_before() = caller();
  const auto owner = become_owner_of(storage + "/" + kServersFolder);
  if (!owner) return fail(owner.error());
  if (!owner->empty()) std::fprintf(stderr, "shaman-server: %s\n", owner->c_str());
  take_umask_of_servers(storage, kServersFolder);
  end_on_interrupt();
  return std::nullopt;
}

void say(LogLevel level, const std::string& message) {
  if (level != LogLevel::info) std::fprintf(stderr, "shaman-server: %s\n", message.c_str());
}

std::string first_caller() {
  return caller_before().empty() ? caller() : caller_before();
}

std::optional<int> parse_arguments(CLI::App& app, int argc, char** argv,
                                   const std::vector<std::string>& own_apps) {
  const auto ended = cli::parse(app, {argv + std::min(argc, 1), argv + argc}, own_apps);
  if (!ended) return std::nullopt;
  if (*ended) {
    std::fputs((*ended)->c_str(), stdout);
    return 0;
  }
  // In lines, with text from outside escaped.
  std::fprintf(stderr, "shaman-server: %s\n", ended->error().message().c_str());
  return kCommandUsage;
}

std::shared_ptr<Options> parse(CLI::App& app, CommandOptions& given, int argc, char** argv,
                               int& exit_status) {
  if (const auto status = parse_arguments(app, argc, argv)) {
    exit_status = *status;
    return nullptr;
  }
  exit_status = kCommandUsage;
  return given.load();
}

std::optional<int> parse_for_storage(CLI::App& app, CommandOptions& given, int argc, char** argv,
                                     std::string& storage, GcOptions* gc) {
  int exit_status = 0;
  const auto settings = parse(app, given, argc, argv, exit_status);
  if (!settings) return exit_status;
  storage = os::absolute(settings->storage);
  if (gc != nullptr) *gc = settings->gc;
  return go_on_as_server(storage);
}

std::size_t reading_threads() {
  return std::max<std::size_t>(2 * std::thread::hardware_concurrency(), 8);
}

namespace {

Store& dereferenced(std::unique_ptr<Store>& store) {
  return *store;
}
Pins& dereferenced(Pins& pins) {
  return pins;
}

template <class Opened>
int with(const std::string& storage, const std::function<int(Opened&)>& work) {
  fs::LocalFileSystem file_system;
  if (const auto is = check_is_storage(file_system, storage); !is) return fail(is.error());
  WorkerPool pool(reading_threads());
  StoreOptions options;
  options.log = say;
  auto opened = Opened::open(file_system, storage, options, pool);
  if (!opened) return fail(opened.error());
  return work(dereferenced(*opened));
}

}  // namespace

int with_store(const std::string& storage, const std::function<int(Store&)>& work) {
  return with<Store>(storage, work);
}

int with_pins(const std::string& storage, const std::function<int(Pins&)>& work) {
  return with<Pins>(storage, work);
}

void log_command(const std::string& what, const std::string& storage, const Error* failure) {
  const std::string line = what + (storage.empty() ? "" : " in " + text::in_quotes(storage)) +
                           " by " + first_caller() + ": " +
                           (failure == nullptr ? "done" : "failed: " + failure->message());
  if (write_system_log(failure == nullptr ? LogLevel::info : LogLevel::warning, line)) return;
  // A failure has its own message, and has changed nothing.
  if (failure != nullptr) return;
  std::fprintf(stderr,
               "shaman-server: this machine has no system log (/dev/log), so this command was not "
               "recorded\n");
}

}  // namespace shaman::program
