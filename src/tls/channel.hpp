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

/// TLS over a socket that never blocks. No member waits: the owner of the socket waits as a step
/// requests. Repeat a step that wants something, with the same bytes, when the socket is ready. One
/// thread at a time.
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
  /// Reads until `into` is full, or the socket empty: after wants_read, or a length below that of
  /// `into`, no more bytes are available without waiting. Otherwise Step::done with a length of at
  /// least 1.
  [[nodiscard]] Step read(std::span<char> into, std::size_t& length);
  /// At least one byte with Step::done.
  [[nodiscard]] Step write(std::string_view bytes, std::size_t& length);
  /// Announces the end of the stream, if the socket has room for it.
  void finish();

  /// After Step::failed; empty if the network failed.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  /// After a failed handshake: whether the client sent a plain HTTP request.
  [[nodiscard]] bool was_plain_http() const noexcept { return was_plain_http_; }
  /// The verified certificate of the other side; null if it sent none.
  [[nodiscard]] std::shared_ptr<const PeerCertificate> peer_certificate() const;

 private:
  Channel(const Context& context, NativeSocket socket);
  [[nodiscard]] Step step_after(int returned);

  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
  std::string error_;
  bool was_plain_http_ = false;
};

}  // namespace shaman::tls
