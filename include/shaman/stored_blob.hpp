// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "shaman/blob_id.hpp"
#include "shaman/error.hpp"
#include "shaman/fs.hpp"

namespace shaman {

/// A stored blob that is open for reading. It stays readable if it is collected meanwhile. Its
/// content is not verified. Movable; the store must outlive it. Any thread may read.
class StoredBlob {
 public:
  StoredBlob(fs::FileSystem& file_system, const BlobId& id, fs::File file)
      : file_system_(&file_system), id_(id), file_(std::move(file)) {}

  [[nodiscard]] const BlobId& id() const noexcept { return id_; }
  /// Fills `into` from there on. Blocks. errc::io_error, also if the blob ends before.
  [[nodiscard]] result<void> read(std::uint64_t offset, std::span<std::byte> into) const;

  struct Sent {
    std::size_t bytes = 0;
    enum class Outcome : std::uint8_t {
      moved,        ///< some bytes, or all
      would_block,  ///< the socket takes no more now
      ended,        ///< the socket's other side is gone
      unsupported,  ///< this file cannot be sent in this way: read() it
    };
    Outcome outcome = Outcome::moved;
  };
  /// Sends a part of it to a socket that does not block. Blocks on the disk. Errors as of read().
  [[nodiscard]] result<Sent> send(std::uint64_t offset, std::size_t length, int socket) const;

 private:
  fs::FileSystem* file_system_;
  BlobId id_;
  fs::File file_;
};

}  // namespace shaman
