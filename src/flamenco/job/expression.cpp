// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/job/expression.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <vector>

namespace shaman::manager {
namespace {

using nlohmann::json;
using Value = Names::Value;

// Deep enough for people, and safe for the stack.
constexpr int kMaxDepth = 50;

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// The text that str() returns.
std::string as_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.dump();
}

Value add(const json& a, const json& b) {
  if (a.is_string() && b.is_string()) return a.get<std::string>() + b.get<std::string>();
  if (!a.is_number() || !b.is_number()) return std::nullopt;
  if (a.is_number_float() || b.is_number_float()) return a.get<double>() + b.get<double>();
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.get<std::int64_t>(), b.get<std::int64_t>(), &sum))
    return std::nullopt;
  return sum;
}

Value multiply(const json& a, const json& b) {
  if (!a.is_number() || !b.is_number()) return std::nullopt;
  if (a.is_number_float() || b.is_number_float()) return a.get<double>() * b.get<double>();
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a.get<std::int64_t>(), b.get<std::int64_t>(), &product))
    return std::nullopt;
  return product;
}

Value divide(const json& a, const json& b, bool floored) {
  if (!a.is_number() || !b.is_number() || b.get<double>() == 0) return std::nullopt;
  const double quotient = a.get<double>() / b.get<double>();
  if (!floored) return quotient;
  const bool is_whole = a.is_number_integer() && b.is_number_integer();
  const double down = std::floor(quotient);
  if (is_whole && std::fabs(down) < 9e15) return static_cast<std::int64_t>(down);
  return down;
}

Value remainder(const json& a, const json& b) {
  const Value times = divide(a, b, true);
  if (!times) return std::nullopt;
  const Value whole = multiply(*times, b);
  const Value less = whole ? multiply(*whole, -1) : std::nullopt;
  return less ? add(a, *less) : std::nullopt;
}

class Parser {
 public:
  Parser(std::string_view text, const Names& names, int depth)
      : rest_(text), names_(names), depth_(depth) {}

  Value whole() {
    Value value = sum();
    skip_blanks();
    return rest_.empty() ? value : std::nullopt;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_[0])) != 0)
      rest_.remove_prefix(1);
  }

  bool take(std::string_view token) {
    skip_blanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  Value sum() {
    if (++depth_ > kMaxDepth) return std::nullopt;
    Value left = product();
    while (left) {
      const bool plus = take("+");
      if (!plus && !take("-")) break;
      Value right = product();
      if (!right) return std::nullopt;
      if (!plus) right = multiply(*right, -1);
      left = right ? add(*left, *right) : std::nullopt;
    }
    --depth_;
    return left;
  }

  Value product() {
    Value left = factor();
    while (left) {
      skip_blanks();
      if (rest_.starts_with("**")) return std::nullopt;
      const bool floors = take("//");
      const char operation = floors ? 'f' : take("*") ? '*' : take("/") ? '/' : take("%") ? '%' : 0;
      if (operation == 0) break;
      const Value right = factor();
      if (!right) return std::nullopt;
      left = operation == '*'   ? multiply(*left, *right)
             : operation == '%' ? remainder(*left, *right)
                                : divide(*left, *right, floors);
    }
    return left;
  }

  Value factor() {
    if (take("-")) {
      if (++depth_ > kMaxDepth) return std::nullopt;
      const Value value = factor();
      --depth_;
      return value ? multiply(*value, -1) : std::nullopt;
    }
    if (take("(")) {
      Value value = sum();
      return take(")") ? value : std::nullopt;
    }
    skip_blanks();
    if (rest_.empty()) return std::nullopt;
    const char first = rest_[0];
    if (std::isdigit(static_cast<unsigned char>(first)) != 0) return number();
    const bool is_f_string =
        (first == 'f' || first == 'F') && rest_.size() > 1 && (rest_[1] == '\'' || rest_[1] == '"');
    if (is_f_string) rest_.remove_prefix(1);
    if (is_f_string || first == '\'' || first == '"') return string(is_f_string);
    return is_name_start(first) ? name() : std::nullopt;
  }

  Value number() {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789.eE"), rest_.size());
    const std::string_view digits = rest_.substr(0, end);
    rest_.remove_prefix(end);
    std::int64_t whole = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (error == std::errc() && at == digits.data() + digits.size()) return whole;
    double real = 0;
    const auto [stop, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
    if (wrong != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
    return real;
  }

  // Job types use no escapes but those of quotes and backslashes.
  Value string(bool has_fields) {
    const char quote = rest_[0];
    rest_.remove_prefix(1);
    std::string out;
    while (!rest_.empty() && rest_[0] != quote) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '\\') {
        if (rest_.empty() || (rest_[0] != '\\' && rest_[0] != '\'' && rest_[0] != '"'))
          return std::nullopt;
        out += rest_[0];
        rest_.remove_prefix(1);
      } else if (has_fields && (c == '{' || c == '}')) {
        if (rest_.starts_with(c)) {
          out += c;
          rest_.remove_prefix(1);
          continue;
        }
        const Value value = c == '{' ? field() : std::nullopt;
        if (!value) return std::nullopt;
        out += as_text(*value);
      } else {
        out += c;
      }
    }
    if (rest_.empty()) return std::nullopt;
    rest_.remove_prefix(1);
    return out;
  }

  // `{expression}` without a format.
  Value field() {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inner = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return Parser(inner, names_, depth_ + 1).whole();
  }

  Value name() {
    std::size_t end = 0;
    while (end < rest_.size() && (is_name(rest_[end]) || rest_[end] == '.'))
      ++end;
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (name == "True" || name == "False") return name == "True";
    if (!take("(")) return rest_.starts_with('[') ? std::nullopt : names_.value(name);
    std::vector<json> arguments;
    while (!take(")")) {
      if (!arguments.empty() && !take(",")) return std::nullopt;
      Value argument = sum();
      if (!argument) return std::nullopt;
      arguments.push_back(std::move(*argument));
    }
    skip_blanks();
    if (rest_.starts_with('.') || rest_.starts_with('[')) return std::nullopt;
    return call(name, arguments);
  }

  Value call(std::string_view name, const std::vector<json>& arguments) {
    if (arguments.size() == 1) {
      const json& only = arguments.front();
      if (name == "str") return as_text(only);
      if (name == "float" && only.is_number()) return only.get<double>();
      if (name == "int" && only.is_number() && std::fabs(only.get<double>()) < 9e15)
        return static_cast<std::int64_t>(std::trunc(only.get<double>()));
      // Python rounds halves to the even number.
      if (name == "round" && only.is_number() && std::fabs(only.get<double>()) < 9e15)
        return static_cast<std::int64_t>(std::nearbyint(only.get<double>()));
    }
    return names_.call(name, arguments);
  }

  std::string_view rest_;
  const Names& names_;
  int depth_;
};

}  // namespace

std::optional<json> evaluate_python(std::string_view expression, const Names& names) {
  return Parser(expression, names, 0).whole();
}

}  // namespace shaman::manager
