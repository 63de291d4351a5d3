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

/// The one table of a program's options. Their sources (sources.hpp), `--help`, the sample file and
/// the documentation (documents.hpp) all use it.
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
  std::string text;       ///< its effect, without a full stop
  Reload reload = Reload::restart;
  bool is_list = false;
  bool is_map = false;  ///< a list of `NAME=VALUE`, in a file also `NAME: VALUE`
  std::string example;  ///< for the sample file, if there is no default
  /// Takes the values (exactly one if it is not a list). The error says what is wrong with them.
  std::function<result<void>(const Values&)> set;
  /// The present value, as written in a file. Nothing: not set.
  std::function<Values()> get;
  Values defaults{};
  std::string default_text{};  ///< if the program determines the default when it starts
  /// Its name one version ago: accepted everywhere, with a note. Empty: none.
  std::string former_key{};

  [[nodiscard]] std::string flag() const;      ///< `--gc-max-age`
  [[nodiscard]] std::string variable() const;  ///< `SHAMAN_GC_MAX_AGE`
  /// The text in `[2h]`; empty if there is no default.
  [[nodiscard]] std::string shown_default() const;
  /// The option with the former key only: for its flag and its variable.
  [[nodiscard]] Option former() const;
};

/// A value from a source.
struct Assignment {
  std::string key;
  Values values;
  std::string origin;    ///< for people: `--gc-max-age`, `shaman.yaml:12`
  std::size_t line = 0;  ///< of a file
};

/// A problem, and its place.
struct Problem {
  std::string origin;  ///< empty: the text says it
  std::string text;
  std::size_t line = 0;  ///< of a file: problems are in its order
  std::string key{};     ///< of the option whose value was not accepted, if any
  [[nodiscard]] std::string message() const { return origin.empty() ? text : origin + ": " + text; }
};
using Problems = std::vector<Problem>;

/// Options bound to the variables they set, which must outlive the table. The value of a variable
/// when its option is added is the default.
class Table {
 public:
  /// The section of the next options.
  void section(std::string title) { section_ = std::move(title); }

  // Each returns the option, for rarely needed members. `text` says what it does; `[least,most]` is
  // checked.
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
  /// Renames options that were set by their former keys, and returns a note for each.
  [[nodiscard]] Problems rename(std::vector<Assignment>& assignments) const;
  /// Options that one source sets under both names, to different values: one problem each.
  [[nodiscard]] Problems contradictions(const std::vector<Assignment>& of_one_source) const;
  /// The most similar key, if one is similar enough: for messages.
  [[nodiscard]] std::string nearest(std::string_view key) const;
  /// `; did you mean gc.max-age?`, or nothing.
  [[nodiscard]] std::string suggestion(std::string_view key) const;

  /// Sets the given options. A later assignment to an option replaces an earlier one.
  [[nodiscard]] Problems apply(const std::vector<Assignment>& assignments) const;

  /// The present values, by key.
  [[nodiscard]] std::map<std::string, Values> values() const;

 private:
  Option& number(Option option, std::string key, const char* type, std::string text, Reload reload);

  std::string section_;
  std::deque<Option> options_;
};

}  // namespace shaman::config
