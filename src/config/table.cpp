// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/table.hpp"

#include <algorithm>
#include <numeric>

#include "shaman/text.hpp"

#include "config/values.hpp"

namespace shaman::config {
namespace {

Error wrong(const std::string& given, const std::string& what) {
  return {errc::malformed_request, text::in_quotes(given) + " " + what};
}

// What has not the form of its kind.
Error invalid(const char* kind, const std::string& given, const char* examples) {
  return {errc::malformed_request, std::string("invalid ") + kind + " " + text::in_quotes(given) +
                                       " (examples: " + examples + ")"};
}

std::string joined(const Values& values) {
  std::string all;
  for (const std::string& value : values)
    all += (all.empty() ? "" : ", ") + value;
  return all;
}

// How many letters must be put in, left out or changed (Levenshtein).
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

// People mix up what separates the words before anything else.
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

template <class Number>
result<void> within(const std::string& given, Number value, Number least, Number most,
                    std::string (*to_text)(Number)) {
  if (value < least) return wrong(given, "is too small; use at least " + to_text(least));
  if (value > most) return wrong(given, "is too large; use at most " + to_text(most));
  return {};
}

std::string count_text(std::uint64_t count) {
  return std::to_string(count);
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

std::string Option::shown_default() const {
  return default_text.empty() ? joined(defaults) : default_text;
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
    const auto duration = parse_duration(given.front());
    if (!duration) return invalid("duration", given.front(), "500ms, 2s, 90m, 744h");
    if (*duration < least)
      return wrong(given.front(), "is too short; use at least " + duration_text(least));
    value = *duration;
    return {};
  };
  option.get = [&value] { return Values{duration_text(value)}; };
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
    const auto duration = parse_duration(given.front());
    if (!duration || duration->count() % 1000 != 0)
      return invalid("duration", given.front(), "2s, 90m, 744h");
    value = std::chrono::duration_cast<std::chrono::seconds>(*duration);
    return {};
  };
  option.get = [&value] { return Values{duration_text(value)}; };
  return custom(std::move(option));
}

Option& Table::bytes(std::string key, std::uint64_t& value, std::string text, Reload reload,
                     std::uint64_t least, std::uint64_t most) {
  Option option{.key = std::move(key),
                .section = {},
                .type = "BYTES",
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value, least, most](const Values& given) -> result<void> {
    const auto bytes = parse_bytes(given.front());
    if (!bytes) return invalid("size", given.front(), "1000, 64MiB, 1.5TiB");
    if (auto fits = within<std::uint64_t>(given.front(), *bytes, least, most, bytes_text); !fits)
      return fits;
    value = *bytes;
    return {};
  };
  option.get = [&value] { return Values{bytes_text(value)}; };
  return custom(std::move(option));
}

Option& Table::count(std::string key, std::uint64_t& value, std::string text, Reload reload,
                     std::uint64_t least, std::uint64_t most) {
  Option option{.key = std::move(key),
                .section = {},
                .type = "COUNT",
                .text = std::move(text),
                .reload = reload,
                .example = {},
                .set = {},
                .get = {}};
  option.set = [&value, least, most](const Values& given) -> result<void> {
    const auto count = parse_count(given.front());
    if (!count) return invalid("number", given.front(), "0, 12, 1000");
    if (auto fits = within<std::uint64_t>(given.front(), *count, least, most, count_text); !fits)
      return fits;
    value = *count;
    return {};
  };
  option.get = [&value] { return Values{std::to_string(value)}; };
  return custom(std::move(option));
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
    if (found == names.end()) return wrong(given.front(), "must be one of " + joined(names));
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
  const auto found = std::find_if(options_.begin(), options_.end(),
                                  [&](const Option& option) { return option.key == key; });
  return found == options_.end() ? nullptr : &*found;
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

Problems Table::apply(const std::vector<Assignment>& assignments) const {
  Problems problems;
  for (const Assignment& given : assignments) {
    const auto fail = [&](std::string text) {
      problems.push_back({given.origin, std::move(text), given.line, given.key});
    };
    const Option* const option = find(given.key);
    if (option == nullptr)
      fail("there is no option " + text::printable(given.key) + suggestion(given.key));
    else if (!option->is_list && given.values.size() != 1)
      fail(option->key + " takes one value, not " + std::to_string(given.values.size()));
    else if (auto taken = option->set(given.values); !taken)
      fail(option->key + ": " + taken.error().message());
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
