// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <vector>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

namespace shaman::client {
namespace {

constexpr std::size_t kNarrowestBar = 10;
constexpr std::size_t kWidestBar = 40;
constexpr std::string_view kGap = "  ";
const std::string kTheServer = "the server";

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::tracing:
      return "Reading";
    case Stage::connecting:
      return "Waiting";
    case Stage::hashing:
      return "Hashing";
    case Stage::asking:
      return "Asking";
    case Stage::uploading:
      return "Uploading";
    case Stage::creating:
      return "Creating the checkout";
    case Stage::downloading:
      return "Downloading";
  }
  return {};
}

// What a stage without an amount is waiting for.
std::string awaited(const ProgressView& view) {
  const std::string& server = view.server.empty() ? kTheServer : view.server;
  switch (view.stage) {
    case Stage::connecting:
      return "Waiting for " + server;
    case Stage::asking:
      return "Waiting for " + server + " to list the files that it lacks";
    case Stage::creating:
      return "Waiting for " + server + " to make the checkout";
    default:
      return std::string(name_of(view.stage));
  }
}

std::string waiting_text(const ProgressView& view) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(view.elapsed).count();
  return awaited(view) + (seconds > 0 ? ", " + std::to_string(seconds) + " s" : "");
}

bool has_amount(const ProgressView& view) {
  return view.stage == Stage::hashing || view.stage == Stage::uploading ||
         view.stage == Stage::downloading;
}

double share_done(const ProgressView& view) {
  if (view.bytes_total > 0)
    return std::min(1.0,
                    static_cast<double>(view.bytes_done) / static_cast<double>(view.bytes_total));
  if (view.files_total > 0)
    return std::min(1.0,
                    static_cast<double>(view.files_done) / static_cast<double>(view.files_total));
  return 1.0;
}

std::string percent(const ProgressView& view) {
  std::array<char, 16> buffer;
  std::snprintf(buffer.data(), buffer.size(), "%3.0f %%", std::floor(share_done(view) * 100));
  return buffer.data();
}

std::string bytes_of(const ProgressView& view) {
  return units::size_text(std::min(view.bytes_done, view.bytes_total)) + " of " +
         units::size_text(view.bytes_total);
}

std::string files_of(const ProgressView& view) {
  return std::to_string(view.files_done) + " of " +
         text::count_of(view.files_total, "file", "files");
}

std::string rate_of(const ProgressView& view) {
  if (view.bytes_per_second < 1) return {};
  return units::rate_text(static_cast<std::uint64_t>(view.bytes_per_second));
}

std::string left_of(const ProgressView& view) {
  if (view.bytes_per_second < 1 || view.bytes_total <= view.bytes_done) return {};
  const double seconds =
      static_cast<double>(view.bytes_total - view.bytes_done) / view.bytes_per_second;
  constexpr double kLongest = 100 * 3600;
  if (seconds > kLongest) return {};
  return clock_text(std::chrono::seconds(static_cast<std::int64_t>(std::ceil(seconds)))) + " left";
}

std::string waiting_of(const ProgressView& view) {
  if (view.files_waiting == 0) return {};
  return text::count_of(view.files_waiting, "file", "files") + " being sent by others";
}

// The stage, the amounts, and why they do not grow: these have priority over the bar.
std::vector<std::string> main_parts_of(const ProgressView& view) {
  std::vector<std::string> parts{percent(view), bytes_of(view), waiting_of(view)};
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

// The other parts, the most useful first.
std::vector<std::string> other_parts_of(const ProgressView& view) {
  std::vector<std::string> parts{left_of(view), rate_of(view), files_of(view)};
  std::erase_if(parts, [](const std::string& part) { return part.empty(); });
  return parts;
}

// The parts that fit into the width, up to the first that does not.
std::string fitting(const std::vector<std::string>& parts, std::size_t width) {
  std::string out;
  for (const std::string& part : parts) {
    if (out.size() + kGap.size() + part.size() > width) break;
    out.append(kGap).append(part);
  }
  return out;
}

std::string away_of(const ProgressView& view) {
  if (!view.next_try) return {};
  return view.next_try->count() > 0
             ? "the server is away, next try in " + std::to_string(view.next_try->count()) + " s"
             : "the server is away, trying again";
}

std::string bar_of(const ProgressView& view, std::size_t width) {
  const std::size_t inner = width - 2;
  const auto filled =
      static_cast<std::size_t>(std::floor(share_done(view) * static_cast<double>(inner)));
  return "[" + std::string(filled, '#') + std::string(inner - filled, '.') + "]";
}

}  // namespace

void Progress::begin(Stage next, std::uint64_t files, std::uint64_t bytes) {
  for (Amounts* const amounts : {static_cast<Amounts*>(this), &hashing}) {
    const bool is_its_stage = amounts == &of(next);
    amounts->bytes_done = 0;
    amounts->files_done = 0;
    amounts->bytes_total = is_its_stage ? bytes : 0;
    amounts->files_total = is_its_stage ? files : 0;
  }
  files_waiting = 0;
  stage = next;
}

std::string clock_text(std::chrono::seconds duration) {
  const auto all = duration.count();
  std::array<char, 32> buffer;
  if (all >= 3600) {
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld:%02lld",
                  static_cast<long long>(all / 3600), static_cast<long long>(all / 60 % 60),
                  static_cast<long long>(all % 60));
  } else {
    std::snprintf(buffer.data(), buffer.size(), "%lld:%02lld", static_cast<long long>(all / 60),
                  static_cast<long long>(all % 60));
  }
  return buffer.data();
}

std::string progress_bar(const ProgressView& view, std::size_t width) {
  std::string line(name_of(view.stage));
  if (view.next_try) line.append(kGap).append(away_of(view));
  if (!view.next_try && !has_amount(view)) line = waiting_text(view);
  if (line.size() > width) return line.substr(0, width);
  if (!has_amount(view) || view.next_try) return line;

  std::string tail = fitting(main_parts_of(view), width - line.size());
  const std::size_t reserved = line.size() + tail.size() + kGap.size() + kNarrowestBar;
  if (reserved < width) tail += fitting(other_parts_of(view), width - reserved);
  const std::size_t used = line.size() + kGap.size() + tail.size();
  if (used + kNarrowestBar <= width)
    line.append(kGap).append(bar_of(view, std::min(kWidestBar, width - used)));
  return line + tail;
}

std::string progress_text(const ProgressView& view) {
  std::string line(name_of(view.stage));
  if (view.next_try) return line + ": " + away_of(view);
  if (!has_amount(view)) return waiting_text(view);
  std::vector<std::string> parts = main_parts_of(view);
  std::ranges::move(other_parts_of(view), std::back_inserter(parts));
  std::string_view separator = ": ";
  for (const std::string& part : parts) {
    line.append(separator).append(part.substr(part.find_first_not_of(' ')));
    separator = ", ";
  }
  return line;
}

void RateMeter::sample(std::chrono::milliseconds at, std::uint64_t bytes) {
  if (!has_begun_) {
    has_begun_ = true;
    last_ = at;
    last_bytes_ = bytes;
    return;
  }
  const double seconds = std::chrono::duration<double>(at - last_).count();
  constexpr double kShortest = 0.2;  // a shorter time measures the buffers rather than the line
  if (seconds < kShortest) return;
  // Less than before: some data must be sent again.
  const double now = bytes > last_bytes_ ? static_cast<double>(bytes - last_bytes_) / seconds : 0.0;
  constexpr double kMemorySeconds = 4;
  const double weight = rate_ == 0 ? 1.0 : 1.0 - std::exp(-seconds / kMemorySeconds);
  rate_ += weight * (now - rate_);
  last_ = at;
  last_bytes_ = bytes;
}

}  // namespace shaman::client
