// SPDX-License-Identifier: GPL-3.0-or-later
#include "checkout/existing/pattern_match.hpp"

#include <algorithm>
#include <utility>

#include "base/code_points.hpp"
#include "base/name_fold.hpp"
#include "checkout/existing/name_match.hpp"

namespace shaman::name_match {
namespace {

using Kind = Element::Kind;

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

// The set of positions in a name that the pattern may have reached after each element.
class Progress {
 public:
  explicit Progress(const Points& name) : name_(name), ends_(name.size() + 1, 0) {}

  void begin() { ends_.front() = 1; }
  // False if the pattern matches no name with this beginning.
  bool take(const Element& element) {
    char any = 0;
    if (repeats(element)) {
      any = ends_.front();
      for (std::size_t i = 1; i < ends_.size(); ++i) {
        if (ends_[i - 1] != 0 && may_repeat(element, name_[i - 1])) ends_[i] = 1;
        any |= ends_[i];
      }
      return any != 0;
    }
    for (std::size_t i = ends_.size(); i-- > 1;) {
      ends_[i] = ends_[i - 1] != 0 && is_one(element, name_[i - 1]) ? 1 : 0;
      any |= ends_[i];
    }
    ends_.front() = 0;
    return any != 0;
  }
  [[nodiscard]] bool is_done() const { return ends_.back() != 0; }

 private:
  const Points& name_;
  std::vector<char> ends_;
};

bool ends_path(const Element& element) {
  return element.kind == Kind::one && is_end_of_path(element.point);
}

}  // namespace

FoldedName::FoldedName(std::string_view name)
    : simply(text::simply_folded(name)),
      fully(text::fully_folded(name)),
      is_ascii(text::is_ascii(name)) {}

Pattern::Folded Pattern::folded(Points text) {
  Folded folded{std::move(text)};
  folded.elements = elements_of(folded.text);
  folded.without_end = folded.elements.size();
  while (folded.without_end > 0) {
    const Element& last = folded.elements[folded.without_end - 1];
    if (last.kind != Kind::one || !text::is_dropped_at_end(last.point)) break;
    --folded.without_end;
  }
  return folded;
}

Pattern::Pattern(std::string_view written)
    : simply_(folded(text::simply_folded(written))),
      fully_(folded(text::fully_folded(written))),
      is_ascii_(text::is_ascii(written)) {}

template <class Fits>
bool Pattern::by_some_folding(const FoldedName& name, const Fits& fits) const {
  return fits(simply_, name.simply) || (!(is_ascii_ && name.is_ascii) && fits(fully_, name.fully));
}

bool Pattern::fits(const FoldedName& name) const {
  return by_some_folding(name, [](const Folded& written, const Points& points) {
    Progress progress(points);
    progress.begin();
    for (const Element& element : written.elements)
      if (!progress.take(element)) return false;
    return progress.is_done();
  });
}

bool Pattern::fits_beginning(const FoldedName& name, Start start) const {
  return by_some_folding(name, [start](const Folded& written, const Points& points) {
    Progress progress(points);
    for (std::size_t i = 0; i < written.without_end; ++i) {
      const Element& element = written.elements[i];
      if (ends_path(element) && progress.is_done()) return true;
      const bool is_start =
          start == Start::any_word ? begins_word(written.text, element.begin) : i == 0;
      if (is_start) progress.begin();
      if (!progress.take(element) && start == Start::beginning) return false;
    }
    return progress.is_done();
  });
}

bool Pattern::fits_up_to_any_depth(const FoldedName& name) const {
  return by_some_folding(name, [](const Folded& written, const Points& points) {
    Progress progress(points);
    progress.begin();
    for (const Element& element : written.elements) {
      if (!progress.take(element)) return false;
      if (element.kind == Kind::any_depth) break;
    }
    return progress.is_done();
  });
}

}  // namespace shaman::name_match
