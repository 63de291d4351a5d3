// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shaman/trace/trace.hpp"

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

/// The folders that a pattern may be relative to, absolute.
struct PatternBases {
  std::string project;
  std::string blend_folder;
};

/// `project` is the plan's folder.
[[nodiscard]] PatternBases bases_of_patterns(const trace::Trace& trace, std::string project);

/// The absolute patterns that the pattern stands for if it begins at a certain folder, the
/// likeliest first: `./x`, `../x` and `.\x` at the working folder or the project, `//x` at the
/// .blend's folder as in Blender, or at the root. Empty: it may begin anywhere.
[[nodiscard]] std::vector<std::string> anchored(const std::string& pattern,
                                                const PatternBases& bases);

/// Several patterns, any of which may match. Those that are anchored() match as all that they stand
/// for.
class Globs {
 public:
  Globs(const std::vector<std::string>& patterns, const PatternBases& bases);
  [[nodiscard]] bool match(std::string_view path);
  /// The first pattern that matches, as it was given; empty: none.
  [[nodiscard]] std::string find(std::string_view path) const;
  /// The patterns that have not matched a path so far.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  struct One {
    [[nodiscard]] bool matches(std::string_view path) const;
    std::string pattern;
    std::vector<Glob> meanings;
    bool is_used = false;
  };
  std::vector<One> globs_;
};

}  // namespace shaman::pack
