// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/progress_printer.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "shaman/os.hpp"

namespace shaman::client {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kFrame{100};
constexpr milliseconds kLineEvery{10'000};
constexpr milliseconds kNotBefore{400};

void write(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

struct ProgressPrinter::Impl {
  explicit Impl(const Progress& what) : progress(what) {}

  const Progress& progress;
  const bool is_terminal = os::stderr_can_redraw();
  std::mutex mutex;
  std::condition_variable wake;
  bool is_ending = false;
  std::thread thread;

  const Clock::time_point begin = Clock::now();
  Stage stage = Stage::tracing;
  Clock::time_point stage_begin = begin;
  Clock::time_point last_line = begin;
  std::size_t columns_drawn = 0;
  RateMeter rate;

  void run() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, kFrame, [&] { return is_ending; }))
      show(Clock::now());
    wipe();
  }

  void show(Clock::time_point now) {
    if (const Stage next = progress.stage; next != stage) {
      stage = next;
      stage_begin = now;
      rate = {};
    }
    const auto elapsed = std::chrono::duration_cast<milliseconds>(now - stage_begin);
    const Amounts& amounts = progress.of(stage);
    rate.sample(elapsed, amounts.bytes_done);
    if (now - begin < kNotBefore) return;

    const ProgressView view{stage,
                            progress.server,
                            amounts.bytes_done,
                            amounts.bytes_total,
                            amounts.files_done,
                            amounts.files_total,
                            progress.files_waiting,
                            elapsed,
                            rate.bytes_per_second(),
                            until_next_try(now)};
    if (is_terminal) {
      draw(progress_bar(view, os::terminal_width() - 1));
    } else if (now - last_line >= kLineEvery) {
      last_line = now;
      write("shaman: " + progress_text(view) + "\n");
    }
  }

  std::optional<std::chrono::seconds> until_next_try(Clock::time_point now) const {
    const Clock::time_point next = progress.next_try;
    // Hashing goes on without the server.
    if (next == Clock::time_point{} || stage == Stage::hashing) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(std::max(next - now, Clock::duration::zero()));
  }

  void draw(const std::string& line) {
    const std::size_t blanks = columns_drawn > line.size() ? columns_drawn - line.size() : 0;
    write("\r" + line + std::string(blanks, ' '));
    columns_drawn = line.size() + blanks;
  }

  void wipe() {
    if (columns_drawn > 0) write("\r" + std::string(columns_drawn, ' ') + "\r");
  }
};

ProgressPrinter::ProgressPrinter(const Progress& progress)
    : impl_(std::make_unique<Impl>(progress)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

ProgressPrinter::~ProgressPrinter() {
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->is_ending = true;
  }
  impl_->wake.notify_all();
  impl_->thread.join();
}

}  // namespace shaman::client
