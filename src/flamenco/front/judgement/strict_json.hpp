// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/error.hpp"

/// JSON that all readers understand alike. This server parses what it judges, and forwards to the
/// Manager (Go's encoding/json) what it serialises from the parsed value, never the original bytes.
/// Sans-I/O.
namespace shaman::proxy {

/// A JSON value. Members and items keep their order; a number keeps its spelling.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  std::string text;                ///< a string, decoded; a number or boolean as written
  std::vector<JsonValue> items;    ///< of an array, or the values of an object
  std::vector<std::string> names;  ///< of an object's members, parallel to `items`

  [[nodiscard]] bool is(Kind wanted) const noexcept { return kind == wanted; }
  /// The member with exactly this name; null if there is none, or if this is not an object.
  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept;
  [[nodiscard]] JsonValue* find(std::string_view name) noexcept;
  /// Replaces the member of this name, or adds it at the end. Only for objects.
  void set(std::string_view name, JsonValue value);
  void remove(std::string_view name);

  [[nodiscard]] static JsonValue string(std::string_view text);
  [[nodiscard]] static JsonValue object();
};

struct JsonLimits {
  std::size_t depth = 64;         ///< of nested arrays and objects
  std::size_t values = 100'000;   ///< in the whole text
  std::size_t number_bytes = 64;  ///< in the spelling of one number
};

/// Parses one JSON text (RFC 8259). Rejects a byte order mark, a name that occurs twice in an
/// object, a lone surrogate, a number that a double cannot hold, and anything after the value.
/// errc::invalid_argument says what is wrong and at which byte, or names the limit.
[[nodiscard]] result<JsonValue> parse_strict_json(std::string_view text,
                                                  const JsonLimits& limits = {});

/// Serialises without white space. Parsing the result gives the same value.
[[nodiscard]] std::string to_text(const JsonValue& value);

/// Whether Go's encoding/json assigns a member with this name to the struct field `field`: it
/// ignores case, by Unicode's simple folding, in which `ſ` is an s and the Kelvin sign a k. `field`
/// is ASCII.
[[nodiscard]] bool is_field_name(std::string_view name, std::string_view field);

/// errc::invalid_argument: a member differs from one of these fields only in case, so that a
/// Manager would read it as that field.
[[nodiscard]] result<void> check_field_names(const JsonValue& object,
                                             std::span<const std::string_view> fields);

}  // namespace shaman::proxy
