// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/table.hpp"

#include <algorithm>
#include <numeric>

#include "shaman/text.hpp"
#include "shaman/units.hpp"

namespace shaman::config {
namespace {

Error wrong(const std::string& given, const std::string& what) {
  return {errc::invalid_argument, text::in_quotes(given) + " " + what};
}

// The number of letters to insert, delete or change (Levenshtein).
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t changed = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

// The separator of the words is the most frequent mistake.
std::string folded(std::string_view key) {
  std::string plain;
  for (const char letter : key) {
    if (letter == '_' || letter == '.' || letter == '-')
      plain += '-';
    else
      plain += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return plain;
}

result<void> within(const std::string& given, std::uint64_t value, std::uint64_t least,
                    std::uint64_t most, std::string (*to_text)(std::uint64_t)) {
  if (value < least) return wrong(given, "is too small; use at least " + to_text(least));
  if (value > most) return wrong(given, "is too large; use at most " + to_text(most));
  return {};
}

// An option that is a number with bounds, read and written in one grammar.
Option numeric(std::uint64_t& value, std::uint64_t least, std::uint64_t most,
               result<std::uint64_t> (*parse)(std::string_view),
               std::string (*to_text)(std::uint64_t)) {
  Option option{};
  option.set = [&value, least, most, parse, to_text](const Values& given) -> result<void> {
    const auto number = parse(given.front());
    if (!number) return number.error();
    if (auto fits = within(given.front(), *number, least, most, to_text); !fits) return fits;
    value = *number;
    return {};
  };
  option.get = [&value, to_text] { return Values{to_text(value)}; };
  return option;
}

}  // namespace

std::string Option::flag() const {
  std::string name = "--" + key;
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

std::string Option::variable() const {
  std::string name = "SHAMAN_";
  for (const char letter : key)
    name += letter >= 'a' && letter <= 'z'   ? static_cast<char>(letter - 'a' + 'A')
            : letter >= '0' && letter <= '9' ? letter
                                             : '_';
  return name;
}

Option Option::former() const {
  Option other;
  other.key = former_key;
  return other;
}

std::string Option::shown_default() const {
  return default_text.empty() ? text::listed(defaults) : default_text;
}

Option& Table::custom(Option option) {
  option.section = section_;
  option.defaults = option.get();
  return options_.emplace_back(std::move(option));
}

Option& Table::text(std::string key, std::string& value, std::string type, std::string text,
                    Reload reload) {
  Option option{.key = std::move(key),
                .section = {},
                .type = std::move(type),
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value](const Values& given) -> result<void> {
    value = given.front();
    return {};
  };
  option.get = [&value] { return value.empty() ? Values{} : Values{value}; };
  return custom(std::move(option));
}

Option& Table::duration(std::string key, std::chrono::milliseconds& value, std::string text,
                        Reload reload, std::chrono::milliseconds least) {
  Option option{.key = std::move(key),
                .section = {},
                .type = "DURATION",
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value, least](const Values& given) -> result<void> {
    const auto duration = units::parse_duration(given.front());
    if (!duration) return duration.error();
    if (*duration < least)
      return wrong(given.front(), "is too short; use at least " + units::duration_option(least));
    value = *duration;
    return {};
  };
  option.get = [&value] { return Values{units::duration_option(value)}; };
  return custom(std::move(option));
}

Option& Table::duration(std::string key, std::chrono::seconds& value, std::string text,
                        Reload reload) {
  Option option{.key = std::move(key),
                .section = {},
                .type = "DURATION",
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value](const Values& given) -> result<void> {
    const auto duration = units::parse_duration(given.front());
    if (!duration) return duration.error();
    if (duration->count() % 1000 != 0)
      return wrong(given.front(), "is not a whole number of seconds; use 1s or 2s, for example");
    value = std::chrono::duration_cast<std::chrono::seconds>(*duration);
    return {};
  };
  option.get = [&value] { return Values{units::duration_option(value)}; };
  return custom(std::move(option));
}

Option& Table::number(Option option, std::string key, const char* type, std::string text,
                      Reload reload) {
  option.key = std::move(key);
  option.type = type;
  option.text = std::move(text);
  option.reload = reload;
  return custom(std::move(option));
}

Option& Table::bytes(std::string key, std::uint64_t& value, std::string text, Reload reload,
                     std::uint64_t least, std::uint64_t most) {
  return number(numeric(value, least, most, units::parse_size, units::size_option), std::move(key),
                "BYTES", std::move(text), reload);
}

Option& Table::rate(std::string key, std::uint64_t& value, std::string text, Reload reload,
                    std::uint64_t most) {
  return number(numeric(value, 0, most, units::parse_rate, units::rate_option), std::move(key),
                "RATE", std::move(text), reload);
}

Option& Table::count(std::string key, std::uint64_t& value, std::string text, Reload reload,
                     std::uint64_t least, std::uint64_t most) {
  return number(numeric(value, least, most, units::parse_count, units::count_option),
                std::move(key), "COUNT", std::move(text), reload);
}

Option& Table::choice(std::string key, std::vector<std::string> names, std::string text,
                      Reload reload, std::function<void(std::size_t)> set,
                      std::function<std::size_t()> get) {
  std::string type;
  for (const std::string& name : names)
    type += (type.empty() ? "" : "|") + name;
  Option option{.key = std::move(key),
                .section = {},
                .type = type,
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [names, set = std::move(set)](const Values& given) -> result<void> {
    const auto found = std::find(names.begin(), names.end(), given.front());
    if (found == names.end()) return wrong(given.front(), "must be one of " + text::listed(names));
    set(static_cast<std::size_t>(found - names.begin()));
    return {};
  };
  option.get = [names, get = std::move(get)] { return Values{names[get()]}; };
  return custom(std::move(option));
}

Option& Table::yes_no(std::string key, bool& value, std::string text, Reload reload) {
  Option option{.key = std::move(key),
                .section = {},
                .type = "yes|no",
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value](const Values& given) -> result<void> {
    static const Values kYes{"yes", "true", "on", "1"};
    static const Values kNo{"no", "false", "off", "0"};
    const bool is_yes = std::find(kYes.begin(), kYes.end(), given.front()) != kYes.end();
    if (!is_yes && std::find(kNo.begin(), kNo.end(), given.front()) == kNo.end())
      return wrong(given.front(), "is neither yes nor no");
    value = is_yes;
    return {};
  };
  option.get = [&value] { return Values{value ? "yes" : "no"}; };
  return custom(std::move(option));
}

const Option* Table::find(std::string_view key) const {
  const auto found = std::find_if(options_.begin(), options_.end(), [&](const Option& option) {
    return option.key == key || (!key.empty() && option.former_key == key);
  });
  return found == options_.end() ? nullptr : &*found;
}

Problems Table::rename(std::vector<Assignment>& assignments) const {
  Problems notes;
  for (Assignment& given : assignments) {
    const Option* const option = find(given.key);
    if (option == nullptr || option->key == given.key) continue;
    if (given.origin == option->former().flag())
      notes.push_back({"", given.origin + " is now " + option->flag()});
    else if (given.origin == option->former().variable())
      notes.push_back({"", given.origin + " is now " + option->variable()});
    else
      notes.push_back({given.origin, given.key + " is now " + option->key, given.line});
    given.key = option->key;
  }
  return notes;
}

Problems Table::contradictions(const std::vector<Assignment>& of_one_source) const {
  Problems problems;
  for (const Option& option : options_) {
    const auto by = [&](const std::string& key) {
      return std::ranges::find(of_one_source, key, &Assignment::key);
    };
    const auto now = by(option.key);
    const auto former = option.former_key.empty() ? of_one_source.end() : by(option.former_key);
    if (now == of_one_source.end() || former == of_one_source.end()) continue;
    if (now->values == former->values) continue;
    problems.push_back(
        {"",
         option.key + " has two values, " + text::in_quotes(text::listed(now->values)) + " (" +
             now->origin + ") and " + text::in_quotes(text::listed(former->values)) + " (" +
             former->origin + ", by its former name " + option.former_key + "): remove one of them",
         std::max(now->line, former->line), option.key});
  }
  return problems;
}

std::string Table::nearest(std::string_view key) const {
  const std::string meant = folded(key);
  std::string best;
  std::size_t least = 1 + std::max<std::size_t>(meant.size() / 4, 1);
  for (const Option& option : options_) {
    const std::string name = folded(option.key);
    const std::size_t far = distance(meant, name);
    if (far < least) {
      least = far;
      best = option.key;
    }
  }
  return best;
}

std::string Table::suggestion(std::string_view key) const {
  const std::string meant = nearest(key);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

namespace {

// Each entry of a list separately, so that all wrong ones are reported, and the option keeps its
// value. Empty: the values were taken.
std::vector<Error> errors_of(const Option& option, const Values& values) {
  std::vector<Error> errors;
  const Values before = option.is_list ? option.get() : Values();
  if (option.is_list && values.size() > 1)
    for (const std::string& value : values)
      if (auto taken = option.set({value}); !taken) errors.push_back(taken.error());
  if (errors.empty()) {
    auto taken = option.set(values);
    if (taken) return {};
    errors.push_back(taken.error());
  }
  // The former value was valid. An option that is not a list may have had none, which cannot be
  // set.
  if (option.is_list) static_cast<void>(option.set(before));
  return errors;
}

}  // namespace

Problems Table::apply(const std::vector<Assignment>& assignments) const {
  Problems problems;
  for (const Assignment& given : assignments) {
    const auto fail = [&](std::string text) {
      problems.push_back({given.origin, std::move(text), given.line, given.key});
    };
    const Option* const option = find(given.key);
    // The line number of a file does not name the option; every other origin does.
    const std::string which = given.line == 0 || option == nullptr ? "" : option->key + ": ";
    if (option == nullptr)
      fail("there is no option " + text::printable(given.key) + suggestion(given.key));
    else if (!option->is_list && given.values.size() != 1)
      fail(which + "takes one value, not " + std::to_string(given.values.size()));
    else
      for (const Error& error : errors_of(*option, given.values))
        fail(which + error.message());
  }
  return problems;
}

std::map<std::string, Values> Table::values() const {
  std::map<std::string, Values> values;
  for (const Option& option : options_)
    values[option.key] = option.get();
  return values;
}

}  // namespace shaman::config
