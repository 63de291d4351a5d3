// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "shaman/error.hpp"

#include "cli/exit_status.hpp"

/// The program's output: results on standard output, everything else on standard error.
namespace shaman::tools {

/// Prints a result unchanged.
void print(std::string_view text);
/// Prints a result of --json: one line. Bytes that are not UTF-8 become U+FFFD.
void print_json(const nlohmann::json& line);

/// `shaman: …` and a line end, on standard error.
void say(std::string_view message);
/// Prints text unchanged on standard error.
void tell(std::string_view text);
/// A sentence for the user on standard error: `shaman: warning: …`.
void warn(std::string_view message);
/// Notes what the command has made or changed, as in `the checkout "x" was made`, for a message if
/// the result cannot be written.
void remember_deed(std::string sentence);
/// The error of a failed write to standard output, with the changes that the command made all the
/// same.
[[nodiscard]] Error with_deeds(Error error);

/// The error of a server that had answered before; `who` is `the server`. Other errors do not
/// change.
[[nodiscard]] Error gone_away(Error error, std::string_view who);
/// The error of a server that cannot be reached, with advice for the user. Other errors do not
/// change.
[[nodiscard]] Error with_advice(Error error);
/// The same, with a reference to `shaman doctor`.
[[nodiscard]] Error with_hint(Error error);
/// Prints the error on standard error, and returns its exit status.
[[nodiscard]] ExitStatus fail(const Error& error);
/// The same for several errors, each in a line of its own.
[[nodiscard]] ExitStatus fail_line_by_line(const Error& error);

/// The last message of fail().
[[nodiscard]] const std::string& last_failure() noexcept;
/// The line of --json of a command that failed before it had other results.
[[nodiscard]] nlohmann::json failure_json(std::string_view message);
/// At the end of a command with --json: prints failure_json() of the last message of fail(), if the
/// command failed and has not printed a line itself.
void complete_json(ExitStatus status);

}  // namespace shaman::tools
