// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "shaman/tls.hpp"

#include "tls/peer_certificate.hpp"

namespace shaman::tls {

/// TLS over a socket that never blocks. Nothing here waits: the owner of the socket does, for what
/// a step says. A step that wants something is to be taken again, with the same bytes, when the
/// socket is ready. One thread at a time.
class Channel {
 public:
  using NativeSocket = std::uintptr_t;

  /// The socket is borrowed, and must outlive it.
  Channel(const ServerIdentity& identity, NativeSocket socket);
  /// The certificate must be for `host`, a name or an address.
  Channel(const Trust& trust, const std::string& host, NativeSocket socket);

  enum class Step : std::uint8_t {
    done,
    wants_read,   ///< when there is something to read from the socket
    wants_write,  ///< when there is room in the socket
    ended,        ///< the other side will send no more
    failed,       ///< see error()
  };
  [[nodiscard]] Step handshake();
  /// Reads until `into` is full, or the socket empty: after wants_read and after a length below
  /// that of `into` there is nothing to be had without waiting. Step::done with a length of at
  /// least 1 otherwise.
  [[nodiscard]] Step read(std::span<char> into, std::size_t& length);
  /// At least one byte with Step::done.
  [[nodiscard]] Step write(std::string_view bytes, std::size_t& length);
  /// Says that no more will come, where there is room to say so.
  void finish();

  /// After Step::failed, and empty where the network failed.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  /// After a failed handshake: what came was a plain HTTP request.
  [[nodiscard]] bool was_plain_http() const noexcept { return was_plain_http_; }
  /// The verified certificate of the other side; null where it has shown none.
  [[nodiscard]] std::shared_ptr<const PeerCertificate> peer_certificate() const;

 private:
  Channel(const Context& context, NativeSocket socket);
  [[nodiscard]] Step step_after(int returned);

  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
  std::string error_;
  bool was_plain_http_ = false;
};

}  // namespace shaman::tls
