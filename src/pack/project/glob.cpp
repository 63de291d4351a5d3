// SPDX-License-Identifier: GPL-3.0-or-later
#include "pack/project/glob.hpp"

#include <algorithm>
#include <utility>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

namespace shaman::pack {
namespace {

bool begins_at_root(std::string_view pattern) {
  const bool drive = pattern.size() > 1 && pattern[1] == ':';
  return pattern.starts_with('/') || drive || pattern.starts_with("**");
}

// `a//b` and `a/./b` are `a/b`.
std::string without_empty_folders(std::string pattern) {
  for (const std::string_view empty : {"/./", "//"}) {
    for (std::size_t at = pattern.find(empty); at != std::string::npos;
         at = pattern.find(empty, at))
      pattern.replace(at, empty.size(), "/");
  }
  return pattern;
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

PatternBases bases_of_patterns(const trace::Trace& trace, std::string project) {
  return {std::move(project), std::string(os::parent(trace.blendfile))};
}

std::vector<std::string> anchored(const std::string& pattern, const PatternBases& bases) {
  std::string path = pattern;
  if (path.starts_with(".\\") || path.starts_with("..\\")) std::ranges::replace(path, '\\', '/');
  std::vector<std::string> from;
  if (path.starts_with("./") || path.starts_with("../"))
    from = {os::absolute("."), bases.project};
  else if (path.starts_with("//"))
    from = {bases.blend_folder};
  std::vector<std::string> all;
  for (const std::string& base : from)
    all.push_back(os::absolute(base + "/" + path));
  if (os::is_absolute(path)) all.push_back(os::absolute(path));
  return all;
}

Globs::Globs(const std::vector<std::string>& patterns, const PatternBases& bases) {
  for (const std::string& pattern : patterns) {
    if (pattern.empty()) continue;
    One one{pattern, {}};
    for (const std::string& meaning : anchored(pattern, bases))
      one.meanings.emplace_back(meaning);
    if (one.meanings.empty()) one.meanings.emplace_back(without_empty_folders(pattern));
    globs_.push_back(std::move(one));
  }
}

bool Globs::One::matches(std::string_view path) const {
  return std::ranges::any_of(meanings, [&](const Glob& meaning) { return meaning.matches(path); });
}

bool Globs::match(std::string_view path) {
  bool has_matched = false;
  for (One& each : globs_) {
    // A pattern that is known to be used need not be tried again.
    if ((has_matched && each.is_used) || !each.matches(path)) continue;
    has_matched = each.is_used = true;
  }
  return has_matched;
}

std::string Globs::find(std::string_view path) const {
  const auto found =
      std::ranges::find_if(globs_, [&](const One& each) { return each.matches(path); });
  return found == globs_.end() ? std::string() : found->pattern;
}

std::vector<std::string> Globs::unused() const {
  std::vector<std::string> patterns;
  for (const One& each : globs_)
    if (!each.is_used) patterns.push_back(each.pattern);
  return patterns;
}

}  // namespace shaman::pack
