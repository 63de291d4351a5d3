// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "submit/upload/upload_job.hpp"

namespace shaman::client {

/// Small files in a ring, in which a client goes round from some place. Clients that send the same
/// files have nearly the same ring: as long as they are at different places, none sends what
/// another one is sending. No lock.
class Ring {
 public:
  /// In files; so that no step takes long.
  static constexpr std::size_t kFarthest = 20'000;

  /// They come after all others.
  void add(std::vector<UploadItem> items);
  /// Goes on at another place: `share`, from 0 to 1, of the way round, or of the next kFarthest.
  void jump(double share);
  /// The next ones, until there are so many files or bytes; at least one if there is any.
  [[nodiscard]] std::vector<UploadJob> take(std::size_t most_files, std::uint64_t most_bytes);
  /// These come next.
  void put_next(std::vector<UploadItem> items);
  struct Sampled {
    std::size_t payload = 0;  ///< index
    BlobId id;
  };
  /// At most so many files, evenly spread over the next kFarthest.
  [[nodiscard]] std::vector<Sampled> sample(std::size_t count) const;
  /// Whether this payload has not been taken.
  [[nodiscard]] bool has(std::size_t payload) const;

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  using Items = std::list<UploadItem>;
  void insert(Items::iterator before, std::vector<UploadItem> items);

  Items items_;
  Items::iterator next_ = items_.end();  ///< the end is the same place as the beginning
  std::uint64_t bytes_ = 0;
};

}  // namespace shaman::client
