// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/glob.hpp"

#include <algorithm>

#include "shaman/text.hpp"

namespace shaman::pack {
namespace {

bool begins_at_root(std::string_view pattern) {
  const bool drive = pattern.size() > 1 && pattern[1] == ':';
  return pattern.starts_with('/') || drive || pattern.starts_with("**");
}

}  // namespace

Glob::Glob(std::string_view pattern) {
  if (!begins_at_root(pattern)) tokens_.push_back({Kind::folders});
  while (pattern.size() > 1 && pattern.ends_with('/'))
    pattern.remove_suffix(1);
  const std::vector<char32_t> text = text::code_points(pattern);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto next = [&](std::size_t ahead) {
      return i + ahead < text.size() ? text[i + ahead] : U'\0';
    };
    if (text[i] == U'?') {
      tokens_.push_back({Kind::one});
    } else if (text[i] != U'*') {
      tokens_.push_back({Kind::literal, text[i]});
    } else if (next(1) != U'*') {
      tokens_.push_back({Kind::some});
    } else {
      const bool folders = next(2) == U'/';
      tokens_.push_back({folders ? Kind::folders : Kind::any});
      i += folders ? 2 : 1;
    }
  }
}

// A state is the number of matched tokens; tokens that may match nothing are skipped at once.
void Glob::enter(std::vector<bool>& states, std::size_t at) const {
  states[at] = true;
  if (at == tokens_.size()) return;
  const Kind kind = tokens_[at].kind;
  if (kind == Kind::some || kind == Kind::any || kind == Kind::folders) enter(states, at + 1);
}

bool Glob::matches(std::string_view path) const {
  std::vector<bool> states(tokens_.size() + 1);
  std::vector<bool> next(states.size());
  enter(states, 0);
  for (const char32_t character : text::code_points(path)) {
    const bool slash = character == U'/';
    if (slash && states.back()) return true;
    std::fill(next.begin(), next.end(), false);
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (!states[at]) continue;
      switch (tokens_[at].kind) {
        case Kind::literal:
          if (character == tokens_[at].character) enter(next, at + 1);
          break;
        case Kind::one:
          if (!slash) enter(next, at + 1);
          break;
        case Kind::some:
          if (!slash) enter(next, at);
          break;
        case Kind::any:
          enter(next, at);
          break;
        case Kind::folders:
          next[at] = true;
          if (slash) enter(next, at + 1);
          break;
      }
    }
    states.swap(next);
  }
  return states.back();
}

Globs::Globs(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (!pattern.empty()) globs_.push_back({pattern, Glob(pattern)});
  }
}

bool Globs::match(std::string_view path) {
  bool has_matched = false;
  for (One& each : globs_) {
    // A pattern that is known to be used need not be tried again.
    if ((has_matched && each.is_used) || !each.glob.matches(path)) continue;
    has_matched = each.is_used = true;
  }
  return has_matched;
}

std::vector<std::string> Globs::unused() const {
  std::vector<std::string> patterns;
  for (const One& each : globs_)
    if (!each.is_used) patterns.push_back(each.pattern);
  return patterns;
}

}  // namespace shaman::pack
