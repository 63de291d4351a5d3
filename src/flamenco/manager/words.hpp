// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

/// Words of a Flamenco Manager's API (3.x) that several parts of the programs read and write.
namespace shaman::manager {

/// Member of a job's `storage` with the path of its checkout.
inline constexpr const char* kCheckoutIdMember = "shaman_checkout_id";
/// The jobs folder in the texts of jobs; the Manager replaces it for each worker.
inline constexpr std::string_view kJobsVariable = "{jobs}";
/// What a Manager calls the systems of workers.
inline constexpr std::array<const char*, 3> kPlatforms{"linux", "windows", "darwin"};

}  // namespace shaman::manager
