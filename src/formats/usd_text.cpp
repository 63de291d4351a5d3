// SPDX-License-Identifier: GPL-3.0-or-later
#include "formats/usd_text.hpp"

#include <utility>

namespace shaman::formats {
namespace {

// No path is longer; longer texts are not kept.
constexpr std::size_t kMaxText = 4096;
constexpr std::string_view kTemplate = "templateAssetPath";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

void UsdText::read(std::string_view piece) {
  while (!piece.empty()) {
    std::size_t used = 0;
    if (state_ == State::comment) {
      const std::size_t end = piece.find('\n');
      used = end == std::string_view::npos ? piece.size() : end + 1;
      if (end != std::string_view::npos) state_ = State::code;
    } else {
      used = state_ == State::code ? read_code(piece) : read_quoted(piece);
    }
    piece.remove_prefix(used);
  }
}

std::size_t UsdText::read_code(std::string_view rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '#') {
      state_ = State::comment;
      return i + 1;
    }
    if (c == '"' || c == '\'' || c == '@') {
      open(c == '@' ? State::asset : State::string, c);
      return i + 1;
    }
    word(c);
  }
  return rest.size();
}

// Blanks and `=` separate a name from its value; any other character ends the pair.
void UsdText::word(char c) {
  if (is_word(c)) {
    if (std::exchange(after_word_, false)) word_.clear();
    if (word_.size() <= kTemplate.size()) word_ += c;
  } else if (c == ' ' || c == '\t' || c == '=') {
    after_word_ = true;
  } else {
    word_.clear();
  }
}

void UsdText::open(State state, char delimiter) {
  state_ = state;
  delimiter_ = delimiter;
  width_ = 1;
  opening_ = 1;
  closing_ = 0;
  escaped_ = false;
  wanted_ = state == State::asset || word_ == kTemplate;
  word_.clear();
  text_.clear();
}

std::size_t UsdText::read_quoted(std::string_view rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (opening_ > 0) {
      if (c == delimiter_ && ++opening_ == 3) {
        width_ = 3;
        opening_ = 0;
        continue;
      }
      if (c == delimiter_) continue;
      const bool was_empty = opening_ == 2;
      opening_ = 0;
      if (was_empty) {
        close();
        return i;
      }
    }
    if (c == delimiter_ && !escaped_) {
      if (++closing_ < width_) continue;
      close();
      return i + 1;
    }
    // If there were too few delimiters to end it, they belong to the text.
    if (text_.size() <= kMaxText) text_.append(std::exchange(closing_, 0), delimiter_);
    closing_ = 0;
    // Between `@` nothing is escaped, between `@@@` only `@@@`.
    const bool is_asset = state_ == State::asset;
    if (escaped_ && is_asset && c == delimiter_ && !text_.empty()) text_.pop_back();
    escaped_ = c == '\\' && (is_asset ? width_ == 3 : !escaped_);
    if (text_.size() <= kMaxText) text_ += c;
    // Neither an asset path nor a string between single delimiters extends beyond a line's end, so
    // this was neither.
    if (c == '\n' && width_ == 1) {
      wanted_ = false;
      close();
      return i + 1;
    }
  }
  return rest.size();
}

void UsdText::close() {
  if (wanted_ && !text_.empty() && text_.size() <= kMaxText) found_.push_back({text_, true});
  state_ = State::code;
  after_word_ = false;
  closing_ = 0;
  text_.clear();
}

}  // namespace shaman::formats
