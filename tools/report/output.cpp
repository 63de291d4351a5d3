// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/output.hpp"

#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "shaman/text.hpp"

#include "base/program/standard_output.hpp"
#include "http/client/interrupt.hpp"
#include "http/client/transport.hpp"
#include "report/waiting.hpp"

namespace shaman::tools {
namespace {

using nlohmann::json;

bool has_printed_json = false;
std::string last_message;
std::string deeds;

ExitStatus status_of(errc code) {
  const bool was_terminated = code == errc::cancelled && client::InterruptWatch::was_terminated();
  return was_terminated ? ExitStatus::terminated : exit_status_of(code);
}

}  // namespace

void say(std::string_view message) {
  tell("shaman: " + text::without_logins(message) + "\n");
}

void tell(std::string_view text) {
  Waiting::wipe();
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void print(std::string_view text) {
  Waiting::wipe();
  write_out(text);
  flush_output();
}

void print_json(const json& line) {
  has_printed_json = true;
  Waiting::wipe();
  write_out(line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
  flush_output();
}

ExitStatus fail(const Error& error) {
  last_message = text::without_logins(error.message());
  say(last_message);
  return status_of(error.code);
}

ExitStatus fail_line_by_line(const Error& error) {
  last_message = text::without_logins(error.message());
  std::string_view rest = last_message;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
    say(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  say(rest);
  return status_of(error.code);
}

void warn(std::string_view message) {
  say("warning: " + std::string(message));
}

Error with_advice(Error error) {
  if (error.code == errc::unreachable && !client::is_name_unknown(error))
    error.detail = error.message() +
                   ". Check that the server is running, that address and port are right, and that "
                   "no firewall or inactive VPN is in between";
  if (error.code == errc::manager_away)
    error.detail = error.message() +
                   "; try again later, or ask the farm's admin whether the Manager is running";
  return error;
}

Error with_hint(Error error) {
  const bool needs_doctor = error.code == errc::unreachable;
  error = with_advice(std::move(error));
  if (needs_doctor) error.detail += ". `shaman doctor` tests the settings of this machine";
  return error;
}

void remember_deed(std::string sentence) {
  deeds += "; " + std::move(sentence);
}

Error with_deeds(Error error) {
  error.detail = error.message() + deeds;
  return error;
}

Error gone_away(Error error, std::string_view who) {
  if (error.code == errc::unreachable)
    error.detail = std::string(who) + " went away: " + error.message();
  return error;
}

const std::string& last_failure() noexcept {
  return last_message;
}

json failure_json(std::string_view message) {
  return {{"schema", 1}, {"error", message}, {"missing", json::array()}};
}

void complete_json(ExitStatus status) {
  if (status == ExitStatus::done || has_printed_json) return;
  print_json(failure_json(last_message));
}

}  // namespace shaman::tools
