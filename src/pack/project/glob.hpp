// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Which files a user means: `--exclude`, `--allow-outside`.
namespace shaman::pack {

/// A pattern over absolute paths. `?` is one character and `*` any number of them, but not `/`;
/// `**` is anything, `**/` any folders or none; other characters match themselves. A pattern that
/// does not begin at a root may begin at any folder (`*.mp4`, `tex/old`), and one that matches a
/// folder matches its content.
class Glob {
 public:
  explicit Glob(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view path) const;

 private:
  enum class Kind : unsigned char { literal, one, some, any, folders };
  struct Token {
    Kind kind;
    char32_t character = 0;
  };
  void enter(std::vector<bool>& states, std::size_t at) const;

  std::vector<Token> tokens_;
};

/// Several patterns, any of which may match.
class Globs {
 public:
  explicit Globs(const std::vector<std::string>& patterns);
  [[nodiscard]] bool match(std::string_view path);
  /// The patterns that have not matched a path so far.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  struct One {
    std::string pattern;
    Glob glob;
    bool is_used = false;
  };
  std::vector<One> globs_;
};

}  // namespace shaman::pack
