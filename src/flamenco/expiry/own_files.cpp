// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/own_files.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "checkout/existing/name_match.hpp"
#include "flamenco/expiry/readings.hpp"
#include "store/layout.hpp"

namespace shaman::jobs {
namespace {

// Effort for one part of a path.
constexpr std::size_t kOwnPartWork = 256;

// A pattern for any name does not mean these folders.
bool may_be(std::string_view part, std::string_view name) {
  if (name_match::is_short_for(part, name)) return true;
  return name_match::is_pattern(part) ? name_match::fits_beginning(part, name)
                                      : name_match::fits_some_word(part, name);
}

// Whether `folder/inner` may be a folder of blobs. One of the two names must be written, and the
// other at least in part.
bool are_blobs(std::string_view folder, std::string_view inner) {
  const bool may_be_blobs =
      may_be(inner, layout::kBlobs) || may_be(inner, layout::kForeignUploading);
  const bool is_written = name_match::names_something(folder) || !name_match::is_pattern(inner);
  return may_be_blobs && is_written && !name_match::kinds_of(folder).is_any_depth &&
         may_be(folder, layout::kFileStore);
}

bool names_own_files(std::string_view path, Effort& effort) {
  std::vector<std::string_view> above;
  while (effort.spend(kOwnPartWork)) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part == ".." && !above.empty()) above.pop_back();
    if (!part.empty() && part != "." && part != "..") {
      if (!above.empty() && are_blobs(above.back(), part)) return true;
      above.push_back(part);
    }
    if (slash == path.npos) return false;
    const bool is_private =
        may_be(part, layout::kPrivate) && (part.starts_with('.') || !name_match::is_pattern(part));
    if (is_private) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

}  // namespace

const JobText* naming_own_files(const JobTexts& job, const Farm& given, Effort& effort) {
  const Farm farm = farm_for(job, given);
  for (const JobText& each : job.texts) {
    bool names = false;
    each_reading(each.text, farm, effort, [&](const std::string& reading) {
      names = names || names_own_files(reading, effort);
    });
    if (names) return &each;
  }
  return nullptr;
}

}  // namespace shaman::jobs
