// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/pem.hpp"

#include <memory>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "shaman/text.hpp"

#include "tls/context.hpp"

namespace shaman::tls {
namespace {

constexpr const char* kKeyOption = "tls.key";

// A server cannot ask for a password. With an empty one the key cannot be read.
int no_password(char*, int, int, void* was_asked) {
  if (was_asked != nullptr) *static_cast<bool*>(was_asked) = true;
  return -1;
}

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

using Certificate = std::unique_ptr<X509, Freed<&::X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&::EVP_PKEY_free>>;

void free_infos(STACK_OF(X509_INFO) * infos) {
  sk_X509_INFO_pop_free(infos, &::X509_INFO_free);
}
using Infos = std::unique_ptr<STACK_OF(X509_INFO), Freed<&free_infos>>;

void free_names(STACK_OF(X509_NAME) * names) {
  sk_X509_NAME_pop_free(names, &::X509_NAME_free);
}
using Names = std::unique_ptr<STACK_OF(X509_NAME), Freed<&free_names>>;

// A file's content, and its name in errors.
class PemFile {
 public:
  static result<PemFile> read(const NamedFile& file) {
    ::ERR_clear_error();
    auto content = read_named_file(file);
    if (!content) return content.error();
    PemFile pem;
    pem.bytes_ = std::make_unique<const std::string>(std::move(content->bytes));
    pem.name_ = (file.option.empty() ? "" : file.option + ": ") + text::in_quotes(file.path);
    pem.memory_.reset(::BIO_new_mem_buf(pem.bytes_->data(), static_cast<int>(pem.bytes_->size())));
    return pem;
  }

  [[nodiscard]] BIO* bio() const { return memory_.get(); }

  [[nodiscard]] Error wrong(const std::string& what) const {
    const std::string why = take_error();
    return {errc::invalid_argument,
            name_ + " " + what + (why.empty() ? "" : ": " + text::printable(why))};
  }

 private:
  std::unique_ptr<const std::string> bytes_;  // the BIO points into it
  std::string name_;
  std::unique_ptr<BIO, Freed<&::BIO_free>> memory_;
};

result<Infos> certificates_of(const PemFile& pem) {
  Infos infos(::PEM_X509_INFO_read_bio(pem.bio(), nullptr, &no_password, nullptr));
  bool has_any = false;
  for (int i = 0; infos && i < sk_X509_INFO_num(infos.get()); ++i)
    has_any = has_any || sk_X509_INFO_value(infos.get(), i)->x509 != nullptr;
  if (!has_any) return pem.wrong("has no certificates in PEM");
  return infos;
}

result<void> trust(SSL_CTX* context, const STACK_OF(X509_INFO) & infos, const PemFile& pem) {
  X509_STORE* const store = ::SSL_CTX_get_cert_store(context);
  for (int i = 0; i < sk_X509_INFO_num(&infos); ++i) {
    const X509_INFO* const info = sk_X509_INFO_value(&infos, i);
    if (info->x509 != nullptr && ::X509_STORE_add_cert(store, info->x509) != 1)
      return pem.wrong("has a certificate that cannot be used");
    if (info->crl != nullptr && ::X509_STORE_add_crl(store, info->crl) != 1)
      return pem.wrong("has a list of revoked certificates that cannot be used");
  }
  return {};
}

result<Names> subjects_of(const STACK_OF(X509_INFO) & infos, const PemFile& pem) {
  Names names(sk_X509_NAME_new_null());
  for (int i = 0; i < sk_X509_INFO_num(&infos); ++i) {
    const X509* const certificate = sk_X509_INFO_value(&infos, i)->x509;
    if (certificate == nullptr) continue;
    X509_NAME* const name = ::X509_NAME_dup(::X509_get_subject_name(certificate));
    if (name == nullptr || sk_X509_NAME_push(names.get(), name) == 0)
      return pem.wrong("has a certificate that cannot be used");
  }
  return names;
}

// Whether the end of the file was the only error.
bool is_end_of_file() {
  const unsigned long code = ::ERR_peek_last_error();
  const bool is_end =
      ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
  if (is_end) ::ERR_clear_error();
  return is_end;
}

}  // namespace

result<void> use_certificates(SSL_CTX* context, const NamedFile& file) {
  constexpr const char* kWrong = "cannot be read as a certificate in PEM";
  const auto pem = PemFile::read(file);
  if (!pem) return pem.error();
  const Certificate own(::PEM_read_bio_X509_AUX(pem->bio(), nullptr, &no_password, nullptr));
  if (!own || ::SSL_CTX_use_certificate(context, own.get()) != 1) return pem->wrong(kWrong);
  ::SSL_CTX_clear_chain_certs(context);
  while (Certificate above{::PEM_read_bio_X509(pem->bio(), nullptr, &no_password, nullptr)}) {
    if (::SSL_CTX_add0_chain_cert(context, above.get()) != 1) return pem->wrong(kWrong);
    static_cast<void>(above.release());
  }
  if (!is_end_of_file()) return pem->wrong(kWrong);
  return {};
}

result<void> use_key(SSL_CTX* context, const NamedFile& file) {
  const auto pem = PemFile::read(file);
  if (!pem) return pem.error();
  bool is_encrypted = false;
  const Key key(::PEM_read_bio_PrivateKey(pem->bio(), nullptr, &no_password, &is_encrypted));
  // OpenSSL's own reason would be a missing password, or a missing decoder.
  if (!key) ::ERR_clear_error();
  if (is_encrypted)
    return pem->wrong(
        "is encrypted, and the server does not ask for its password at start: decrypt it"
        " (`openssl pkey -in KEY -out PLAIN`), and let only the server read it");
  if (!key)
    return pem->wrong(std::string("has no private key in PEM; set ") + kKeyOption +
                      " to the file with the key of the certificate");
  if (::SSL_CTX_get0_certificate(context) == nullptr) return {};
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
      ::SSL_CTX_check_private_key(context) != 1)
    return pem->wrong("is not the private key of the certificate");
  return {};
}

result<void> trust_certificates(SSL_CTX* context, const NamedFile& file) {
  const auto pem = PemFile::read(file);
  if (!pem) return pem.error();
  const auto infos = certificates_of(*pem);
  if (!infos) return infos.error();
  return trust(context, **infos, *pem);
}

result<void> trust_clients(SSL_CTX* context, const NamedFile& file) {
  const auto pem = PemFile::read(file);
  if (!pem) return pem.error();
  const auto infos = certificates_of(*pem);
  if (!infos) return infos.error();
  if (auto trusted = trust(context, **infos, *pem); !trusted) return trusted;
  auto names = subjects_of(**infos, *pem);
  if (!names) return names.error();
  ::SSL_CTX_set_client_CA_list(context, names->release());
  return {};
}

}  // namespace shaman::tls
