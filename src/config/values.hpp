// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Values as people write them in options and configuration files.
namespace shaman::config {

/// `744h`, `90m`, `2s`, `500ms`, `31d`, `1h30m`, `1.5s`; a number alone is seconds. Nothing for
/// other texts, or where it is more than a thousand years.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The same the other way, in the largest unit that divides it: `744h`, `90m`, `2s`, `500ms`.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// `16384`, `16 KiB`, `16K`, `1.5 GiB`: units are powers of 1024, with `B`, `iB` or nothing after
/// their letter. Nothing for other texts, or where it does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// The same the other way: `16KiB`, `1000`.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);

/// A number without a unit.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace shaman::config
