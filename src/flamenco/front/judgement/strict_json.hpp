// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

/// JSON that no two readers can understand differently. Whatever is judged here and read again by a
/// Manager (Go's encoding/json) passes through this: it is parsed, judged, and written again from
/// what was parsed. Sans-I/O.
namespace shaman::proxy {

/// A JSON value. Members and items keep their order; a number keeps its spelling.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text;  ///< of a string: decoded; of a number or boolean: as it was written
  std::vector<JsonValue> items;    ///< of an array, or the values of an object
  std::vector<std::string> names;  ///< of an object's members, beside `items`

  [[nodiscard]] bool is(Kind wanted) const noexcept { return kind == wanted; }
  /// The member of exactly this name; null where there is none, or this is no object.
  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept;
  [[nodiscard]] JsonValue* find(std::string_view name) noexcept;
  /// Replaces the member of this name, or adds it at the end. Only for objects.
  void set(std::string_view name, JsonValue value);
  void remove(std::string_view name);

  [[nodiscard]] static JsonValue string(std::string_view text);
  [[nodiscard]] static JsonValue object();
};

struct JsonLimits {
  std::size_t depth = 64;         ///< of arrays and objects in each other
  std::size_t values = 100'000;   ///< in the whole text
  std::size_t number_bytes = 64;  ///< of one number's spelling
};

/// Reads one JSON text (RFC 8259), and nothing else: UTF-8 without a byte order mark, no name twice
/// in one object, no lone surrogate, no number that a double cannot hold, nothing behind the value.
/// errc::malformed_request says what is wrong and at which byte, or names the limit.
[[nodiscard]] result<JsonValue> parse_strict_json(std::string_view text,
                                                  const JsonLimits& limits = {});

/// Without white space. Parsing the result gives the same value.
[[nodiscard]] std::string to_text(const JsonValue& value);

/// Whether Go's encoding/json takes the name for a struct's field of this name: the same but for
/// the case of letters by Unicode's simple folding, in which `ſ` is an s and the Kelvin sign a k.
/// `field` is ASCII.
[[nodiscard]] bool is_field_name(std::string_view name, std::string_view field);

/// errc::malformed_request: a member of the object is one of these fields but for the case of its
/// letters, so that a Manager reads it as that field.
[[nodiscard]] result<void> check_field_names(const JsonValue& object,
                                             std::span<const std::string_view> fields);

}  // namespace shaman::proxy
