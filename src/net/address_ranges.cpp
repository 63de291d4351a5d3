// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/address_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "shaman/text.hpp"

namespace shaman {
namespace {

namespace ip = boost::asio::ip;

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view text) {
  boost::system::error_code error;
  ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  const auto copy = [](const auto& bytes) {
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  };
  return address.is_v4() ? copy(address.to_v4().to_bytes()) : copy(address.to_v6().to_bytes());
}

bool have_same_start(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b,
                     unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin()))
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xFF00U >> rest) & 0xFFU;
  return (a[whole] & mask) == (b[whole] & mask);
}

}  // namespace

bool is_address(std::string_view text) {
  return bytes_of(text).has_value();
}

result<void> AddressRanges::add(std::string_view range) {
  const std::size_t slash = std::min(range.find('/'), range.size());
  const auto bytes = bytes_of(range.substr(0, slash));
  const auto wrong = [&] {
    return Error{errc::malformed_request, text::in_quotes(range) +
                                              " is no network: write it like 10.0.0.0/8, fd00::/8 "
                                              "or 192.168.1.5"};
  };
  if (!bytes) return wrong();
  auto bits = static_cast<unsigned>(8 * bytes->size());
  if (slash < range.size()) {
    const std::string_view digits = range.substr(slash + 1);
    unsigned given = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || given > bits)
      return wrong();
    bits = given;
  }
  ranges_.push_back({*bytes, bits});
  return {};
}

bool AddressRanges::contains(std::string_view address) const {
  if (ranges_.empty()) return false;
  const auto bytes = bytes_of(address);
  if (!bytes) return false;
  return std::ranges::any_of(ranges_, [&](const Range& range) {
    return range.bytes.size() == bytes->size() && have_same_start(range.bytes, *bytes, range.bits);
  });
}

}  // namespace shaman
