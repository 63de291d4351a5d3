// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/setting_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "shaman/text.hpp"

#include "base/nearest.hpp"
#include "flamenco/manager/members.hpp"

namespace shaman::manager {
namespace {

using nlohmann::json;
using text::in_quotes;

// Job types pass the setting with this name to the Manager's function that splits frames into
// tasks.
constexpr const char* kFrames = "frames";

template <class T>
std::from_chars_result parse(std::string_view text, T& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number);
}

// Parses the whole text. std::errc::result_out_of_range if the number is too large.
template <class T>
std::errc read_number(std::string_view text, T& number) {
  const auto [rest, error] = parse(text, number);
  const bool is_whole = rest == text.data() + text.size();
  return is_whole ? error : std::errc::invalid_argument;
}

// `32` instead of `32.000000`.
std::string plain(double number) {
  return json(number == std::floor(number) && std::fabs(number) < 1e15
                  ? json(static_cast<std::int64_t>(number))
                  : json(number))
      .dump();
}

std::string range_of(const Setting& setting, bool names_limits_of_type) {
  std::optional<double> min = setting.min;
  std::optional<double> max = setting.max;
  if (names_limits_of_type && setting.type == Setting::Type::int32) {
    using Limits = std::numeric_limits<std::int32_t>;
    min = std::max(min.value_or(Limits::min()), static_cast<double>(Limits::min()));
    max = std::min(max.value_or(Limits::max()), static_cast<double>(Limits::max()));
  }
  if (min && max) return " from " + plain(*min) + " to " + plain(*max);
  if (min) return " of at least " + plain(*min);
  return max ? " of at most " + plain(*max) : "";
}

std::string what_is_right(const Setting& setting, bool names_limits_of_type = false) {
  switch (setting.type) {
    case Setting::Type::int32:
      return "a whole number" + range_of(setting, names_limits_of_type);
    case Setting::Type::real:
      return "a number" + range_of(setting, names_limits_of_type);
    case Setting::Type::boolean:
      return "true or false";
    case Setting::Type::string:
      break;
  }
  if (!setting.choices.empty()) return "one of " + joined(setting.choices);
  return setting.key == kFrames ? "a frame range such as 1-250 or 1,5-10" : "text";
}

std::string complaint(const Setting& setting, const std::string& value,
                      bool names_limits_of_type = false) {
  return in_quotes(setting.key) + " must be " + what_is_right(setting, names_limits_of_type) +
         ", not " + value;
}

enum class Range : std::uint8_t { none, forwards, backwards };

// One frame, or two with `-` or `..` between them. Source: the Manager's frame_chunker.go, 3.0 to
// 3.9.
Range frame_range(std::string_view part) {
  std::size_t end = part.find("..");
  std::size_t begin_of_last = end + 2;
  if (end == std::string_view::npos) {
    end = part.find('-');
    begin_of_last = end + 1;
  }
  std::uint32_t first = 0;
  if (read_number(text::trimmed(part.substr(0, end)), first) != std::errc()) return Range::none;
  if (end == std::string_view::npos) return Range::forwards;
  std::uint32_t last = 0;
  if (read_number(text::trimmed(part.substr(begin_of_last)), last) != std::errc())
    return Range::none;
  return first <= last ? Range::forwards : Range::backwards;
}

// Of several ranges, the first that cannot be rendered.
Range frame_ranges(std::string_view text) {
  for (;;) {
    const std::size_t comma = text.find(',');
    const Range range = frame_range(text.substr(0, comma));
    if (range != Range::forwards || comma == std::string_view::npos) return range;
    text.remove_prefix(comma + 1);
  }
}

template <class T>
result<json> read_as_number(const Setting& setting, const std::string& given) {
  T number{};
  const std::errc error = read_number(given, number);
  const bool is_number = error == std::errc() && std::isfinite(static_cast<double>(number));
  if (is_number) return success(number);
  return Error{errc::invalid_argument,
               complaint(setting, in_quotes(given), error == std::errc::result_out_of_range)};
}

}  // namespace

std::string allowed_values(const Setting& setting) {
  if (setting.is_path && setting.choices.empty()) return "the path of a file or folder";
  return what_is_right(setting);
}

result<json> read_value(const Setting& setting, const std::string& given) {
  switch (setting.type) {
    case Setting::Type::int32:
      return read_as_number<std::int32_t>(setting, given);
    case Setting::Type::real:
      return read_as_number<double>(setting, given);
    case Setting::Type::boolean:
      // Also accepts Python's True and False.
      if (text::is_same_but_for_case(given, "true")) return success(true);
      if (text::is_same_but_for_case(given, "false")) return success(false);
      return Error{errc::invalid_argument, complaint(setting, in_quotes(given))};
    case Setting::Type::string:
      break;
  }
  if (setting.key != kFrames || !setting.choices.empty() || given.empty()) return success(given);
  const Range range = frame_ranges(given);
  if (range == Range::backwards)
    return Error{errc::invalid_argument,
                 complaint(setting, in_quotes(given)) + ", whose last frame is before its first"};
  if (range == Range::none)
    return Error{errc::invalid_argument, complaint(setting, in_quotes(given))};
  return success(given);
}

std::string limits_exceeded(const Setting& setting, const json& value) {
  if (value.is_string() && !setting.choices.empty()) {
    const auto& text = value.get_ref<const std::string&>();
    const bool is_choice = std::ranges::find(setting.choices, text) != setting.choices.end();
    return is_choice ? "" : complaint(setting, in_quotes(text));
  }
  if (!value.is_number()) return {};
  const auto number = value.get<double>();
  const bool is_outside = (setting.min && number < *setting.min) ||  //
                          (setting.max && number > *setting.max);
  return is_outside ? complaint(setting, value.dump()) : "";
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : ", ") + text::printable(name);
  return out;
}

std::string unknown_setting(const JobType& type, const std::string& key) {
  std::vector<std::string> keys;
  for (const Setting& each : type.settings)
    keys.push_back(each.key);
  const std::string meant = text::nearest(key, keys);
  return "there is no setting " + in_quotes(key) +
         (meant.empty() ? " (available: " + joined(keys) + ")"
                        : " (did you mean " + in_quotes(meant) + "?)");
}

}  // namespace shaman::manager
