// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/structured_field.hpp"

#include <algorithm>
#include <utility>

namespace shaman::http {
namespace {

constexpr std::size_t kIntegerDigits = 15;
constexpr std::size_t kDecimalDigits = 12;  // before the point; 1 to 3 after it

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(char c) noexcept {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_lower_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}
bool is_base64(char c) noexcept {
  return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}
bool is_token(char c) noexcept {
  return is_alpha(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
}
bool is_key(char c) noexcept {
  return is_lower(c) || is_digit(c) || std::string_view("_-.*").find(c) != std::string_view::npos;
}

// Reads a field from its start; each step returns whether it found its element.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }
  [[nodiscard]] char next() const noexcept { return text_.empty() ? '\0' : text_.front(); }

  bool take(char wanted) noexcept {
    if (next() != wanted || text_.empty()) return false;
    text_.remove_prefix(1);
    return true;
  }
  template <class Is>
  std::string_view take_while(Is is) noexcept {
    const auto end = std::find_if_not(text_.begin(), text_.end(), is);
    const std::string_view taken = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    text_.remove_prefix(taken.size());
    return taken;
  }
  void skip_spaces() noexcept {
    take_while([](char c) { return c == ' '; });
  }

  std::optional<bool> boolean() noexcept {
    if (!take('?')) return std::nullopt;
    if (take('1')) return true;
    if (take('0')) return false;
    return std::nullopt;
  }

  // A Decimal is not an Integer.
  std::optional<std::int64_t> integer() noexcept {
    const bool is_negative = take('-');
    const std::string_view digits = take_while(is_digit);
    if (digits.empty() || digits.size() > kIntegerDigits || next() == '.') return std::nullopt;
    std::int64_t value = 0;
    for (const char digit : digits)
      value = 10 * value + (digit - '0');
    return is_negative ? -value : value;
  }

  // RFC 9651, 4.2.3.2. Keys may repeat.
  bool parameters() noexcept {
    while (take(';')) {
      skip_spaces();
      if (!is_lower(next()) && next() != '*') return false;
      take_while(is_key);
      if (take('=') && !bare_item()) return false;
    }
    return true;
  }

 private:
  // RFC 9651, 4.2.3.1: of any type.
  bool bare_item() noexcept {
    const char first = next();
    if (first == '-' || is_digit(first)) return number();
    if (first == '"') return string();
    if (first == '?') return boolean().has_value();
    if (first == ':') return take(':') && (take_while(is_base64), take(':'));
    if (first == '@') return take('@') && integer().has_value();
    if (first == '%') return take('%') && display_string();
    if (!is_alpha(first) && first != '*') return false;
    take_while(is_token);
    return true;
  }

  bool number() noexcept {
    take('-');
    const std::string_view whole = take_while(is_digit);
    if (whole.empty()) return false;
    if (!take('.')) return whole.size() <= kIntegerDigits;
    const std::string_view rest = take_while(is_digit);
    return whole.size() <= kDecimalDigits && !rest.empty() && rest.size() <= 3;
  }

  bool string() noexcept {
    take('"');
    for (;;) {
      take_while([](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
      if (take('"')) return true;
      if (!take('\\') || (!take('"') && !take('\\'))) return false;
    }
  }

  // Its bytes need not be UTF-8, because the value is ignored.
  bool display_string() noexcept {
    if (!take('"')) return false;
    for (;;) {
      take_while([](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '%'; });
      if (take('"')) return true;
      if (!take('%')) return false;
      for (int digit = 0; digit < 2; ++digit) {
        if (!is_lower_hex(next())) return false;
        take(next());
      }
    }
  }

  std::string_view text_;
};

template <class Read>
auto parse_item(std::string_view field, Read read) noexcept
    -> decltype(read(std::declval<Reader&>())) {
  Reader reader(field);
  reader.skip_spaces();
  const auto found = read(reader);
  if (!found || !reader.parameters()) return std::nullopt;
  reader.skip_spaces();
  if (!reader.at_end()) return std::nullopt;
  return found;
}

}  // namespace

std::optional<bool> parse_boolean_item(std::string_view field) noexcept {
  return parse_item(field, [](Reader& reader) { return reader.boolean(); });
}

std::optional<std::int64_t> parse_integer_item(std::string_view field) noexcept {
  return parse_item(field, [](Reader& reader) { return reader.integer(); });
}

}  // namespace shaman::http
