// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/error.hpp"

/// The one table of a program's options. Where they come from (sources.hpp), what `--help` says of
/// them, the sample file and the documentation (documents.hpp) are all made from it.
namespace shaman::config {

/// Whether a change takes effect while the program runs.
enum class Reload : std::uint8_t { live, restart };

using Values = std::vector<std::string>;

/// One option. `gc.max-age` is `--gc-max-age` on the command line, `SHAMAN_GC_MAX_AGE` in the
/// environment, and `max-age:` below `gc:` in a file.
struct Option {
  std::string key{};
  std::string section{};  ///< a heading for people
  std::string type;       ///< `DIR`, `COUNT`, `group|full|none`
  std::string text;       ///< what it does, without a full stop
  Reload reload = Reload::restart;
  bool is_list = false;
  bool is_map = false;  ///< a list of `NAME=VALUE`, in a file also `NAME: VALUE`
  std::string example;  ///< for the sample file, where there is no default
  /// Takes the values (exactly one where it is no list). The error says what is wrong with them.
  std::function<result<void>(const Values&)> set;
  /// What is set, as it would be written. Nothing: not set.
  std::function<Values()> get;
  Values defaults{};
  std::string default_text{};  ///< where the default is found out when the program starts
  /// What it was called one version ago: taken everywhere, with a note. Empty: nothing else.
  std::string former_key{};

  [[nodiscard]] std::string flag() const;      ///< `--gc-max-age`
  [[nodiscard]] std::string variable() const;  ///< `SHAMAN_GC_MAX_AGE`
  /// `[2h]`'s inside; empty where there is no default.
  [[nodiscard]] std::string shown_default() const;
  /// An option that has only the former key: for its flag and its variable.
  [[nodiscard]] Option former() const;
};

/// A value that was given somewhere.
struct Assignment {
  std::string key;
  Values values;
  std::string origin;    ///< for people: `--gc-max-age`, `shaman.yaml:12`
  std::size_t line = 0;  ///< of a file
};

/// What is wrong, and where.
struct Problem {
  std::string origin;  ///< empty: the text says it
  std::string text;
  std::size_t line = 0;  ///< of a file: problems are in its order
  std::string key{};     ///< of the option that was not taken as it was given, where there is one
  [[nodiscard]] std::string message() const { return origin.empty() ? text : origin + ": " + text; }
};
using Problems = std::vector<Problem>;

/// Options bound to the variables they set, which must outlive the table. What a variable holds
/// when its option is added is the default.
class Table {
 public:
  /// What the next options are about.
  void section(std::string title) { section_ = std::move(title); }

  // Each gives the option back for what is rarely needed. `text` says what it does; `[least,most]`
  // is checked.
  Option& text(std::string key, std::string& value, std::string type, std::string text,
               Reload reload);
  Option& duration(std::string key, std::chrono::milliseconds& value, std::string text,
                   Reload reload, std::chrono::milliseconds least = {});
  Option& duration(std::string key, std::chrono::seconds& value, std::string text, Reload reload);
  Option& bytes(std::string key, std::uint64_t& value, std::string text, Reload reload,
                std::uint64_t least = 0, std::uint64_t most = std::uint64_t{1} << 62);
  /// Bytes per second.
  Option& rate(std::string key, std::uint64_t& value, std::string text, Reload reload,
               std::uint64_t most);
  Option& count(std::string key, std::uint64_t& value, std::string text, Reload reload,
                std::uint64_t least = 0, std::uint64_t most = 1'000'000'000);
  Option& choice(std::string key, std::vector<std::string> names, std::string text, Reload reload,
                 std::function<void(std::size_t)> set, std::function<std::size_t()> get);
  Option& yes_no(std::string key, bool& value, std::string text, Reload reload);
  Option& custom(Option option);

  [[nodiscard]] const std::deque<Option>& options() const noexcept { return options_; }
  /// By its key, or by its former one.
  [[nodiscard]] const Option* find(std::string_view key) const;
  /// Gives options that were set by their former keys the new ones, and says so: one note each.
  [[nodiscard]] Problems rename(std::vector<Assignment>& assignments) const;
  /// Options that one source sets by both their names, to different values: one problem each.
  [[nodiscard]] Problems contradictions(const std::vector<Assignment>& of_one_source) const;
  /// The key that was meant, if one is near enough: for messages.
  [[nodiscard]] std::string nearest(std::string_view key) const;
  /// `; did you mean gc.max-age?`, or nothing.
  [[nodiscard]] std::string suggestion(std::string_view key) const;

  /// Sets what was given. A later assignment to an option replaces an earlier one.
  [[nodiscard]] Problems apply(const std::vector<Assignment>& assignments) const;

  /// What is set, by key.
  [[nodiscard]] std::map<std::string, Values> values() const;

 private:
  Option& number(Option option, std::string key, const char* type, std::string text, Reload reload);

  std::string section_;
  std::deque<Option> options_;
};

}  // namespace shaman::config
