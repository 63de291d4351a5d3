// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "shaman/address_ranges.hpp"
#include "shaman/auth/access.hpp"
#include "shaman/checkout.hpp"
#include "shaman/error.hpp"
#include "shaman/http/ingest_folder.hpp"
#include "shaman/http/limits.hpp"
#include "shaman/metrics/page.hpp"
#include "shaman/store.hpp"
#include "shaman/tls.hpp"
#include "shaman/worker_pool.hpp"

namespace shaman::http {

struct ServerOptions {
  Limits limits;
  std::shared_ptr<const auth::Access> access;      ///< null: every client may do everything
  std::shared_ptr<const tls::ServerIdentity> tls;  ///< null: plain HTTP
  std::vector<std::string> allowed_hosts;          ///< allowed values of Host; empty: any
  std::vector<std::string> cors_origins;           ///< whose pages may make requests from browsers
  AddressRanges trusted_proxies;                   ///< whose statements about their clients count
  Timeouts timeouts;
  std::size_t io_threads = 2;
  std::string name = "Shaman";
  std::string version;
  std::string git;      ///< of the source, for people; may be empty
  std::string storage;  ///< absolute path, reported to clients
  /// Where the jobs folder is on another platform (linux, windows, darwin), as its users see it.
  std::map<std::string, std::string> jobs_location;
  /// From where the server may read clients' files itself. Empty: from nowhere.
  std::vector<IngestFolder> ingest_from;
};

/// Separate pools, so that large work never delays short work.
struct ServerPools {
  WorkerPool& quick;       ///< calls that look at a few files
  WorkerPool& disk;        ///< receives, hashes and writes uploads
  WorkerPool& requests;    ///< whole requests with many files
  WorkerPool& judgements;  ///< of jobs on their way to a Manager; of two, a client has one
};

class ReverseProxy;

/// Whether Server::listen() would succeed now; to find out before anything is changed. Errors as
/// there.
[[nodiscard]] result<void> can_listen(const std::string& host, std::uint16_t port);

/// The HTTP server: docs/protocol.md over one store.
class Server {
 public:
  /// The store, the checkouts and the pools must outlive the server.
  Server(Store& store, Checkouts& checkouts, ServerPools pools, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Before run(): forwards requests that are not Shaman's to `reverse_proxy`, including those that
  /// a client makes on connecting to a Manager, which the server otherwise answers itself.
  void pass_on(std::shared_ptr<ReverseProxy> reverse_proxy);

  /// From any thread: replaces the notes for the admin that `info` reports in addition to the
  /// store's.
  void set_remarks(std::vector<std::string> remarks);

  /// From any thread: whether the Manager answers; empty if it does, otherwise why not. Until the
  /// first call, readiness does not depend on a Manager.
  void set_manager_problem(std::string problem);

  /// Before run(): GET /metrics has what `write` adds, too. It is called on network threads: it
  /// must not block, and must be thread-safe.
  void add_figures(std::function<void(metrics::Page&)> write);

  /// Before run(): calls `beat` about every `period`, on a thread that answers requests, as long as
  /// those threads are alive.
  void beat_every(std::chrono::milliseconds period, std::function<void()> beat);

  /// Listens on every address of the host (a name, IPv4 or IPv6); port 0: a free one, the same for
  /// all. errc::io_error says what is wrong with the address.
  [[nodiscard]] result<void> listen(const std::string& host, std::uint16_t port);
  /// `127.0.0.1:41234`, `[::1]:41234`.
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// Whether other machines can connect.
  [[nodiscard]] bool is_reachable_from_outside() const;

  /// Serves until stop() and until the last request has ended, on `io_threads` threads of its own
  /// and the caller's.
  void run();

  /// From any thread: new requests use these options. The number of threads and the memory of all
  /// uploads and of all JSON requests do not change.
  void reload(ServerOptions options);

  /// From any thread, once: no new connections; idle ones are closed; running requests have
  /// `timeouts.grace` to finish and are cut off then. Makes run() return.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shaman::http
