// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include <openssl/ssl.h>

#include "shaman/tls.hpp"

namespace shaman::tls {

/// A client's certificate that was verified in the handshake. Connections outlive certificates:
/// is_good() verifies it again. Thread-safe.
class PeerCertificate {
 public:
  /// After the handshake; null if the client sent none.
  [[nodiscard]] static std::shared_ptr<const PeerCertificate> of(SSL* ssl);

  /// Its common name; may be empty.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Whether `identity`, which may have been loaded since, trusts its issuer, and no certificate of
  /// the chain has expired. The answer is at most a second old. Null: false.
  [[nodiscard]] bool is_good(const std::shared_ptr<const ServerIdentity>& identity) const;

 private:
  using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;
  struct FreeChain {
    void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, &::X509_free); }
  };
  using Chain = std::unique_ptr<STACK_OF(X509), FreeChain>;

  PeerCertificate(Certificate certificate, Chain chain);
  [[nodiscard]] bool verify(const ServerIdentity& identity) const;

  const Certificate certificate_;
  const Chain chain_;
  std::string name_;

  mutable std::mutex mutex_;
  mutable std::shared_ptr<const ServerIdentity> verified_by_;
  mutable std::chrono::steady_clock::time_point verified_at_;
  mutable bool is_good_ = false;
};

}  // namespace shaman::tls
