// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/waiting.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>

#include "shaman/os.hpp"

namespace shaman::tools {
namespace {

constexpr std::chrono::seconds kStep{1};

std::atomic<Waiting*> current = nullptr;

void draw(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Waiting::Waiting(const std::string& what, const std::string& verb) : text_(verb + " " + what) {
  if (!os::stderr_can_redraw()) return;
  current = this;
  thread_ = std::thread([this] { run(); });
}

Waiting::~Waiting() {
  if (!thread_.joinable()) return;
  current = nullptr;
  end();
  thread_.join();
}

void Waiting::wipe() {
  if (Waiting* const shown = current.load()) shown->end();
}

void Waiting::end() {
  const std::scoped_lock lock(mutex_);
  is_ending_ = true;
  if (drawn_ > 0) draw("\r" + std::string(drawn_, ' ') + "\r");
  drawn_ = 0;
  wake_.notify_all();
}

void Waiting::run() {
  std::unique_lock lock(mutex_);
  for (int seconds = 1; !wake_.wait_for(lock, kStep, [this] { return is_ending_; }); ++seconds) {
    std::string line = text_ + ", " + std::to_string(seconds) + " s";
    line.resize(std::min(line.size(), os::terminal_width() - 1));
    draw("\r" + line);
    drawn_ = std::max(drawn_, line.size());
  }
}

}  // namespace shaman::tools
