// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <yaml-cpp/yaml.h>

#include "shaman/text.hpp"

#include "base/named_file/named_file.hpp"
#include "config/sources.hpp"

namespace shaman::config {
namespace {

constexpr const char* kOption = "the configuration file";  // --config or SHAMAN_CONFIG
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

std::string as_text(const YAML::Node& node) {
  return node.IsScalar() ? node.Scalar() : std::string();
}

std::size_t line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

// Walks one file's nodes; the members are the shared state.
class Reader {
 public:
  Reader(const Table& table, std::string path) : table_(table), path_(std::move(path)) {}

  void read_section(const YAML::Node& section, const std::string& prefix);
  void fail(const YAML::Mark& mark, std::string text, std::string key = {}) {
    given_.problems.push_back({at(mark), std::move(text), line_of(mark), std::move(key)});
  }
  [[nodiscard]] std::string at(const YAML::Mark& mark) const {
    return mark.is_null() ? path_ : path_ + ":" + std::to_string(line_of(mark));
  }
  Given take() { return std::move(given_); }
  // After the last problem, which is the only one to report.
  Given take_unread() { return {{}, {std::move(given_.problems.back())}, false}; }

 private:
  void read_entry(const std::string& key, const YAML::Mark& mark, const YAML::Node& value);
  void read_value(const Option& option, const std::string& key, const YAML::Mark& mark,
                  const YAML::Node& value);
  [[nodiscard]] bool is_section(const std::string& key) const;
  bool take_scalar(const Option& option, const YAML::Node& node, const std::string& prefix,
                   Values& values);

  const Table& table_;
  const std::string path_;
  Given given_;
};

bool Reader::is_section(const std::string& key) const {
  for (const Option& option : table_.options())
    if (option.key.starts_with(key + ".")) return true;
  return false;
}

bool Reader::take_scalar(const Option& option, const YAML::Node& node, const std::string& prefix,
                         Values& values) {
  if (!node.IsScalar()) {
    fail(node.Mark(), option.key + ": this must be one " + option.type, option.key);
    return false;
  }
  values.push_back(prefix + node.Scalar());
  return true;
}

void Reader::read_value(const Option& option, const std::string& key, const YAML::Mark& mark,
                        const YAML::Node& value) {
  Values values;
  bool is_good = true;
  if (value.IsNull())
    return fail(mark, option.key + " has no value; it takes " + option.type, option.key);
  if (option.is_list && value.IsSequence()) {
    for (const YAML::Node& item : value)
      is_good = take_scalar(option, item, "", values) && is_good;
  } else if (option.is_map && value.IsMap()) {
    for (const auto& item : value)
      is_good = take_scalar(option, item.second, as_text(item.first) + "=", values) && is_good;
  } else {
    is_good = take_scalar(option, value, "", values);
  }
  if (is_good) given_.assignments.push_back({key, std::move(values), at(mark), line_of(mark)});
}

void Reader::read_entry(const std::string& key, const YAML::Mark& mark, const YAML::Node& value) {
  if (const Option* const option = table_.find(key)) return read_value(*option, key, mark, value);
  if (!is_section(key))
    return fail(mark, "there is no option " + text::printable(key) + table_.suggestion(key));
  if (value.IsMap()) return read_section(value, key + ".");
  // A section in which everything is commented out.
  if (!value.IsNull())
    fail(mark, key + " is a group of options, not an option; indent its options");
}

void Reader::read_section(const YAML::Node& section, const std::string& prefix) {
  std::map<std::string, YAML::Mark> seen;
  for (const auto& entry : section) {
    const YAML::Mark mark = entry.first.Mark();
    const std::string key = prefix + as_text(entry.first);
    const auto [earlier, is_first] = seen.emplace(key, mark);
    if (is_first)
      read_entry(key, mark, entry.second);
    else
      fail(mark, text::printable(key) + " was given before, in line " +
                     std::to_string(line_of(earlier->second)));
  }
}

}  // namespace

Given read_file(const Table& table, const std::string& path) {
  const auto file = read_named_file({path, kOption, kMostBytes});
  if (!file) return {{}, {{"", file.error().message()}}, false};
  Reader reader(table, text::printable(path));
  try {
    const YAML::Node root = YAML::Load(file->bytes);
    if (root.IsMap())
      reader.read_section(root, "");
    else if (!root.IsNull())
      reader.fail(root.Mark(), "expected `option: value`, one per line");
  } catch (const YAML::Exception& error) {
    reader.fail(error.mark,
                "invalid YAML: " + text::printable(error.msg) +
                    ". Check the colons, quotes, brackets and indentation here and above");
    return reader.take_unread();
  }
  Given given = reader.take();
  std::ranges::move(table.contradictions(given.assignments), std::back_inserter(given.problems));
  return given;
}

}  // namespace shaman::config
