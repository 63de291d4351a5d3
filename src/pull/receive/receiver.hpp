// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "shaman/blob_id.hpp"
#include "shaman/client/progress.hpp"
#include "shaman/client/server.hpp"
#include "shaman/error.hpp"

#include "http/client/backoff.hpp"
#include "http/client/http_connection.hpp"
#include "http/client/network.hpp"
#include "http/client/rate_limit.hpp"
#include "pull/cache/blob_cache.hpp"

namespace shaman::pull {

struct ReceiverOptions {
  std::size_t jobs = 4;
  bool can_batch = false;             ///< the server sends many small files in one answer
  client::RateLimit* rate = nullptr;  ///< null: no limit
  unsigned attempts = 8;              ///< without progress in between
  client::Backoff backoff;
  client::HttpTimeouts timeouts;
};

struct Received {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< over the network, of files that are whole now
  std::uint64_t resumed_bytes = 0;
};

/// Fetches files into the cache, several at once: the large ones each by itself, the small ones in
/// batches. A file that another process is fetching is left to it.
class Receiver {
 public:
  /// All must outlive it.
  Receiver(const client::Server& server, const BlobCache& cache, ReceiverOptions options,
           client::Progress& progress);

  /// Blocks until all files are in the cache. The first failure ends it: errc::cancelled,
  /// errc::unreachable, errc::not_found, errc::storage_full, errc::protocol_error and others. What
  /// came until then stays.
  [[nodiscard]] result<Received> fetch(const std::vector<BlobId>& files,
                                       const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;
  struct Deferred {
    BlobId id;
    Clock::time_point due;
  };
  using Work = std::vector<BlobId>;  // one file, or a batch
  struct Held;

  void sort_in(const std::vector<BlobId>& files);
  [[nodiscard]] bool is_small(const BlobId& id) const;
  /// Nothing: all is done. Empty: all that is left is with others.
  [[nodiscard]] std::optional<Work> take();
  void put_back(const BlobId& id);
  void settle(const BlobId& id, std::uint64_t resumed);
  void settle_from_others(const BlobId& id);
  void fail(Error error);
  [[nodiscard]] bool has_failed();

  boost::asio::awaitable<void> run_lane(client::Network::Strand strand);
  boost::asio::awaitable<void> fetch_one(client::HttpConnection& connection, BlobId id);
  boost::asio::awaitable<void> fetch_batch(client::HttpConnection& connection, Work ids);
  /// The lock, if the file must be fetched by this process.
  [[nodiscard]] std::unique_ptr<Held> hold(const BlobId& id);

  /// Whether to try again, after having waited for that. `failures`: without progress.
  boost::asio::awaitable<bool> may_try_again(client::HttpConnection& connection,
                                             const result<client::HttpResponse>& answer,
                                             const BlobId& id, unsigned& failures);

  const client::Server& server_;
  const BlobCache& cache_;
  const ReceiverOptions options_;
  client::Progress& progress_;
  std::stop_source stop_;

  std::mutex mutex_;
  std::deque<BlobId> large_;
  std::deque<BlobId> small_;
  std::deque<Deferred> deferred_;
  std::size_t in_work_ = 0;
  std::optional<Error> failure_;
  Received received_;
};

}  // namespace shaman::pull
