// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/channel.hpp"

#include <array>
#include <climits>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/context.hpp"
#include "tls/socket_bio.hpp"

namespace shaman::tls {
namespace {

int int_of(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

void expect_host(SSL* ssl, const std::string& host) {
  if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1) return;
  ::SSL_set_tlsext_host_name(ssl, host.c_str());  // addresses are not allowed there (RFC 6066, 3)
  ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (::SSL_set1_host(ssl, host.c_str()) != 1)
    throw std::runtime_error("TLS cannot be set up: " + take_error());
}

}  // namespace

Channel::Channel(const Context& context, NativeSocket socket)
    : ssl_(::SSL_new(context.get()), &::SSL_free) {
  BIO* const bio = ssl_ ? make_socket_bio(socket) : nullptr;
  if (bio == nullptr) throw std::runtime_error("TLS cannot be set up: " + take_error());
  ::SSL_set_bio(ssl_.get(), bio, bio);
}

Channel::Channel(const ServerIdentity& identity, NativeSocket socket)
    : Channel(identity.context(), socket) {
  ::SSL_set_accept_state(ssl_.get());
}

Channel::Channel(const Trust& trust, const std::string& host, NativeSocket socket)
    : Channel(trust.context(), socket) {
  expect_host(ssl_.get(), host);
  ::SSL_set_connect_state(ssl_.get());
}

Channel::Step Channel::step_after(int returned) {
  switch (::SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return Step::done;
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::ended;
    default:
      break;
  }
  const unsigned long code = ::ERR_peek_error();
  was_plain_http_ = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
  const long verified = ::SSL_get_verify_result(ssl_.get());
  error_ = take_error();
  if (verified != X509_V_OK) error_ = ::X509_verify_cert_error_string(verified);
  return Step::failed;
}

Channel::Step Channel::handshake() {
  ::ERR_clear_error();
  return step_after(::SSL_do_handshake(ssl_.get()));
}

Channel::Step Channel::read(std::span<char> into, std::size_t& length) {
  length = 0;
  while (length < into.size()) {
    ::ERR_clear_error();
    const std::span<char> room = into.subspan(length);
    const int count = ::SSL_read(ssl_.get(), room.data(), int_of(room.size()));
    if (count <= 0) {
      const Step step = step_after(count);
      // Earlier bytes are returned first; the next read finds the same state again.
      return length > 0 ? Step::done : step;
    }
    length += static_cast<std::size_t>(count);
  }
  return Step::done;
}

Channel::Step Channel::write(std::string_view bytes, std::size_t& length) {
  ::ERR_clear_error();
  const int count = ::SSL_write(ssl_.get(), bytes.data(), int_of(bytes.size()));
  length = count > 0 ? static_cast<std::size_t>(count) : 0;
  return step_after(count);
}

void Channel::finish() {
  ::ERR_clear_error();
  if (::SSL_is_init_finished(ssl_.get()) == 1 && error_.empty()) ::SSL_shutdown(ssl_.get());
  ::ERR_clear_error();
}

std::shared_ptr<const PeerCertificate> Channel::peer_certificate() const {
  return PeerCertificate::of(ssl_.get());
}

}  // namespace shaman::tls
