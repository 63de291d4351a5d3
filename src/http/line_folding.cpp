// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/line_folding.hpp"

#include "shaman/text.hpp"

#include "protocol/names.hpp"

namespace shaman::http {
namespace {

constexpr std::string_view kFoldable = protocol::kOriginalFilename;

bool is_blank_in_line(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

void LineFolding::unfold(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (in_ == In::body || in_ == In::refused) return;
    take(c, out);
  }
}

void LineFolding::take(char c, std::string& out) {
  if (line_break_.ends_with('\n')) begin_line(c, out);
  if (in_ == In::refused) return;
  if (line_break_ == "\r" && c != '\n') pass_line_break(out);
  if (c != '\r' && c != '\n') return pass(c, out);
  line_break_ += c;
  if (c != '\n' || in_ != In::name || !name_.empty()) return;
  // The empty line at the end: the next bytes do not belong to the head. A bare LF is not such a
  // line.
  if (line_break_ == "\r\n") in_ = In::body;
  pass_line_break(out);
}

void LineFolding::begin_line(char first, std::string& out) {
  if (!is_blank_in_line(first)) {
    pass_line_break(out);
    in_ = In::name;
    name_.clear();
  } else if (in_ == In::foldable_value) {
    out.append(line_break_.size(), ' ');
    line_break_.clear();
  } else {
    in_ = In::refused;
  }
}

void LineFolding::pass(char c, std::string& out) {
  out += c;
  if (in_ != In::name) return;
  if (c == ':')
    in_ = text::is_same_but_for_case(name_, kFoldable) ? In::foldable_value : In::other_value;
  else if (name_.size() <= kFoldable.size())
    name_ += c;
}

void LineFolding::pass_line_break(std::string& out) {
  out += line_break_;
  line_break_.clear();
}

}  // namespace shaman::http
