// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "shaman/error.hpp"
#include "shaman/gc.hpp"
#include "shaman/pins.hpp"
#include "shaman/store.hpp"

#include "exit_status.hpp"
#include "options/command_options.hpp"

/// What the commands that work on a storage by hand share.
namespace shaman::program {

/// Says the error on standard error. The exit status for it.
int fail(const Error& error);
/// Says that an option or a command was renamed. The former name works for one version.
void note_new_name(const std::string& former, const std::string& now);
/// What a store or a collection has to say, but for what is usual.
void say(LogLevel level, const std::string& message);

/// Where root runs a command: goes on as the user whose `.shaman` the storage has, so that what the
/// command leaves there is the server's to read and to change. Says so. An exit status, with the
/// error said, where the command ends here: also where the storage is within another one. Before
/// other threads are started. From then on Ctrl-C ends the command with a sentence.
[[nodiscard]] std::optional<int> go_on_as_server(const std::string& storage);

/// Parses the arguments. An exit status where the program ends here: with its help, or with what is
/// wrong said. `own_apps` as of cli::parse().
[[nodiscard]] std::optional<int> parse_arguments(CLI::App& app, int argc, char** argv,
                                                 const std::vector<std::string>& own_apps = {});

/// Parses the arguments, and reads the configuration. Null: `exit_status` is that with which the
/// command ends here.
[[nodiscard]] std::shared_ptr<Options> parse(CLI::App& app, CommandOptions& given, int argc,
                                             char** argv, int& exit_status);

/// Parses the arguments, and goes on as the server; `storage` is absolute then. An exit status
/// where the command ends here. `gc`, where it is not null, is what the arguments and the
/// configuration say of collections.
[[nodiscard]] std::optional<int> parse_for_storage(CLI::App& app, CommandOptions& given, int argc,
                                                   char** argv, std::string& storage,
                                                   GcOptions* gc = nullptr);

/// How many threads commands read a storage with.
[[nodiscard]] std::size_t reading_threads();

/// Opens the store, or the pins, of a storage that is there, beside running servers, and does the
/// work. Its exit status.
[[nodiscard]] int with_store(const std::string& storage, const std::function<int(Store&)>& work);
[[nodiscard]] int with_pins(const std::string& storage, const std::function<int(Pins&)>& work);

/// Puts one line into the system's log (journal or syslog): who did what to which storage, and how
/// that ended; null: well. `what` is the command with its arguments, those from outside in quotes.
/// Where the machine has no such log, standard error says so.
void log_command(const std::string& what, const std::string& storage, const Error* failure);
template <class T>
void log_command(const std::string& what, const std::string& storage, const result<T>& outcome) {
  const std::optional<Error> failure = outcome ? std::nullopt : std::optional(outcome.error());
  log_command(what, storage, failure ? &*failure : nullptr);
}

}  // namespace shaman::program
