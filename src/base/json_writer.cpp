// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json_writer.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "shaman/text.hpp"

namespace shaman {
namespace {

bool is_plain(char c) noexcept {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      std::array<char, 8> buffer;
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(c));
      out += buffer.data();
    }
  }
}

void append_valid(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain]))
      ++plain;
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    append_escaped(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
}

// One character at a time: only for text that is broken, which is short and rare.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && length <= text.size() && !text::is_utf8(text.substr(0, length)))
      ++length;
    if (length <= 4 && length <= text.size()) {
      out += text.substr(0, length);
      text.remove_prefix(length);
    } else {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (text::is_utf8(text))
    append_valid(out, text);
  else
    append_valid(out, repaired(text));
  out += '"';
}

JsonObject& JsonObject::name(std::string_view name) {
  if (!first_) out_ += ',';
  first_ = false;
  append_json_string(out_, name);
  out_ += ':';
  return *this;
}

JsonObject& JsonObject::text(std::string_view name_, std::string_view value) {
  name(name_);
  append_json_string(out_, value);
  return *this;
}

JsonObject& JsonObject::number(std::string_view name_, std::uint64_t value) {
  name(name_);
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), end);
  return *this;
}

JsonObject& JsonObject::boolean(std::string_view name_, bool value) {
  name(name_);
  out_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::raw(std::string_view name_, std::string_view value) {
  name(name_);
  out_ += value;
  return *this;
}

}  // namespace shaman
