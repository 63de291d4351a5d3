// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/error.hpp"
#include "shaman/text.hpp"

namespace shaman::blend {

/// What to do about a damaged .blend.
inline constexpr const char* kDamageAdvice =
    "; open it in Blender and save it again, or use an older version such as Blender's .blend1";

/// `"/p/a.blend" is damaged at byte 1234: expected …; open it …`
[[nodiscard]] inline Error damaged(const std::string& name, std::uint64_t offset,
                                   std::string_view expected) {
  return {errc::damaged_file, "\"" + text::printable(name) + "\" is damaged at byte " +
                                  std::to_string(offset) + ": expected " + std::string(expected) +
                                  kDamageAdvice};
}

/// `"/p/a.blend" ends too early, at byte 1234; copy it again, or …`: most often a copy that broke
/// off.
[[nodiscard]] inline Error cut_off(const std::string& name, std::uint64_t offset) {
  return {errc::damaged_file, "\"" + text::printable(name) + "\" ends too early, at byte " +
                                  std::to_string(offset) +
                                  "; copy it again, or use an older version such as "
                                  "Blender's .blend1"};
}

/// `"/p/a.blend" exceeds a safety limit: more than …`
[[nodiscard]] inline Error beyond_limit(const std::string& name, std::string_view limit) {
  return {errc::limit_exceeded,
          "\"" + text::printable(name) + "\" exceeds a safety limit: " + std::string(limit)};
}

}  // namespace shaman::blend
