// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "shaman/auth/access.hpp"

namespace shaman::auth {
namespace {

constexpr std::array<std::string_view, 4> kNames{"nobody", "worker", "submit", "admin"};

}  // namespace

std::string_view name_of(Role role) noexcept {
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> role_of(std::string_view name) noexcept {
  for (std::size_t i = 1; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Role>(i);
  return std::nullopt;
}

}  // namespace shaman::auth
