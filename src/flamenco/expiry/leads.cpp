// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/leads.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "checkout/existing/name_match.hpp"
#include "checkout/path_rules.hpp"
#include "flamenco/expiry/readings.hpp"
#include "flamenco/expiry/ways.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::jobs {
namespace {

constexpr std::string_view kJobsFolder = "jobs";
// Effort for one more lead, in addition to its length.
constexpr std::size_t kLeadsWork = 512;
// Effort for one part of a path; for parsing one as a pattern, in addition to its length; and for
// each of its bytes.
constexpr std::size_t kPartWork = 64;
constexpr std::size_t kPatternWork = 256;
constexpr std::size_t kPatternByteWork = 32;

// NTFS streams: `film:stream`, `film::$INDEX_ALLOCATION`. No checkout has a `:` in its name. A `:`
// in brackets is not a stream's (`[[:alpha:]]`, `{fps:.0f}`, `%NAME:~0,5%`).
std::string_view without_stream(std::string_view name) {
  const std::size_t at = name.find(':');
  const bool is_stream = at != name.npos && name.find_first_of("]})>%!", at) == name.npos;
  return is_stream ? name.substr(0, at) : name;
}

// Whether the part ends with `{jobs}`, possibly followed by text that may stand for nothing:
// `{jobs} `, `{jobs}..`, `{jobs}{,x}`.
bool ends_with_jobs(std::string_view part) {
  const std::size_t at = part.rfind(manager::kJobsVariable);
  if (at == part.npos) return false;
  const std::string_view rest = part.substr(at + manager::kJobsVariable.size());
  return rest.find_first_not_of(". ") == rest.npos || name_match::fits(rest, "");
}

// Windows ignores blanks after dots.
bool is_up(std::string_view name) {
  const std::size_t end = name.find_first_not_of('.');
  return end >= 2 && (end == name.npos || name.find_first_not_of(". ", end) == name.npos);
}

std::string with_plain_dots(std::string_view path) {
  std::vector<std::string_view> parts = parts_of(path);
  for (std::string_view& part : parts)
    if (is_up(part)) part = "..";
  return joined(parts);
}

// The way in which a text leads below the jobs folder.
struct How {
  bool is_named = false;
  bool is_anywhere = false;
  bool stays_at_top = false;  // `..` does not leave the jobs folder
};

// Finds the paths below the jobs folder in one reading of a text.
class Reading {
 public:
  Reading(const std::string& text, const Farm& farm, const JobsFolders& known, Effort& effort,
          std::vector<Lead>& leads)
      : text_(text), farm_(farm), known_(known), effort_(effort), leads_(leads) {}

  // With a .blend below the jobs folder, a text that begins with `//` is Blender's path relative to
  // it.
  void run(bool has_blendfile) {
    is_of_blender_ = has_blendfile && text_.starts_with("//");
    std::string_view rest = text_;
    while (!rest.empty() && effort_.spend(kPartWork)) {
      const std::size_t length = rest.size();
      const std::string_view part = take_part(rest);
      if (part.size() < length)
        look(part, rest);
      else if (part.starts_with(kAny) && is_stars(part) && !is_below_ &&
               !farm_.ignores_placeholders)
        add_everywhere(rest);
    }
    add_drives();
  }

  // Reads each word as a path relative to a folder below the jobs folder.
  void run_from(const WrittenPath& folder, bool may_be_plain) {
    if (text_.find("/..") != text_.npos) may_be_plain = true;
    std::size_t slash = text_.find('/');
    for (std::size_t at = 0; slash != text_.npos && !effort_.is_used_up(); ++at) {
      if (slash < at) slash = text_.find('/', at);
      if (slash == text_.npos || !effort_.spend(1)) return;
      if (is_in_word(at) || !name_match::begins_word(text_, at)) continue;
      if (!is_relative(at, slash, may_be_plain)) continue;
      std::string_view path = std::string_view(text_).substr(at, kLongestPath);
      path = path.substr(0, path.find_first_of(kLineEnds));
      if (effort_.spend(path.size()))
        add_path(Ways(folder.path), path, {.is_anywhere = folder.is_anywhere});
    }
  }

 private:
  [[nodiscard]] bool is_in_word(std::size_t at) const {
    if (at == 0 || kOfWords.find(text_[at - 1]) == kOfWords.npos) return false;
    // A redirection of a shell: `cat <../x`.
    const bool is_path = text_.compare(at, 3, "../") == 0 || text_.compare(at, 2, "//") == 0;
    return text_[at - 1] != '<' || !is_path;
  }

  // Examines a part that is followed by a slash.
  void look(std::string_view part, std::string_view rest) {
    if (part == "..") {
      if (!above_.empty()) above_.pop_back();
      is_below_ = false;
    }
    if (part.empty() || part == "." || part == "..") return;
    above_.push_back(part);
    if (ends_with_jobs(without_stream(part))) return add_named(rest);
    const bool has_marks = name_match::has_marks(part);
    if (has_marks && !effort_.spend(kPatternWork + part.size() * kPatternByteWork)) return;
    const name_match::Kinds kinds = name_match::kinds_of(part);
    if (kinds.is_any_depth) {
      if (farm_.ignores_placeholders) return;
      const bool is_inside = is_below_ && !has_end_of_path(part);
      const bool may_be_all = farm_.variables.empty() || part.find(kAny) != part.npos;
      if (may_be_all && is_inside) return;
      // A job type replaces an unknown placeholder by names of folders.
      if (is_stars(part)) return add_everywhere(rest);
      if (may_be_all) return add_anywhere(rest);
      if (kinds.is_any_or_none) return;
    }
    // In scripts and command lines, such a part stands for names of folders, not for the path to
    // the jobs folder.
    if (stands_for_any_name(last_word(without_stream(part)))) return;
    if (may_be_jobs(part, rest) || is_location())
      add(rest, {});
    else if (may_end_path(part))
      is_below_ = false;
  }

  static bool is_stars(std::string_view part) { return part.find_first_not_of('*') == part.npos; }

  static bool has_end_of_path(std::string_view part) {
    return std::ranges::any_of(
        part, [](char c) { return name_match::is_end_of_path(static_cast<unsigned char>(c)); });
  }
  // Whether the slash after this part may begin another path.
  static bool may_end_path(std::string_view part) {
    return has_end_of_path(part.substr(part.size() - 1)) || part.find(" -") != part.npos;
  }

  // The `{root}` of `-o {root}` and `f'{root}`.
  static std::string_view last_word(std::string_view part) {
    std::size_t begin = part.size();
    while (begin > 0 && !name_match::is_end_of_path(static_cast<unsigned char>(part[begin - 1])))
      --begin;
    return part.substr(begin);
  }
  static bool stands_for_any_name(std::string_view word) {
    return word == "%s" ||
           (name_match::has_marks(word) && name_match::kinds_of(word).is_any_or_none &&
            !name_match::names_something(word));
  }

  static bool may_be_jobs(std::string_view part, std::string_view rest) {
    return may_be(part, kJobsFolder) &&
           !(is_end_of_name(part) && name_match::is_pattern(take_part(rest)));
  }
  // True for `my jobs`, false for `--output jobs`.
  static bool is_end_of_name(std::string_view part) {
    const std::size_t blank = part.rfind(' ');
    if (blank == part.npos || blank == 0) return false;
    const std::size_t before = part.rfind(' ', blank - 1);
    const char first = part[before == part.npos ? 0 : before + 1];
    return first != '-' && !has_end_of_path(part.substr(blank - 1, 1)) &&
           may_be(part.substr(blank + 1), kJobsFolder);
  }

  static bool may_be(std::string_view part, std::string_view folder) {
    const bool is_plain = text::is_ascii(part) && !name_match::is_pattern(part);
    if (is_plain && text::in_lower_case(part).find(folder) == std::string::npos) return false;
    return name_match::fits_some_word(part, folder);
  }

  [[nodiscard]] bool is_location() const {
    return std::ranges::any_of(known_.locations, [this](const JobsFolders::Location& location) {
      return ends_above_with(location.parts);
    });
  }

  // Ignores the folders before it: a drive, or another mount point of the storage.
  [[nodiscard]] bool ends_above_with(const std::vector<std::string>& location) const {
    if (above_.size() < location.size()) return false;
    auto part = above_.end() - static_cast<std::ptrdiff_t>(location.size());
    const auto fits = [&](std::size_t i) {
      return i == 0 ? name_match::fits_some_word(*part, location.front())
                    : name_match::fits_beginning(part[static_cast<std::ptrdiff_t>(i)], location[i]);
    };
    if (!effort_.spend(kPartWork) || is_other(above_.back(), location.back())) return false;
    for (std::size_t i = location.size(); i-- > 0;)
      if (!fits(i)) return false;
    return true;
  }
  // A quick test that rules out most parts.
  static bool is_other(std::string_view part, const std::string& name) {
    return text::is_ascii(part) && text::is_ascii(name) && !name_match::is_pattern(part) &&
           text::in_lower_case(part).find(text::in_lower_case(name)) == std::string::npos;
  }

  // `J:film` is a path on the drive, too.
  void add_drives() {
    if (known_.drives.empty()) return;
    const std::string in_one_case = text::in_lower_case(text_);
    for (const std::string& drive : known_.drives)
      for (std::size_t at = in_one_case.find(drive); at != std::string::npos;
           at = in_one_case.find(drive, at + 1))
        if (name_match::begins_word(text_, at) && effort_.spend(kLongestPath))
          add(std::string_view(text_).substr(at + drive.size()), {.stays_at_top = true});
  }

  void add_named(std::string_view rest) {
    add(rest, {.is_named = true});
    // If the Manager's own Shaman is off, its {jobs} is the storage folder, with the jobs folder in
    // it.
    std::string_view inner = rest;
    if (take_part(inner) == kJobsFolder && !inner.empty()) add(inner, {.is_named = true});
  }

  // The placeholder may stand for the jobs folder, or for a folder in it. Counts only if the rest
  // names something: otherwise each job with a placeholder in its output path would lead into every
  // checkout.
  void add_anywhere(std::string_view rest) {
    rest = rest.substr(0, kLongestPath);
    const std::vector<std::string_view> parts = parts_of(rest);
    // Of several placeholders in a row, the last one covers all.
    if (!effort_.spend(rest.size())) return;
    if (parts.empty() || name_match::kinds_of(parts.front()).is_any_depth) return;
    if (std::ranges::any_of(parts, name_match::names_something)) add(rest, {.is_anywhere = true});
  }

  // A `**` alone means everything, with or without a name after it.
  void add_everywhere(std::string_view rest) {
    add_anywhere(rest);
    const std::vector<std::string_view> parts = parts_of(rest.substr(0, kLongestPath));
    if (!is_of_blender_ && std::ranges::none_of(parts, name_match::names_something))
      add(kAny, {.is_anywhere = true});
  }

  // Adds the path after the jobs folder.
  void add(std::string_view path, How how) {
    is_below_ = !how.is_anywhere;
    path = path.substr(0, kLongestPath);
    if (effort_.spend(path.size())) add_path(Ways(), path, how);
  }

  void add_path(const Ways& begin, std::string_view path, How how) {
    add_spelling(begin, path, how);
    const bool has_odd_dots = path.find(". ") != path.npos || path.find("...") != path.npos;
    if (has_odd_dots) add_spelling(begin, with_plain_dots(path), how);
  }

  // Adds the end of the path, unless that is outside of the folder in which the path begins. Also
  // adds each point at which the path turns upwards, because a program may read only its beginning.
  void add_spelling(Ways ways, std::string_view path, How how) {
    const bool stays_at_top = how.is_anywhere || how.stays_at_top;
    bool is_going_up = false;
    while (!path.empty() && effort_.spend(kPartWork * ways.all().size())) {
      const std::string_view name = without_stream(take_part(path));
      if (name_match::has_marks(name) && !effort_.spend(kPatternWork)) return;
      if (name == "." || name.find_first_not_of(' ') == name.npos) continue;
      if (name == "..") {
        if (!is_going_up) add_leads(ways, {false, how.is_anywhere, how.stays_at_top});
        if (!ways.up(stays_at_top)) add_from_above(path);
      } else {
        ways.down(name);
      }
      is_going_up = name == "..";
    }
    add_leads(ways, how);
  }

  // The path leaves the jobs folder, and may enter it again by one of the farm's paths.
  void add_from_above(std::string_view rest) {
    if (is_from_above_) return;
    for (const JobsFolders::Location& location : known_.locations) {
      if (location.is_top) add_spelling(Ways(), rest, {.stays_at_top = true});
      std::vector<std::string> above = location.parts;
      above.back() = rest;
      const std::string text = joined(above);
      if (!effort_.spend(text.size())) return;
      Reading reading(text, farm_, known_, effort_, leads_);
      reading.is_from_above_ = true;
      reading.run(false);
    }
  }

  void add_leads(const Ways& ways, How how) {
    for (const Ways::Way& names : ways.all()) {
      if (names.empty() || !effort_.spend(kLeadsWork)) continue;
      std::string path = joined(names);
      if (effort_.spend(path.size()))
        leads_.push_back({{std::move(path), how.is_anywhere}, how.is_named});
    }
  }

  // Whether the path that begins at `at` is relative to a folder. Only the next slash shows that a
  // plain word is a path.
  [[nodiscard]] bool is_relative(std::size_t at, std::size_t slash, bool may_be_plain) const {
    const std::string_view first = std::string_view(text_).substr(at, slash - at);
    if (first == "." || first == "..") return true;
    if (first.empty()) return text_.compare(at, 2, "//") == 0;
    const bool is_drive = first.size() == 2 && first.back() == ':';
    return may_be_plain && !is_drive && first.size() < kLongestPath &&
           effort_.spend(first.size()) && first.find_first_of(kLineEnds) == first.npos &&
           first.find(manager::kJobsVariable) == first.npos;
  }

  static constexpr std::string_view kLineEnds{"\0\n\r", 3};
  // No word begins after these characters of paths, placeholders and patterns.
  static constexpr std::string_view kOfWords = "/{<%$!*?#[";

  const std::string& text_;
  const Farm& farm_;
  const JobsFolders& known_;
  Effort& effort_;
  std::vector<Lead>& leads_;
  std::vector<std::string_view> above_;  // without the parts that `..` removes
  bool is_below_ = false;                // the next part is below the jobs folder
  bool is_of_blender_ = false;
  bool is_from_above_ = false;
};

}  // namespace

JobsFolders::JobsFolders(const Farm& farm) {
  for (const std::string& location : farm.locations) {
    const std::string path = with_slashes(location);
    const bool is_drive = path.ends_with(':') || path.ends_with(":/");
    if (is_drive) drives.push_back(text::in_lower_case(path.substr(0, path.rfind(':') + 1)));
    std::vector<std::string> parts;
    for (const std::string_view part : parts_of(path))
      parts.emplace_back(part);
    const bool is_top = is_drive || (path.starts_with("//") && parts.size() <= 2);
    if (!parts.empty()) locations.push_back({std::move(parts), is_top});
  }
}

std::vector<Lead> LeadFinder::leads_of(std::string_view text,
                                       const std::vector<WrittenPath>& folders) {
  std::vector<Lead> leads;
  each_reading(text, farm_, effort_, [&](const std::string& reading) {
    Reading(reading, farm_, known_, effort_, leads).run(!folders.empty());
    for (const WrittenPath& folder : folders)
      Reading(reading, farm_, known_, effort_, leads).run_from(folder, text.size() <= kLongestPath);
  });
  return leads;
}

bool is_plain(const WrittenPath& path) {
  return !path.is_anywhere &&
         std::ranges::none_of(path_rules::components(path.path), name_match::is_pattern);
}

bool spells(const WrittenPath& path, std::string_view checkout) {
  const std::vector<std::string> written = path_rules::components(path.path);
  const std::vector<std::string> names = path_rules::components(checkout);
  return !path.is_anywhere && written.size() >= names.size() &&
         std::equal(names.begin(), names.end(), written.begin(),
                    [](const std::string& name, const std::string& part) {
                      return name == part || (!name_match::is_pattern(part) &&
                                              name_match::fits_beginning(part, name));
                    });
}

}  // namespace shaman::jobs
