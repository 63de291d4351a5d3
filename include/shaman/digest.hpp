// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace shaman {

/// A SHA-256 digest (FIPS 180-4), as 32 bytes.
class Digest {
 public:
  static constexpr std::size_t kBytes = 32;
  static constexpr std::size_t kHexDigits = 64;

  Digest() = default;  ///< all zero
  explicit Digest(const std::array<std::uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  /// From exactly 64 hex digits of either case; nothing else is a digest.
  [[nodiscard]] static std::optional<Digest> from_hex(std::string_view hex) noexcept;

  /// 64 lower-case hex digits.
  [[nodiscard]] std::string hex() const;

  [[nodiscard]] const std::array<std::uint8_t, kBytes>& bytes() const noexcept { return bytes_; }

  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

/// Computes a SHA-256 piece by piece. Movable; one thread at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> data);
  /// The digest of all data so far. Resets the object.
  [[nodiscard]] Digest finish();

  /// The digest of one piece of memory.
  [[nodiscard]] static Digest of(std::span<const std::byte> data);
  [[nodiscard]] static Digest of(std::string_view text);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace shaman

template <>
struct std::hash<shaman::Digest> {
  /// The first bytes of a SHA-256 are as good a hash as any.
  std::size_t operator()(const shaman::Digest& digest) const noexcept {
    std::size_t head;
    std::memcpy(&head, digest.bytes().data(), sizeof head);
    return head;
  }
};
