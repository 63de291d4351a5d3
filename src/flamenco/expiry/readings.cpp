// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/expiry/readings.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "shaman/text.hpp"

#include "base/percent.hpp"

namespace shaman::jobs {
namespace {

using Variables = std::map<std::string, Variable>;

// No path is longer, and values make it longer still.
constexpr std::size_t kLongestText = 64 * 1024;
constexpr std::string_view kPlainJobs = "jobs";
// What job types put in place of `{timestamp}` leads nowhere.
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kSomeTime = "2000-01-01_000000";

bool is_known(const std::vector<Variables>& platforms, const std::string& name) {
  return std::ranges::any_of(platforms, [&](const Variables& each) { return each.contains(name); });
}

// One that another platform has, and this one not, is no placeholder there.
std::string value_of(const std::string& name, const Variables& here, const Farm& farm) {
  // A Manager takes none of this name from its configuration.
  if (name == kPlainJobs) return "{jobs}";
  if (const auto found = here.find(name); found != here.end())
    return with_slashes(found->second.value);
  // Job types replace the names of settings.
  if (const auto found = farm.settings.find(name); found != farm.settings.end())
    return with_slashes(found->second);
  if (name == kTimestamp) return std::string(kSomeTime);
  return is_known(farm.variables, name) ? "(" + name + ")" : "{" + name + "}";
}

std::string replaced(std::string_view text, const Variables& here, const Farm& farm) {
  std::string out;
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find('{'), text.size());
    out.append(text.substr(0, begin));
    text.remove_prefix(begin);
    const std::size_t end = text.find('}');
    if (end == text.npos) break;
    // A brace inside: the variable begins there.
    const std::size_t last = text.rfind('{', end);
    out.append(text.substr(0, last));
    out += value_of(std::string(text.substr(last + 1, end - last - 1)), here, farm);
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

// As the Manager does on submission, whose comparison ends at no folder's boundary.
std::vector<std::string> with_twoway(const std::string& text, const Farm& farm) {
  std::vector<std::string> texts{text};
  for (const Variables& platform : farm.variables)
    for (const auto& [name, variable] : platform) {
      const std::string& value = variable.value;
      const bool begins = variable.is_twoway && !value.empty() && text.size() >= value.size() &&
                          text::is_same_but_for_case(std::string_view(text).substr(0, value.size()),
                                                     with_slashes(value));
      if (begins) texts.push_back("{" + name + "}" + text.substr(value.size()));
    }
  return texts;
}

// Nobody reads a file of a checkout by `http://…`.
std::string without_web_addresses(std::string_view text) {
  constexpr std::string_view kEnds = " \t\r\n\"'<>";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_one = text::is_same_but_for_case(text.substr(at, 7), "http://") ||
                        text::is_same_but_for_case(text.substr(at, 8), "https://");
    if (is_one)
      at = std::min(text.find_first_of(kEnds, at), text.size());
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

// What a shell runs in the middle of a command can print any path.
std::string with_open_commands(std::string_view text) {
  constexpr std::string_view kAnything = "**";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_command = text.substr(at).starts_with("$(") || text[at] == '`';
    if (!is_command) {
      out += text[at++];
      continue;
    }
    const std::size_t end = text.find(text[at] == '`' ? '`' : ')', at + 1);
    out += kAnything;
    at = end == text.npos ? text.size() : end + 1;
  }
  return out;
}

// As it is, and as those see it who take quotes, escapes and addresses of files apart.
std::vector<std::string> spellings_of(std::string_view given) {
  const std::string text = with_open_commands(without_web_addresses(given));
  std::vector<std::string> spellings{with_slashes(text)};
  if (text.find_first_of("\"'^") != text.npos)
    spellings.push_back(with_slashes(without(text, "\"'^")));
  if (text.find('/') != text.npos && text.find('\\') != text.npos)
    spellings.push_back(without(text, "\\\"'"));
  if (text::in_lower_case(text).find("file:") != text.npos)
    spellings.push_back(with_slashes(without_escapes(text)));
  return spellings;
}

}  // namespace

std::string with_slashes(std::string_view given) {
  std::string text(given);
  std::ranges::replace(text, '\\', '/');
  return text;
}

std::vector<std::string> readings_of(std::string_view given, const Farm& farm) {
  if (given.size() > kLongestText) return {with_slashes(given)};
  static const std::vector<Variables> kNone(1);
  std::vector<std::string> readings;
  for (const std::string& text : spellings_of(given))
    for (const std::string& each : with_twoway(text, farm))
      for (const Variables& here : farm.variables.empty() ? kNone : farm.variables)
        readings.push_back(replaced(each, here, farm));
  std::ranges::sort(readings);
  readings.erase(std::unique(readings.begin(), readings.end()), readings.end());
  return readings;
}

}  // namespace shaman::jobs
