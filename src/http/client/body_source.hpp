// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "shaman/error.hpp"

namespace shaman::client {

/// A request's body, given piece by piece from its start to its end; one thread at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Fills `into`; with less only at the end. May block on the disk.
  [[nodiscard]] virtual result<std::size_t> read(std::span<std::byte> into) = 0;
  /// Skips this many bytes from where it is.
  [[nodiscard]] virtual result<void> skip(std::uint64_t bytes);
};

/// A text that is kept in memory.
class TextBody : public BodySource {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] result<std::size_t> read(std::span<std::byte> into) override;

 private:
  std::string text_;
  std::size_t position_ = 0;
};

}  // namespace shaman::client
