// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/figures/quantity.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace shaman::bench {
namespace {

struct Scale {
  double from;  // used for values of at least this
  double divisor;
  std::string_view suffix;
};

// Each from its largest to one that takes the rest.
constexpr std::array kRates{Scale{1e8, 1e9, " GB/s"}, Scale{0, 1e6, " MB/s"}};
constexpr std::array kFrequencies{Scale{1e3, 1e3, " k/s"}, Scale{0, 1, " /s"}};
constexpr std::array kTimes{Scale{1, 1, " s"}, Scale{1e-3, 1e-3, " ms"}, Scale{0, 1e-6, " µs"}};
constexpr std::array kSizes{Scale{1e9, 1e9, " GB"}, Scale{1e6, 1e6, " MB"}, Scale{0, 1e3, " kB"}};

std::string digits(double value) {
  const int decimals = std::fabs(value) < 10 ? 2 : std::fabs(value) < 100 ? 1 : 0;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

template <std::size_t N>
std::string scaled(double value, const std::array<Scale, N>& scales) {
  for (const Scale& scale : scales) {
    if (value >= scale.from) return digits(value / scale.divisor).append(scale.suffix);
  }
  return digits(value);
}

}  // namespace

std::string_view to_string(Unit unit) noexcept {
  switch (unit) {
    case Unit::bytes_per_second:
      return "bytes/s";
    case Unit::per_second:
      return "1/s";
    case Unit::seconds:
      return "s";
    case Unit::bytes:
      return "bytes";
    case Unit::times:
      return "x";
    case Unit::count:
      return "count";
  }
  return "";
}

std::string format(double value, Unit unit) {
  if (std::isnan(value)) return "-";
  switch (unit) {
    case Unit::bytes_per_second:
      return scaled(value, kRates);
    case Unit::per_second:
      return scaled(value, kFrequencies);
    case Unit::seconds:
      return scaled(value, kTimes);
    case Unit::bytes:
      return scaled(value, kSizes);
    case Unit::times:
      return digits(value) + " ×";
    case Unit::count:
      return std::to_string(std::llround(value));
  }
  return "";
}

}  // namespace shaman::bench
