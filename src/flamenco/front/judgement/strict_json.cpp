// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/judgement/strict_json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "shaman/text.hpp"

#include "base/code_points.hpp"

namespace shaman::proxy {
namespace {

using Kind = JsonValue::Kind;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

// A name that an object has twice.
std::optional<std::string_view> repeated(const std::vector<std::string>& names) {
  std::vector<std::string_view> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice == sorted.end()) return std::nullopt;
  return *twice;
}

class Parser {
 public:
  Parser(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  result<JsonValue> run() {
    if (!text::is_utf8(text_)) return Error{errc::invalid_argument, "the JSON is not UTF-8"};
    if (text_.starts_with("\xef\xbb\xbf")) {
      fail("there is a byte order mark");
      return *error_;
    }
    JsonValue value;
    skip_space();
    const bool is_read = read(value, 0);
    skip_space();
    if (is_read && at_ < text_.size()) fail("there is text after the end of the JSON");
    if (error_) return *error_;
    return value;
  }

 private:
  bool fail(const std::string& what) {
    if (!error_)
      error_ = Error{errc::invalid_argument,
                     "the JSON is wrong at byte " + std::to_string(at_ + 1) + ": " + what};
    return false;
  }
  bool over(const std::string& what) {
    if (!error_) error_ = Error{errc::invalid_argument, "the JSON has more than " + what};
    return false;
  }

  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) noexcept {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() noexcept {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos)
      ++at_;
  }

  // NOLINTNEXTLINE(misc-no-recursion): limited by JsonLimits::depth.
  bool read(JsonValue& value, std::size_t depth) {
    if (++values_ > limits_.values) return over(std::to_string(limits_.values) + " values");
    if (at_ >= text_.size()) return fail("it ends where a value is expected");
    switch (peek()) {
      case '{':
        return read_object(value, depth + 1);
      case '[':
        return read_array(value, depth + 1);
      case '"':
        value.kind = Kind::string;
        return read_string(value.text);
      case 't':
        return read_word(value, Kind::boolean, "true");
      case 'f':
        return read_word(value, Kind::boolean, "false");
      case 'n':
        return read_word(value, Kind::null, "null");
      default:
        return read_number(value);
    }
  }

  bool read_word(JsonValue& value, Kind kind, std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return fail("expected a JSON value");
    at_ += word.size();
    value.kind = kind;
    if (kind == Kind::boolean) value.text = word;
    return true;
  }

  bool enter(std::size_t depth) {
    ++at_;
    skip_space();
    return depth <= limits_.depth || over(std::to_string(limits_.depth) + " levels");
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool read_array(JsonValue& value, std::size_t depth) {
    value.kind = Kind::array;
    if (!enter(depth)) return false;
    if (take(']')) return true;
    for (;;) {
      if (!read(value.items.emplace_back(), depth)) return false;
      skip_space();
      if (take(']')) return true;
      if (!take(',')) return fail("expected a comma or the end of the array");
      skip_space();
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  bool read_object(JsonValue& value, std::size_t depth) {
    value.kind = Kind::object;
    if (!enter(depth)) return false;
    if (take('}')) return true;
    for (;;) {
      if (peek() != '"') return fail("expected the name of a member");
      if (!read_string(value.names.emplace_back())) return false;
      skip_space();
      if (!take(':')) return fail("expected a colon after the name of a member");
      skip_space();
      if (!read(value.items.emplace_back(), depth)) return false;
      skip_space();
      if (take('}')) break;
      if (!take(',')) return fail("expected a comma or the end of the object");
      skip_space();
    }
    if (const auto twice = repeated(value.names))
      return fail("the object that ends here has the member " + text::in_quotes(*twice) + " twice");
    return true;
  }

  bool read_string(std::string& out) {
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) return fail("it ends inside a string");
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20)
        return fail("there is a control character in a string");
      ++at_;
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!read_escape(out)) {
        return false;
      }
    }
  }

  bool read_escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    const std::size_t found = kLetters.find(c);
    if (at_ < text_.size() && found != kLetters.npos) {
      ++at_;
      out += kMeanings[found];
      return true;
    }
    if (!take('u')) return fail("there is an unknown escape in a string");
    std::uint32_t code = 0;
    if (!read_hex(code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return fail("there is half a surrogate pair");
    if (code >= 0xd800 && code <= 0xdbff) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u') || !read_hex(low) || low < 0xdc00 || low > 0xdfff)
        return fail("there is half a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return true;
  }

  bool read_hex(std::uint32_t& code) {
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4 || digits[0] == '-')
      return fail("expected four hexadecimal digits in an escape");
    at_ += 4;
    return true;
  }

  bool take_digits() noexcept {
    const std::size_t begin = at_;
    while (is_digit(peek()))
      ++at_;
    return at_ > begin;
  }

  bool read_number(JsonValue& value) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !take_digits()) return fail("expected a JSON value");
    if (take('.') && !take_digits()) return fail("a number has no digit after its point");
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (!take('+')) take('-');
      if (!take_digits()) return fail("a number has no digit in its exponent");
    }
    value.kind = Kind::number;
    value.text = text_.substr(begin, at_ - begin);
    if (value.text.size() > limits_.number_bytes)
      return over(std::to_string(limits_.number_bytes) + " characters in a number");
    double held = 0;
    const char* const end = value.text.data() + value.text.size();
    if (std::from_chars(value.text.data(), end, held).ec != std::errc())
      return fail("the number " + value.text + " is out of range");
    return true;
  }

  const std::string_view text_;
  const JsonLimits limits_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  std::optional<Error> error_;
};

void append_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (byte < 0x20) {
      out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 0xfU]);
    } else {
      out += c;
    }
  }
  out += '"';
}

// NOLINTNEXTLINE(misc-no-recursion): limited by the depth of the parsed value.
void append(std::string& out, const JsonValue& value) {
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
    case Kind::number:
      out += value.text;
      return;
    case Kind::string:
      return append_string(out, value.text);
    case Kind::array:
    case Kind::object:
      break;
  }
  const bool is_object = value.is(Kind::object);
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ',';
    if (is_object) {
      append_string(out, value.names[i]);
      out += ':';
    }
    append(out, value.items[i]);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

JsonValue* JsonValue::find(std::string_view name) noexcept {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): of an object that is not const.
  return const_cast<JsonValue*>(std::as_const(*this).find(name));
}

void JsonValue::set(std::string_view name, JsonValue value) {
  if (JsonValue* const there = find(name)) {
    *there = std::move(value);
  } else {
    names.emplace_back(name);
    items.push_back(std::move(value));
  }
}

void JsonValue::remove(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return;
  items.erase(items.begin() + (found - names.begin()));
  names.erase(found);
}

JsonValue JsonValue::string(std::string_view text) {
  JsonValue value;
  value.kind = Kind::string;
  value.text = text;
  return value;
}

JsonValue JsonValue::object() {
  JsonValue value;
  value.kind = Kind::object;
  return value;
}

result<JsonValue> parse_strict_json(std::string_view text, const JsonLimits& limits) {
  return Parser(text, limits).run();
}

std::string to_text(const JsonValue& value) {
  std::string out;
  append(out, value);
  return out;
}

bool is_field_name(std::string_view name, std::string_view field) {
  return std::ranges::equal(text::code_points(name), field, {}, text::folded_to_ascii,
                            text::lower_case);
}

result<void> check_field_names(const JsonValue& object, std::span<const std::string_view> fields) {
  for (const std::string& name : object.names)
    for (const std::string_view field : fields)
      if (name != field && is_field_name(name, field))
        return Error{errc::invalid_argument, "there is a member " + text::in_quotes(name) +
                                                 "; write it as " + text::in_quotes(field)};
  return {};
}

}  // namespace shaman::proxy
