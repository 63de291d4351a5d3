// SPDX-License-Identifier: GPL-3.0-or-later
// sim --seeds A..B: explores one schedule a seed, on all cores; a seed repeats exactly.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "world.hpp"

namespace shaman::sim {
namespace {

constexpr int kFound = 1;
constexpr int kUsageError = 2;

struct Named {
  std::string_view name;
  Mistake mistake;
};
constexpr Named kMistakes[] = {{"rename-before-flush", Mistake::rename_before_flush},
                               {"no-folder-flush", Mistake::no_folder_flush},
                               {"look-before-move", Mistake::look_before_move},
                               {"no-second-look", Mistake::no_second_look},
                               {"mark-after-answer", Mistake::mark_after_answer},
                               {"overlook-the-unread", Mistake::overlook_the_unread},
                               {"answer-before-flush", Mistake::answer_before_flush},
                               {"free-too-early", Mistake::free_too_early}};

struct Options {
  std::uint64_t first = 1;
  std::uint64_t last = 1000;
  Mistake mistake = Mistake::none;
  bool must_find = false;
  bool traces = false;
};

int usage() {
  std::fputs(
      "Usage: sim [--seeds A..B] [--trace] [--mistake NAME]\n"
      "Runs the store, checkouts and collection on a simulated disk, one schedule a seed.\n"
      "--trace prints every call to the file system; for a single seed.\n"
      "--mistake puts a known mistake back, and fails when no seed finds it:\n"
      "  rename-before-flush no-folder-flush look-before-move no-second-look mark-after-answer\n"
      "  overlook-the-unread answer-before-flush free-too-early\n",
      stderr);
  return kUsageError;
}

bool parse_seeds(std::string_view text, Options& options) {
  const std::size_t dots = text.find("..");
  const auto number = [](std::string_view digits, std::uint64_t& value) {
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
  };
  if (dots == std::string_view::npos) {
    if (!number(text, options.first)) return false;
    options.last = options.first;
    return true;
  }
  return number(text.substr(0, dots), options.first) &&
         number(text.substr(dots + 2), options.last) && options.first <= options.last;
}

// All seeds' outcomes, added up.
class Tally {
 public:
  void add(std::uint64_t seed, const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    ++seeds_;
    schedules_.insert(outcome.schedule);
    calls_ += outcome.calls;
    faults_ += outcome.faults;
    power_cuts_ += outcome.power_cuts;
    if (!outcome.crash_point.empty()) crash_points_.insert(outcome.crash_point);
    second_power_cuts_ += outcome.second_power_cuts;
    lost_answers_ += outcome.lost_answers;
    late_looks_ += outcome.late_looks;
    crash_states_ += outcome.crash_states;
    promises_ += outcome.promises;
    if (outcome.violations.empty()) return;
    if (++failed_ > 10) return;
    std::printf("seed %llu:\n", static_cast<unsigned long long>(seed));
    for (const std::string& violation : outcome.violations)
      std::printf("  %s\n", violation.c_str());
  }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }
  void print() const {
    const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "%llu seeds: %llu schedules, %llu calls, %llu faults (%llu of which had their effect), "
        "%llu "
        "looks that saw what was no longer so, %llu power cuts at %llu different places, %llu "
        "disks "
        "after them, %llu cut once more while a server started; %llu promises; %llu seeds failed\n",
        n(seeds_), n(schedules_.size()), n(calls_), n(faults_), n(lost_answers_), n(late_looks_),
        n(power_cuts_), n(crash_points_.size()), n(crash_states_), n(second_power_cuts_),
        n(promises_), n(failed_));
  }

 private:
  std::mutex mutex_;
  std::set<std::uint64_t> schedules_;
  std::set<std::string> crash_points_;
  std::uint64_t seeds_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t faults_ = 0;
  std::uint64_t power_cuts_ = 0;
  std::uint64_t crash_states_ = 0;
  std::uint64_t second_power_cuts_ = 0;
  std::uint64_t lost_answers_ = 0;
  std::uint64_t late_looks_ = 0;
  std::uint64_t promises_ = 0;
  std::atomic<std::uint64_t> failed_{0};
};

void explore(const Options& options, Tally& tally) {
  std::atomic<std::uint64_t> next{options.first};
  const auto work = [&] {
    for (std::uint64_t seed = next++; seed <= options.last; seed = next++) {
      if (options.must_find && tally.failed() > 0) return;
      tally.add(seed, run_seed({seed, options.mistake, options.traces}));
    }
  };
  std::vector<std::thread> threads;
  const unsigned cores = options.traces ? 1 : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 1; i < cores; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads)
    thread.join();
}

int run(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--trace") {
      options.traces = true;
    } else if (word == "--seeds" && parse_seeds(value, options)) {
      ++i;
    } else if (word == "--mistake") {
      const auto* const found = std::ranges::find(kMistakes, value, &Named::name);
      if (found == std::end(kMistakes)) return usage();
      options.mistake = found->mistake;
      options.must_find = true;
      ++i;
    } else {
      return usage();
    }
  }
  Tally tally;
  explore(options, tally);
  tally.print();
  const bool has_found = tally.failed() > 0;
  if (options.must_find) {
    std::puts(has_found ? "the mistake was found, as it should be" : "the mistake was NOT found");
    return has_found ? 0 : kFound;
  }
  return has_found ? kFound : 0;
}

}  // namespace
}  // namespace shaman::sim

int main(int argc, char** argv) {
  return shaman::sim::run(argc, argv);
}
