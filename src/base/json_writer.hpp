// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// JSON (RFC 8259) written straight into a string: no tree of the answer is ever built.
namespace shaman {

/// Appends the text as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD, so
/// that the output is always valid.
void append_json_string(std::string& out, std::string_view text);

/// Appends `"name":` and a value, with a comma if needed, to one object.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  ~JsonObject() { out_ += '}'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::uint64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  /// The value is JSON already.
  JsonObject& raw(std::string_view name, std::string_view value);
  /// For a value that the caller appends itself.
  JsonObject& name(std::string_view name);

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace shaman
