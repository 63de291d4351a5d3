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

/// Shared by the commands that work on a storage.
namespace shaman::program {

/// Prints the error on standard error. Returns its exit status.
int fail(const Error& error);
/// Prints that an option or a command was renamed. The former name works for one version.
void note_new_name(const std::string& former, const std::string& now);
/// Prints the messages of a store or a collection, except for usual ones.
void say(LogLevel level, const std::string& message);

/// If root runs a command: continues as the owner of the storage's `.shaman`, so that the server
/// can read and change the command's files, and prints that. New folders get the rights of a
/// server's. Returns an exit status, after printing
/// the error, if the command ends here, also if the storage is within another one. Call it before
/// starting threads. From then on Ctrl-C ends the command with a sentence.
[[nodiscard]] std::optional<int> go_on_as_server(const std::string& storage);

/// The user who runs the command, for a log: the one before go_on_as_server().
[[nodiscard]] std::string first_caller();

/// Parses the arguments. Returns an exit status if the program ends here, after printing its help
/// or an error. `own_apps`: see cli::parse().
[[nodiscard]] std::optional<int> parse_arguments(CLI::App& app, int argc, char** argv,
                                                 const std::vector<std::string>& own_apps = {});

/// Parses the arguments, and reads the configuration. Null: the command ends here with
/// `exit_status`.
[[nodiscard]] std::shared_ptr<Options> parse(CLI::App& app, CommandOptions& given, int argc,
                                             char** argv, int& exit_status);

/// Parses the arguments, and continues as the server's user; `storage` is then absolute. Returns an
/// exit status if the command ends here. `gc`, if not null, gets the settings for collections from
/// arguments and configuration.
[[nodiscard]] std::optional<int> parse_for_storage(CLI::App& app, CommandOptions& given, int argc,
                                                   char** argv, std::string& storage,
                                                   GcOptions* gc = nullptr);

/// The number of threads with which commands read a storage.
[[nodiscard]] std::size_t reading_threads();

/// Opens the store, or the pins, of an existing storage, which servers may be using, and does the
/// work. Returns its exit status.
[[nodiscard]] int with_store(const std::string& storage, const std::function<int(Store&)>& work);
[[nodiscard]] int with_pins(const std::string& storage, const std::function<int(Pins&)>& work);

/// Writes one line to the system's log (journal or syslog): the user, the command, the storage, and
/// the error; null: success. `what` is the command with its arguments, those from outside in
/// quotes. If the machine has no such log, standard error says so.
void log_command(const std::string& what, const std::string& storage, const Error* failure);
template <class T>
void log_command(const std::string& what, const std::string& storage, const result<T>& outcome) {
  const std::optional<Error> failure = outcome ? std::nullopt : std::optional(outcome.error());
  log_command(what, storage, failure ? &*failure : nullptr);
}

}  // namespace shaman::program
