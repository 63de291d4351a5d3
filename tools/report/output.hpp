// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "shaman/error.hpp"

#include "cli/exit_status.hpp"

/// What the program says: results on standard output, everything else on standard error.
namespace shaman::tools {

/// A result, as it is.
void print(std::string_view text);
/// A result of --json: one line. Bytes that are no UTF-8 become U+FFFD.
void print_json(const nlohmann::json& line);

/// `shaman: …` and a line end, on standard error.
void say(std::string_view message);
/// As it is, on standard error.
void tell(std::string_view text);
/// A sentence for the user on standard error: `shaman: warning: …`.
void warn(std::string_view message);
/// What the command has made or changed, as in `the checkout "x" was made`: the last words about it
/// if the result cannot be written.
void remember_deed(std::string sentence);
/// Of standard output that could not be written: with what the command did all the same.
[[nodiscard]] Error with_deeds(Error error);

/// Of a server that had answered before; `who` is `the server`. Other errors stay as they are.
[[nodiscard]] Error gone_away(Error error, std::string_view who);
/// Of a server that cannot be reached: with what the user can look at. Other errors stay as they
/// are.
[[nodiscard]] Error with_advice(Error error);
/// The same, and that `shaman doctor` looks for the cause.
[[nodiscard]] Error with_hint(Error error);
/// Says on standard error what went wrong, and which exit status that is.
[[nodiscard]] ExitStatus fail(const Error& error);

/// What fail() said last.
[[nodiscard]] const std::string& last_failure() noexcept;
/// The line of --json of a command that failed before it had more to say.
[[nodiscard]] nlohmann::json failure_json(std::string_view message);
/// At the end of a command with --json: prints failure_json() of what fail() said last, if the
/// command failed and has not printed any line itself.
void complete_json(ExitStatus status);

}  // namespace shaman::tools
