// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/readings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "shaman/text.hpp"

#include "base/percent.hpp"
#include "flamenco/manager/words.hpp"

namespace shaman::jobs {
namespace {

using Variables = std::map<std::string, Variable>;

// No path is this long. Values of values could make a text grow without a limit.
constexpr std::size_t kLongestText = 64 * 1024;
constexpr std::size_t kLongestChoice = 1024;
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
  return is_plain ? with_slashes(found->second) : "**";
}

// On a platform without a value, a variable of another platform is plain text.
std::string value_of(const std::string& name, const Variables& here, const Farm& farm) {
  // A Manager ignores a variable with this name in its configuration.
  if (name == kPlainJobs) return std::string(manager::kJobsVariable);
  if (const auto found = here.find(name); found != here.end())
    return with_slashes(found->second.value);
  // Job types replace the names of settings by their values.
  if (const auto found = farm.settings.find(name); found != farm.settings.end())
    return with_slashes(found->second);
  if (name == kTimestamp) return std::string(kSomeTime);
  if (name == kBlendFolder) return std::string(kBlendersFolder);
  if (std::string value = formatted_value(name, farm); !value.empty()) return value;
  return is_known(farm.variables, name) ? "(" + name + ")" : "{" + name + "}";
}

// Also replaces placeholders in values: job types combine settings, and the Manager replaces its
// variables in the result.
constexpr int kRounds = 4;

std::string replaced_once(std::string_view text, const Variables& here, const Farm& farm,
                          Effort& effort) {
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
    out += value_of(std::string(text.substr(last + 1, end - last - 1)), here, farm);
    text.remove_prefix(end + 1);
    if (out.size() > kLongestText) effort.give_up();
    if (!effort.spend(kPlaceholderWork)) return out;
  }
  return out.append(text);
}

std::string replaced(const std::string& given, const Variables& here, const Farm& farm,
                     Effort& effort) {
  std::string text = given;
  if (text.find('{') == text.npos) return text;
  for (int round = 0; round < kRounds; ++round) {
    std::string next = replaced_once(text, here, farm, effort);
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

// The index of the closing bracket for the one at `at`; npos if it is too far away.
std::size_t end_of_choice(std::string_view text, std::size_t at) {
  const char open = text[at];
  const char close = open == '{' ? '}' : ')';
  text = text.substr(0, std::min(text.size(), at + kLongestChoice));
  int depth = 0;
  for (std::size_t end = at; end < text.size(); ++end) {
    depth += int{text[end] == open} - int{text[end] == close};
    if (depth == 0) return end;
  }
  return text.npos;
}

// Choices of shells that may contain folders, or other choices: `{a,b/c}`, `{a,{b,c}}`, `@(a|b/c)`.
// Returns the pattern that stands for the choice; empty if the text is not such a choice.
std::string_view open_choice(std::string_view choice) {
  const bool has_folders = choice.find_first_of("/\\") != choice.npos;
  if (choice.starts_with('(')) return has_folders ? "**" : "";
  if (choice.find(',') == choice.npos) return "";
  return has_folders ? "**" : choice.find('{', 1) != choice.npos ? "*" : "";
}

std::string with_open_choices(std::string_view text, Effort& effort) {
  constexpr std::string_view kBeforeParenthesis = "@+!?*";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_marked = at + 1 < text.size() && text[at + 1] == '(' &&
                           kBeforeParenthesis.find(text[at]) != text.npos;
    const std::size_t begin = at + std::size_t{is_marked};
    const bool opens = is_marked || text[at] == '{';
    const std::size_t end = opens ? end_of_choice(text, begin) : text.npos;
    // Without this, a text of unclosed brackets would take quadratic time.
    if (opens && !effort.spend(std::min(end - begin, kLongestChoice))) return out;
    const std::string_view stands_for =
        end == text.npos ? "" : open_choice(text.substr(begin, end - begin + 1));
    out.append(stands_for.empty() ? text.substr(at, 1) : stands_for);
    at = stands_for.empty() ? at + 1 : end + 1;
  }
  return out;
}

// The text itself, and as programs see it that remove quotes or escapes, or decode file URLs.
std::vector<std::string> spellings_of(std::string_view given, Effort& effort) {
  const std::string text = with_open_choices(without_web_addresses(given), effort);
  std::vector<std::string> spellings{with_slashes(text)};
  if (text.find_first_of("\"'^") != text.npos)
    spellings.push_back(with_slashes(without(text, "\"'^")));
  if (text.find('/') != text.npos && text.find('\\') != text.npos)
    spellings.push_back(without(text, "\\\"'"));
  if (text::in_lower_case(text).find("file:") != text.npos)
    spellings.push_back(with_slashes(without_escapes(text)));
  return spellings;
}

std::vector<std::string> readings_of(std::string_view given, const Farm& farm, Effort& effort) {
  static const std::vector<Variables> kNone(1);
  std::vector<std::string> readings;
  for (const std::string& text : spellings_of(given, effort))
    for (const std::string& each : with_twoway(text, farm))
      for (const Variables& here : farm.variables.empty() ? kNone : farm.variables)
        if (!effort.is_used_up()) readings.push_back(replaced(each, here, farm, effort));
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
