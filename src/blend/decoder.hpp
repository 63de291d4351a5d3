// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "shaman/blend/byte_source.hpp"
#include "shaman/error.hpp"

namespace shaman::blend {

/// A decompressor that runs forward and can return to known places.
class Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Moves to the nearest place before `offset` at which decoding can continue; position() returns
  /// it.
  [[nodiscard]] virtual result<void> seek(std::uint64_t offset) = 0;
  /// The uncompressed offset of the next bytes of decode().
  [[nodiscard]] virtual std::uint64_t position() const noexcept = 0;
  /// Fills `into` as far as possible; 0 only at the end.
  [[nodiscard]] virtual result<std::size_t> decode(std::span<std::byte> into) = 0;
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
};

/// `raw` gives the compressed bytes and knows its size.
[[nodiscard]] std::unique_ptr<Decoder> make_gzip_decoder(std::unique_ptr<ByteSource> raw);
[[nodiscard]] result<std::unique_ptr<Decoder>> make_zstd_decoder(std::unique_ptr<ByteSource> raw);

/// Random access over a decoder, by a cache of pages.
[[nodiscard]] std::unique_ptr<ByteSource> make_decoded_source(std::string name,
                                                              Compression compression,
                                                              std::uint64_t compressed_size,
                                                              std::unique_ptr<Decoder> decoder);

}  // namespace shaman::blend
