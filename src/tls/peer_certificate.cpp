// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/peer_certificate.hpp"

#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/context.hpp"

namespace shaman::tls {
namespace {

constexpr std::chrono::seconds kVerifyAgain{1};

std::string common_name(const X509* certificate) {
  const X509_NAME* const subject = ::X509_get_subject_name(certificate);
  const int at = ::X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int length =
      ::ASN1_STRING_to_UTF8(&text, ::X509_NAME_ENTRY_get_data(::X509_NAME_get_entry(subject, at)));
  if (length < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
  ::OPENSSL_free(text);
  return name;
}

}  // namespace

PeerCertificate::PeerCertificate(Certificate certificate, Chain chain)
    : certificate_(std::move(certificate)),
      chain_(std::move(chain)),
      name_(common_name(certificate_.get())) {}

std::shared_ptr<const PeerCertificate> PeerCertificate::of(SSL* ssl) {
  Certificate shown(::SSL_get1_peer_certificate(ssl), &::X509_free);
  if (!shown || ::SSL_get_verify_result(ssl) != X509_V_OK) return nullptr;
  STACK_OF(X509)* const sent = ::SSL_get_peer_cert_chain(ssl);
  Chain chain(sent == nullptr ? nullptr : ::X509_chain_up_ref(sent));
  return std::shared_ptr<const PeerCertificate>(
      new PeerCertificate(std::move(shown), std::move(chain)));
}

bool PeerCertificate::is_good(const std::shared_ptr<const ServerIdentity>& identity) const {
  if (!identity) return false;
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (verified_by_ != identity || now - verified_at_ >= kVerifyAgain) {
    is_good_ = verify(*identity);
    verified_by_ = identity;
    verified_at_ = now;
  }
  return is_good_;
}

bool PeerCertificate::verify(const ServerIdentity& identity) const {
  const std::unique_ptr<X509_STORE_CTX, decltype(&::X509_STORE_CTX_free)> check(
      ::X509_STORE_CTX_new(), &::X509_STORE_CTX_free);
  X509_STORE* const trusted = ::SSL_CTX_get_cert_store(identity.context().get());
  const bool is_ready =
      check != nullptr &&
      ::X509_STORE_CTX_init(check.get(), trusted, certificate_.get(), chain_.get()) == 1 &&
      ::X509_STORE_CTX_set_default(check.get(), "ssl_client") == 1;
  const bool is_good = is_ready && ::X509_verify_cert(check.get()) == 1;
  ::ERR_clear_error();
  return is_good;
}

}  // namespace shaman::tls
