// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

/// Members of JSON from outside, of any type.
namespace shaman {

/// A member that is a string.
[[nodiscard]] inline std::optional<std::string> text_member(const nlohmann::json& object,
                                                            const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

/// A member that is a whole number, at least 0.
[[nodiscard]] inline std::optional<std::uint64_t> number_member(const nlohmann::json& object,
                                                                const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

/// A member that is true or false.
[[nodiscard]] inline std::optional<bool> flag_member(const nlohmann::json& object,
                                                     const char* name) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_boolean()) return std::nullopt;
  return found->get<bool>();
}

/// Like text_member(); empty if it is not a text.
[[nodiscard]] inline std::string text_of(const nlohmann::json& object, const char* name) {
  return text_member(object, name).value_or(std::string());
}

}  // namespace shaman
