// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/named_files.hpp"

namespace shaman::formats {

/// Finds the asset paths in the text of a .usda layer, which is given in pieces: the texts between
/// `@` or `@@@`, and the string of `templateAssetPath` (value clips). Comments and other strings
/// are skipped. Source: the grammar of OpenUSD 24's pxr/usd/sdf/textFileFormatParser.h and "Value
/// Clips" of its manual.
class UsdText {
 public:
  void read(std::string_view piece);
  [[nodiscard]] const std::vector<NamedFile>& found() const noexcept { return found_; }

 private:
  enum class State : unsigned char { code, comment, string, asset };

  [[nodiscard]] std::size_t read_code(std::string_view rest);
  [[nodiscard]] std::size_t read_quoted(std::string_view rest);
  void open(State state, char delimiter);
  void close();
  void word(char c);

  State state_ = State::code;
  char delimiter_ = '\0';
  std::size_t width_ = 0;    // of the delimiter: 1 or 3
  std::size_t opening_ = 0;  // delimiters seen in a row at the start; 0: the start is over
  std::size_t closing_ = 0;  // delimiters seen in a row inside
  bool escaped_ = false;
  bool after_word_ = false;  // followed only by blanks or `=`
  bool wanted_ = false;      // the string is a template of value clips
  std::string text_;
  std::string word_;  // the last identifier
  std::vector<NamedFile> found_;
};

}  // namespace shaman::formats
