// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

/// Names in a Flamenco Manager's API (3.x) that several parts of the programs use.
namespace shaman::manager {

/// The member of a job's `storage` that has the path of its checkout.
inline constexpr const char* kCheckoutIdMember = "shaman_checkout_id";
/// The member of a job's metadata in which this server names the checkout instead: `{jobs}/PATH`.
inline constexpr const char* kCheckoutMember = "shaman.checkout";
/// The jobs folder in the texts of jobs. The Manager replaces it by each worker's path.
inline constexpr std::string_view kJobsVariable = "{jobs}";
/// A Manager's names of the workers' operating systems.
inline constexpr std::array<const char*, 3> kPlatforms{"linux", "windows", "darwin"};

}  // namespace shaman::manager
