// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "shaman/blob_id.hpp"
#include "shaman/client/progress.hpp"
#include "shaman/digest.hpp"
#include "shaman/error.hpp"

#include "base/folder/sealed_file.hpp"
#include "http/client/http_message.hpp"
#include "pull/cache/blob_cache.hpp"

namespace shaman::pull {

/// Receives one file into the cache, in as many answers as it takes, and goes on where an earlier
/// run ended. The caller holds the file's lock. One thread at a time.
class FileReceiver : public client::AnswerSink {
 public:
  /// Hashes what an earlier run left.
  [[nodiscard]] static result<std::unique_ptr<FileReceiver>> open(const BlobCache& cache,
                                                                  const BlobId& id,
                                                                  client::Progress& progress);

  [[nodiscard]] std::uint64_t held() const noexcept { return held_; }
  /// What was there at the beginning and is still of use.
  [[nodiscard]] std::uint64_t resumed() const noexcept { return resumed_; }
  [[nodiscard]] bool is_whole() const noexcept { return held_ == id_.size; }
  /// Adds the fields that request the rest.
  void add_fields(client::HttpRequest& request) const;

  /// errc::protocol_error: another part than requested, or more than the file has.
  [[nodiscard]] result<void> begin(const client::HttpResponse& head) override;
  [[nodiscard]] result<void> write(std::span<const std::byte> piece) override;

  /// Begins again with nothing.
  [[nodiscard]] result<void> restart();
  /// Puts the whole file in its place. errc::content_mismatch: it is not right, and was thrown
  /// away.
  [[nodiscard]] result<void> finish();

 private:
  FileReceiver(const BlobCache& cache, const BlobId& id, client::Progress& progress,
               os::PartialFile file);
  [[nodiscard]] result<void> take_over();

  const BlobCache& cache_;
  const BlobId id_;
  client::Progress& progress_;
  os::PartialFile file_;
  Sha256 sha_;
  std::uint64_t held_ = 0;
  std::uint64_t resumed_ = 0;
};

/// Puts a file that is in memory, and right, into the cache.
[[nodiscard]] result<void> put(const BlobCache& cache, const BlobId& id,
                               std::span<const std::byte> content);

}  // namespace shaman::pull
