// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/name_match.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "shaman/text.hpp"

#include "base/code_points.hpp"
#include "base/name_fold.hpp"
#include "checkout/existing/name_pattern.hpp"

namespace shaman::name_match {
namespace {

using Kind = Element::Kind;

using Fold = Points (*)(std::string_view);

// Names are matched in two ways: character by character, as shells do, and as file systems do that
// tell fewer names apart.
template <class Fits>
bool by_some_folding(std::string_view written, std::string_view name, const Fits& fits) {
  if (fits(text::simply_folded)) return true;
  const bool is_the_same = text::is_ascii(written) && text::is_ascii(name);
  return !is_the_same && fits(text::fully_folded);
}

bool is_of_word(char32_t point) {
  return point >= 0x80 || name_match::is_of_word(static_cast<char>(point));
}

bool is_one(const Element& element, char32_t point) {
  if (element.kind == Kind::one) return element.point == point;
  if (element.kind == Kind::any_one) return true;
  const auto is_in = [point](const auto& range) {
    return point >= range.first && point <= range.second;
  };
  return std::ranges::any_of(element.ranges, is_in) != element.is_negated;
}

bool repeats(const Element& element) {
  return element.kind == Kind::any || element.kind == Kind::any_depth ||
         element.kind == Kind::digits;
}

bool may_repeat(const Element& element, char32_t point) {
  return element.kind != Kind::digits || (point >= U'0' && point <= U'9');
}

// How far into a name a pattern may have got, one element after the other.
class Progress {
 public:
  explicit Progress(Points name) : name_(std::move(name)), ends_(name_.size() + 1, 0) {}

  void begin() { ends_.front() = 1; }
  void take(const Element& element) {
    std::vector<char> next(ends_.size(), 0);
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      if (!repeats(element))
        next[i] = i > 0 && ends_[i - 1] != 0 && is_one(element, name_[i - 1]) ? 1 : 0;
      else if (ends_[i] != 0 || (i > 0 && next[i - 1] != 0 && may_repeat(element, name_[i - 1])))
        next[i] = 1;
    }
    ends_ = std::move(next);
  }
  [[nodiscard]] bool is_done() const { return ends_.back() != 0; }

 private:
  const Points name_;
  std::vector<char> ends_;
};

// What Windows drops at the end of a name says nothing.
std::vector<Element> elements_without_end(const Points& text) {
  std::vector<Element> elements = elements_of(text);
  while (!elements.empty() && elements.back().kind == Kind::one &&
         text::is_dropped_at_end(elements.back().point))
    elements.pop_back();
  return elements;
}

bool ends_path(const Element& element) {
  return element.kind == Kind::one && is_end_of_path(element.point);
}

template <class IsStart>
bool fits_from(std::string_view written, std::string_view name, const IsStart& is_start) {
  return by_some_folding(written, name, [&](Fold fold) {
    const Points text = fold(written);
    Progress progress(fold(name));
    for (const Element& element : elements_without_end(text)) {
      if (ends_path(element) && progress.is_done()) return true;
      if (is_start(text, element.begin)) progress.begin();
      progress.take(element);
    }
    return progress.is_done();
  });
}

bool fits_elements(std::string_view pattern, std::string_view name, bool ends_at_any_depth) {
  return by_some_folding(pattern, name, [&](Fold fold) {
    Progress progress(fold(name));
    progress.begin();
    for (const Element& element : elements_of(fold(pattern))) {
      progress.take(element);
      if (ends_at_any_depth && element.kind == Kind::any_depth) break;
    }
    return progress.is_done();
  });
}

bool has_kind(std::string_view written, Kind kind) {
  return std::ranges::any_of(elements_of(text::code_points(written)),
                             [kind](const Element& element) { return element.kind == kind; });
}

// Most names have none of what patterns are made of.
bool may_be_pattern(std::string_view written) {
  return written.find_first_of("*?[{#%<$@+!") != written.npos;
}

}  // namespace

bool is_end_of_path(char32_t point) {
  constexpr std::u32string_view kEnds = U" \"'`,;|&<>():=\u00a0";
  return point < 0x20 || point == 0x7f || kEnds.find(point) != kEnds.npos;
}

bool is_of_word(char c) {
  constexpr std::string_view kOthers = "_-.";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80 || kOthers.find(c) != kOthers.npos;
}

bool is_pattern(std::string_view written) {
  if (!may_be_pattern(written)) return false;
  return std::ranges::any_of(elements_of(text::code_points(written)),
                             [](const Element& element) { return element.kind != Kind::one; });
}

bool is_any_depth(std::string_view written) {
  return may_be_pattern(written) && has_kind(written, Kind::any_depth);
}

bool is_any_or_none(std::string_view written) {
  if (!may_be_pattern(written)) return false;
  const std::vector<Element> elements = elements_of(text::code_points(written));
  return elements.front().kind == Kind::any_depth;
}

bool names_something(std::string_view written) {
  const std::vector<Element> elements = elements_of(text::code_points(written));
  return std::ranges::any_of(elements, [](const Element& element) {
    return element.kind == Kind::one && !text::is_dropped_at_end(element.point);
  });
}

bool fits(std::string_view pattern, std::string_view name) {
  return fits_elements(pattern, name, false);
}

bool fits_beginning(std::string_view pattern, std::string_view name) {
  return fits_from(pattern, name, [](const Points&, std::size_t at) { return at == 0; });
}

bool fits_up_to_any_depth(std::string_view pattern, std::string_view name) {
  return fits_elements(pattern, name, true);
}

bool fits_some_word(std::string_view written, std::string_view name) {
  return fits_from(written, name, [](const Points& text, std::size_t at) {
    return at == 0 || !is_of_word(text[at - 1]);
  });
}

// Windows takes the first six characters, without dots and blanks, or two and four hex digits.
bool is_short_for(std::string_view written, std::string_view name) {
  constexpr std::size_t kLongest = 8;
  const std::size_t tilde = written.rfind('~');
  if (tilde == 0 || tilde >= kLongest || written.size() > kLongest + 4) return false;
  std::string_view number = written.substr(tilde + 1);
  number = number.substr(0, number.find('.'));
  const bool is_number =
      !number.empty() && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return false;
  const Points beginning = text::fully_folded(written.substr(0, tilde));
  Points full = text::fully_folded(name);
  std::erase_if(full, [](char32_t point) { return text::is_dropped_at_end(point); });
  const auto same = std::ranges::mismatch(beginning, full).in1 - beginning.begin();
  const bool is_checksum = same >= 2 && beginning.size() == 6 &&
                           std::all_of(beginning.begin() + 2, beginning.end(), [](char32_t c) {
                             return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'f');
                           });
  return static_cast<std::size_t>(same) == beginning.size() || is_checksum;
}

bool is_same_to_some(std::string_view written, std::string_view name) {
  return text::folded_key(written) == text::folded_key(name);
}

}  // namespace shaman::name_match
