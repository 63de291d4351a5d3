// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/readings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "shaman/text.hpp"

#include "base/percent.hpp"
#include "flamenco/expiry/choices.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::jobs {
namespace {

using Variables = std::map<std::string, Variable>;

// No path is this long. Values of values could make a text grow without a limit.
constexpr std::size_t kLongestText = 64 * 1024;
// Effort for each byte of a text, in any reading.
constexpr std::size_t kByteWork = 6;
// Effort for each placeholder.
constexpr std::size_t kPlaceholderWork = 128;
constexpr std::string_view kPlainJobs = "jobs";
// Job types replace `{timestamp}` by a time, which leads nowhere.
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kSomeTime = "2000-01-01_000000";

bool is_known(const std::vector<Variables>& platforms, const std::string& name) {
  return std::ranges::any_of(platforms, [&](const Variables& each) { return each.contains(name); });
}

// Blender 5 replaces these by paths. The path of a library is unknown here.
constexpr std::string_view kBlendFolder = "blend_dir";
constexpr std::string_view kBlendersFolder = "//";

// Stands for any text, including any number of folders.
constexpr std::string_view kAnything = "**";

// One way to replace placeholders.
struct Replacing {
  const Variables& here;  // the variables of one platform
  const Farm& farm;
  // The script of a job type may replace a setting's name before the Manager replaces a variable of
  // the same name.
  bool settings_first = false;
  // Text that may be anything may begin with a slash.
  bool begins_folders = false;
};

// Python formats `{name:s}` and `{name!s}` as the value itself. Any other format may give any text.
std::string formatted_value(std::string_view text, const Farm& farm) {
  const std::size_t end = text.find_first_of(":!.[");
  if (end == text.npos) return {};
  const std::string name(text.substr(0, end));
  const std::string_view format = text.substr(end);
  const bool is_plain = format == ":" || format == ":s" || format == "!s" || format == "!s:s";
  if (name == kBlendFolder) return std::string(kBlendersFolder);
  const auto found = farm.settings.find(name);
  if (found == farm.settings.end()) return {};
  return is_plain ? with_slashes(found->second) : std::string(kAnything);
}

std::string value_of(const std::string& name, const Replacing& how) {
  // A Manager ignores a variable with this name in its configuration.
  if (name == kPlainJobs) return std::string(manager::kJobsVariable);
  const auto variable = how.here.find(name);
  const auto setting = how.farm.settings.find(name);
  const bool has_setting = setting != how.farm.settings.end();
  if (variable != how.here.end() && !(has_setting && how.settings_first))
    return with_slashes(variable->second.value);
  if (has_setting) return with_slashes(setting->second);
  if (name == kTimestamp) return std::string(kSomeTime);
  if (name == kBlendFolder) return std::string(kBlendersFolder);
  if (std::string value = formatted_value(name, how.farm); !value.empty())
    return value == kAnything && how.begins_folders ? "/" + value : value;
  // On a platform without a value, a variable of another platform is plain text.
  return is_known(how.farm.variables, name) ? "(" + name + ")" : "{" + name + "}";
}

// Also replaces placeholders in values: job types combine settings, and the Manager replaces its
// variables in the result.
constexpr int kRounds = 4;

std::string replaced_once(std::string_view text, const Replacing& how, Effort& effort) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('{'), text.size());
    out.append(text.substr(0, begin));
    text.remove_prefix(begin);
    const std::size_t end = text.find('}');
    if (end == text.npos) break;
    // With a brace inside of braces, the variable begins at the inner one.
    const std::size_t last = text.rfind('{', end);
    out.append(text.substr(0, last));
    out += value_of(std::string(text.substr(last + 1, end - last - 1)), how);
    text.remove_prefix(end + 1);
    if (out.size() > kLongestText) effort.give_up();
    if (!effort.spend(kPlaceholderWork)) return out;
  }
  return out.append(text);
}

std::string replaced(const std::string& given, const Replacing& how, Effort& effort) {
  std::string text = given;
  if (text.find('{') == text.npos) return text;
  for (int round = 0; round < kRounds; ++round) {
    std::string next = replaced_once(text, how, effort);
    if (!effort.spend(next.size()) || next == text) return next;
    text = std::move(next);
  }
  return text;
}

// Replaces values of two-way variables by their names, as the Manager does on submission. It
// compares without regard to the boundaries of folders.
std::vector<std::string> with_twoway(const std::string& text, const Farm& farm) {
  std::vector<std::string> texts{text};
  for (const Variables& platform : farm.variables)
    for (const auto& [name, variable] : platform) {
      const std::string& value = variable.value;
      const bool begins = variable.is_twoway && !value.empty() && text.size() >= value.size() &&
                          text::is_same_but_for_case(std::string_view(text).substr(0, value.size()),
                                                     with_slashes(value));
      if (!begins) continue;
      const std::string rest = text.substr(value.size());
      texts.push_back("{" + name + "}" + rest);
      if (with_slashes(value).ends_with('/')) texts.push_back("{" + name + "}/" + rest);
    }
  return texts;
}

// The end of the web address that begins at `at`; 0 if none does. A folder may be called `http:`,
// so an address must begin a word and must not contain `..`.
std::size_t end_of_web_address(std::string_view text, std::size_t at) {
  constexpr std::string_view kBefore = " \t\r\n\"'<>,;|=([{";
  constexpr std::string_view kEnds = " \t\r\n\"'<>,;|";
  const bool is_one = text::is_same_but_for_case(text.substr(at, 7), "http://") ||
                      text::is_same_but_for_case(text.substr(at, 8), "https://");
  if (!is_one || (at > 0 && kBefore.find(text[at - 1]) == kBefore.npos)) return 0;
  const std::size_t end = std::min(text.find_first_of(kEnds, at), text.size());
  return text.substr(at, end - at).find("..") == text.npos ? end : 0;
}

// Removes web addresses, because none leads to a file of a checkout.
std::string without_web_addresses(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t end = end_of_web_address(text, at); end > 0)
      at = end;
    else
      out += text[at++];
  }
  return out;
}

std::string without(std::string_view text, std::string_view dropped) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out),
                       [&](char c) { return dropped.find(c) == dropped.npos; });
  return out;
}

// The text itself, and as programs see it that remove quotes or escapes, or decode file URLs.
std::vector<std::string> spellings_of(const std::string& text) {
  std::vector<std::string> spellings{with_slashes(text)};
  if (text.find_first_of("\"'^") != text.npos)
    spellings.push_back(with_slashes(without(text, "\"'^")));
  if (text.find('/') != text.npos && text.find('\\') != text.npos)
    spellings.push_back(without(text, "\\\"'"));
  if (text::in_lower_case(text).find("file:") != text.npos)
    spellings.push_back(with_slashes(without_escapes(text)));
  return spellings;
}

// Python's format() makes one brace of two.
std::string without_doubled_braces(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out += text[at];
    const bool is_brace = text[at] == '{' || text[at] == '}';
    if (is_brace && text.substr(at + 1, 1) == text.substr(at, 1)) ++at;
  }
  return out;
}

// With each order in which programs may replace the placeholders of a text.
class Replacements {
 public:
  Replacements(const Farm& farm, Effort& effort, std::vector<std::string>& readings)
      : farm_(farm), effort_(effort), readings_(readings) {}

  void add(const std::string& text) {
    static const std::vector<Variables> kNone(1);
    for (const Variables& here : farm_.variables.empty() ? kNone : farm_.variables) {
      add_one(text, {here, farm_});
      if (has_name_of_variable(here)) add_one(text, {here, farm_, true});
    }
  }

 private:
  [[nodiscard]] bool has_name_of_variable(const Variables& here) const {
    return std::ranges::any_of(
        here, [&](const auto& each) { return farm_.settings.contains(each.first); });
  }

  void add_one(const std::string& text, Replacing how) {
    if (effort_.is_used_up()) return;
    std::string reading = replaced(text, how, effort_);
    if (reading.find("{{") != reading.npos || reading.find("}}") != reading.npos)
      readings_.push_back(without_doubled_braces(reading));
    const bool has_anything = reading.find(kAnything) != reading.npos && reading != text;
    readings_.push_back(std::move(reading));
    if (!has_anything) return;
    how.begins_folders = true;
    readings_.push_back(replaced(text, how, effort_));
  }

  const Farm& farm_;
  Effort& effort_;
  std::vector<std::string>& readings_;
};

std::vector<std::string> readings_of(std::string_view given, const Farm& farm, Effort& effort) {
  std::vector<std::string> readings;
  Replacements replacements(farm, effort, readings);
  for (const std::string& chosen : choices_of(without_web_addresses(given), effort))
    for (const std::string& text : spellings_of(chosen))
      for (const std::string& each : with_twoway(text, farm))
        replacements.add(each);
  std::ranges::sort(readings);
  readings.erase(std::unique(readings.begin(), readings.end()), readings.end());
  return readings;
}

// A text without any of these characters is not a path.
constexpr std::string_view kOfPaths = "/\\{:*";

}  // namespace

std::string with_slashes(std::string_view given) {
  std::string text(given);
  std::ranges::replace(text, '\\', '/');
  return text;
}

void each_reading(std::string_view text, const Farm& farm, Effort& effort,
                  const std::function<void(const std::string& reading)>& read) {
  if (text.find_first_of(kOfPaths) == text.npos) return;
  constexpr std::size_t kStep = 7 * kLongestPath;
  for (std::size_t at = 0; at == 0 || at + kLongestPath < text.size(); at += kStep) {
    const std::string_view piece = text.substr(at, kStep + kLongestPath);
    if (!effort.spend(piece.size() * kByteWork)) return;
    for (const std::string& reading : readings_of(piece, farm, effort)) {
      if (!effort.spend(reading.size() * kByteWork)) return;
      read(reading);
    }
  }
}

}  // namespace shaman::jobs
