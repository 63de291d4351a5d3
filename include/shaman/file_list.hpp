// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shaman/blob_id.hpp"

namespace shaman {

/// The state of a blob in the store, with the protocol's names.
enum class BlobStatus : std::uint8_t {
  unknown,    ///< not in the store
  uploading,  ///< a client is uploading it
  stored,     ///< in the store, and on stable storage
};

[[nodiscard]] std::string_view to_string(BlobStatus status) noexcept;

/// The protocol's FileSpec.
struct FileSpec {
  BlobId id;
  std::string_view path;  ///< UTF-8 as received, never changed; owned by the list
};

/// Many FileSpecs in little memory: all paths are in one string, one after another, so that
/// 400,000 files take about 50 MB. Not thread-safe while it grows.
class FileList {
 public:
  /// The path may contain any bytes. More than 4 GiB of paths throw std::length_error.
  void add(const BlobId& id, std::string_view path);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// Valid until the next add().
  [[nodiscard]] FileSpec operator[](std::size_t index) const noexcept;

 private:
  struct Entry {
    BlobId id;
    std::uint32_t offset;
    std::uint32_t length;
  };
  std::vector<Entry> entries_;
  std::string paths_;
};

}  // namespace shaman
