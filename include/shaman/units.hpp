// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "shaman/error.hpp"

/// Sizes, rates, durations and counts: the one grammar in which options, configuration files and
/// environment variables of both programs state them, and how messages and logs show them.
/// docs/design/0083-one-grammar-for-values.md gives the reasons.
namespace shaman::units {

/// `16384`, `64K`, `64KB`, `64KiB`, `1.5 GiB`, in either case: each unit is a power of 1024, up to
/// E. A fraction of a byte is dropped. errc::invalid_argument: any other text, such as a number
/// with a sign or an exponent, or 2^64 and more.
[[nodiscard]] result<std::uint64_t> parse_size(std::string_view text);

/// Bytes per second: a size, also with `/s` at its end.
[[nodiscard]] result<std::uint64_t> parse_rate(std::string_view text);

/// `500ms`, `2s`, `90m`, `36h`, `7d`, `1h30m`, `1.5h`; a number without a unit is seconds.
/// errc::invalid_argument: any other text, or more than a thousand years.
[[nodiscard]] result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A whole number without a unit.
[[nodiscard]] result<std::uint64_t> parse_count(std::string_view text);

/// As an option is written, exactly, in the largest unit that divides it: `64MiB`, `1000`.
[[nodiscard]] std::string size_option(std::uint64_t bytes);
/// `10MiB/s`.
[[nodiscard]] std::string rate_option(std::uint64_t bytes_per_second);
/// `744h`, `90m`, `2s`, `500ms`.
[[nodiscard]] std::string duration_option(std::chrono::milliseconds duration);
[[nodiscard]] std::string count_option(std::uint64_t count);

/// For people: `312 bytes`, `64 MiB`, `1.5 GiB`. With one decimal unless the unit divides it.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// `10 MiB/s`.
[[nodiscard]] std::string rate_text(std::uint64_t bytes_per_second);
/// `500 ms`, `75 s`, `90 minutes`, `2 hours`, `31 days`.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

/// A limit of this size or more is none.
inline constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60;
inline constexpr const char* kNoLimitText = "no limit";
/// size_text(), or `no limit`.
[[nodiscard]] std::string limit_text(std::uint64_t bytes);

}  // namespace shaman::units
