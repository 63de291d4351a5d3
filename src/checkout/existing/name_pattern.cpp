// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/name_pattern.hpp"

#include <algorithm>
#include <string_view>

namespace shaman::name_match {
namespace {

using Kind = Element::Kind;

// Placeholders without braces have short names.
constexpr std::size_t kLongestName = 64;

bool is_letter(char32_t point) {
  return (point >= U'a' && point <= U'z') || (point >= U'A' && point <= U'Z') || point == U'_';
}

bool is_digit(char32_t point) {
  return point >= U'0' && point <= U'9';
}

// Finds the next occurrence of a character. Remembers the last result, so that a text of brackets
// alone does not take quadratic time.
class Next {
 public:
  Next(const Points& text, char32_t wanted) : text_(text), wanted_(wanted) {}
  std::size_t from(std::size_t at) {
    at = std::min(at, text_.size());
    if (!is_known_ || at_ < at)
      at_ = static_cast<std::size_t>(
          std::find(text_.begin() + static_cast<std::ptrdiff_t>(at), text_.end(), wanted_) -
          text_.begin());
    is_known_ = true;
    return at_;
  }

 private:
  const Points& text_;
  const char32_t wanted_;
  std::size_t at_ = 0;
  bool is_known_ = false;
};

class Reader {
 public:
  explicit Reader(const Points& text)
      : text_(text), brace_(text, U'}'), bracket_(text, U']'), parenthesis_(text, U')') {}

  std::vector<Element> run() {
    std::vector<Element> elements;
    while (at_ < text_.size()) {
      const std::size_t begin = at_;
      elements.push_back(take());
      elements.back().begin = begin;
    }
    return elements;
  }

 private:
  [[nodiscard]] char32_t seen(std::size_t at) const { return at < text_.size() ? text_[at] : 0; }

  Element take() {
    Element element;
    if (take_choice(element)) return element;
    switch (text_[at_]) {
      case U'*':
        return take_stars();
      case U'?':
        ++at_;
        return {Kind::any_one};
      case U'#':
        while (seen(at_) == U'#')
          ++at_;
        return {Kind::digits};
      case U'[':
        if (take_set(element)) return element;
        break;
      case U'{':
        if (take_braces(at_, element)) return element;
        break;
      case U'%':
        if (take_marked(U'%')) return {Kind::any_depth};
        if (take_printed(element)) return element;
        break;
      case U'!':
        if (take_marked(U'!')) return {Kind::any_depth};
        break;
      case U'<':
        if (take_marked(U'>')) return {Kind::any_depth};
        break;
      case U'$':
        if (take_variable(element)) return element;
        break;
      default:
        break;
    }
    return {Kind::one, text_[at_++]};
  }

  Element take_stars() {
    const std::size_t begin = at_;
    while (seen(at_) == U'*')
      ++at_;
    return {at_ - begin > 1 ? Kind::any_depth : Kind::any};
  }

  // `[…]`, whose first item may be `]`. Takes nothing if there is no closing bracket.
  bool take_set(Element& element) {
    std::size_t i = at_ + 1;
    const bool is_negated = seen(i) == U'!' || seen(i) == U'^';
    if (is_negated) ++i;
    const std::size_t end = bracket_.from(i + 1);
    if (end >= text_.size()) return false;
    if (ends_class(end)) {
      element = {Kind::any_one};
      take_classes(end);
      return true;
    }
    element = {Kind::set};
    element.is_negated = is_negated;
    for (; i < end; ++i) {
      const bool is_range = i + 2 < end && text_[i + 1] == U'-';
      element.ranges.emplace_back(text_[i], text_[is_range ? i + 2 : i]);
      if (is_range) i += 2;
    }
    at_ = end + 1;
    return true;
  }

  // The rest of a set after its first class.
  void take_classes(std::size_t end) {
    while (end < text_.size() && ends_class(end)) {
      at_ = end + 1;
      end = bracket_.from(at_);
    }
    if (end < text_.size()) at_ = end + 1;
  }

  // Whether this bracket closes a class: `[:lower:]`, `[=a=]` or `[.a.]`.
  [[nodiscard]] bool ends_class(std::size_t bracket) const {
    constexpr std::u32string_view kMarks = U":=.";
    const char32_t mark = text_[bracket - 1];
    if (kMarks.find(mark) == kMarks.npos) return false;
    const std::size_t first = std::max(at_, bracket - std::min(bracket, kLongestName));
    for (std::size_t i = bracket - 1; i-- > first;)
      if (text_[i] == U'[' && text_[i + 1] == mark && i + 1 < bracket - 1) return true;
    return false;
  }

  // `{a,b}` and `{1..9}` are lists of names; everything else in braces is a placeholder.
  bool take_braces(std::size_t begin, Element& element) {
    const std::size_t end = brace_.from(begin);
    if (end >= text_.size()) return false;
    const std::u32string inner(text_.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                               text_.begin() + static_cast<std::ptrdiff_t>(end));
    const bool is_list = inner.find(U',') != inner.npos || inner.find(U"..") != inner.npos;
    element = {is_list ? Kind::any : Kind::any_depth};
    at_ = end + 1;
    return true;
  }

  // `%d`, `%04d`, `%ld`; `%s`, `%-8s`, `%1$s`, `%(name)s`, `%{name}`, and time formats such as
  // `%Y`.
  bool take_printed(Element& element) {
    std::size_t i = at_ + 1;
    if (seen(i) == U'{') return take_braces(i, element);
    if (seen(i) == U'(') i = std::min(parenthesis_.from(i), text_.size()) + 1;
    constexpr std::u32string_view kBefore = U"0123456789-.+$";
    while (i < at_ + kLongestName && kBefore.find(seen(i)) != kBefore.npos && seen(i) != 0)
      ++i;
    while (seen(i) == U'l' || seen(i) == U'h' || seen(i) == U'z')
      ++i;
    const char32_t conversion = seen(i);
    if (conversion == U'_' || !is_letter(conversion)) return false;
    const bool is_number = conversion == U'd' || conversion == U'i' || conversion == U'u';
    element = {is_number ? Kind::digits : Kind::any};
    at_ = i + 1;
    return true;
  }

  // Choices of shells: `@(a|b)`, `!(a)`.
  bool take_choice(Element& element) {
    constexpr std::u32string_view kKinds = U"@+!?*";
    if (kKinds.find(text_[at_]) == kKinds.npos || seen(at_ + 1) != U'(') return false;
    const std::size_t end = parenthesis_.from(at_);
    if (end >= text_.size()) return false;
    element = {Kind::any};
    at_ = end + 1;
    return true;
  }

  [[nodiscard]] std::size_t end_of_name(std::size_t begin) const {
    std::size_t i = begin;
    while (i < begin + kLongestName && (is_letter(seen(i)) || (i > begin && is_digit(seen(i)))))
      ++i;
    return i;
  }

  // `%name%`, `%name:~0,5%`, `<name>`, `!name!`.
  bool take_marked(char32_t closing) {
    if (!is_letter(seen(at_ + 1))) return false;
    const std::size_t most = std::min(text_.size(), at_ + kLongestName);
    std::size_t end = end_of_name(at_ + 1);
    const bool goes_on = seen(end) == U':' || seen(end) == U' ' || seen(end) == U'-';
    while (goes_on && end < most && text_[end] != closing)
      ++end;
    if (seen(end) != closing) return false;
    at_ = end + 1;
    return true;
  }

  // `$name`, `${name}`, `$(command)`, `$1`.
  bool take_variable(Element& element) {
    constexpr std::u32string_view kSpecial = U"0123456789@*#?$!-";
    const char32_t next = seen(at_ + 1);
    if (next == U'{') return take_braces(at_ + 1, element);
    std::size_t end = end_of_name(at_ + 1);
    if (next == U'(') end = std::min(parenthesis_.from(at_), text_.size() - 1) + 1;
    if (next != 0 && kSpecial.find(next) != kSpecial.npos) end = at_ + 2;
    if (end == at_ + 1) return false;
    element = {Kind::any_depth};
    at_ = end;
    return true;
  }

  const Points& text_;
  Next brace_;
  Next bracket_;
  Next parenthesis_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Element> elements_of(const Points& text) {
  return Reader(text).run();
}

}  // namespace shaman::name_match
