// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/interruption.hpp"

#include <cstdlib>
#include <mutex>
#include <utility>

#include "shaman/os.hpp"

#include "report/output.hpp"

namespace shaman::tools {
namespace {

// Draws over a progress line.
constexpr const char* kClearLine = "\r\x1b[K";

// The command's, read by the watch's thread.
struct State {
  std::mutex mutex;
  bool finishes = false;
  std::string sentence = "nothing was changed";
  std::stop_token token;
};

State& state() {
  static State now;
  return now;
}

void clear_line() {
  if (os::stderr_can_redraw()) tell(kClearLine);
}

// The program's own thread may be waiting for a server or a disk, so it is not involved.
[[noreturn]] void end(std::string sentence, bool is_json) {
  clear_line();
  const ExitStatus status = fail({errc::cancelled, std::move(sentence)});
  if (is_json) complete_json(status);
  std::_Exit(static_cast<int>(status));
}

void on_first(bool is_json) {
  const std::scoped_lock lock(state().mutex);
  if (state().finishes) return;
  end("cancelled; " + state().sentence, is_json);
}

void on_still_stopping() {
  clear_line();
  say("stopping; another Ctrl-C ends the program at once");
}

void on_last(bool is_json) {
  const std::scoped_lock lock(state().mutex);
  end("cancelled at once; " + state().sentence, is_json);
}

}  // namespace

Interruption::Interruption(bool is_json)
    : watch_(
          {[is_json] { on_first(is_json); }, on_still_stopping, [is_json] { on_last(is_json); }}) {
  const std::scoped_lock lock(state().mutex);
  state().token = watch_.token();
}

std::stop_token finish_on_interrupt(std::string left) {
  const std::scoped_lock lock(state().mutex);
  state().finishes = true;
  state().sentence = std::move(left);
  return state().token;
}

void say_when_cancelled(std::string sentence) {
  const std::scoped_lock lock(state().mutex);
  state().sentence = std::move(sentence);
}

}  // namespace shaman::tools
