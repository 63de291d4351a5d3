// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitoring/process_figures.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <sys/resource.h>
#include <unistd.h>

#include "version/version.hpp"

namespace shaman::program {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Soon after the program's start, which is near enough.
const std::chrono::system_clock::time_point kStart = std::chrono::system_clock::now();

void write_memory(metrics::Page& page) {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double resident = 0;
  if (!(file >> size >> resident)) return;
  const auto bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  page.gauge("process_virtual_memory_bytes", "Size of the process's memory.", size * bytes);
  page.gauge("process_resident_memory_bytes", "Of this, what is in physical memory.",
             resident * bytes);
}

void write_descriptors(metrics::Page& page) {
  std::error_code error;
  double open = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
       each.increment(error))
    ++open;
  if (!error) page.gauge("process_open_fds", "Open file descriptors.", open);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    page.gauge("process_max_fds", "Limit of open file descriptors.",
               static_cast<double>(limit.rlim_cur));
}

}  // namespace

void write_process(metrics::Page& page) {
  page.gauge("shaman_build_info", "The version and commit of the program, as labels.", 1,
             {{"version", std::string(version())}, {"commit", std::string(commit())}});
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    page.counter("process_cpu_seconds_total", "Processor time of all threads.",
                 seconds(used.ru_utime) + seconds(used.ru_stime));
  page.gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.",
             std::chrono::duration<double>(kStart.time_since_epoch()).count());
  write_memory(page);
  write_descriptors(page);
}

}  // namespace shaman::program
