// SPDX-License-Identifier: GPL-3.0-or-later
#include "tls/context.hpp"

#include <ctime>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "shaman/tls.hpp"

#include "base/utc.hpp"
#include "tls/pem.hpp"

namespace shaman::tls {
namespace {

// Several records at once, if a client sends faster than the server reads.
constexpr std::size_t kReadAhead = std::size_t{128} * 1024;
constexpr const char* kSessions = "shaman";

std::chrono::system_clock::time_point end_of(const SSL_CTX* context) {
  std::tm parts{};
  const X509* const certificate = ::SSL_CTX_get0_certificate(context);
  ::ASN1_TIME_to_tm(::X509_get0_notAfter(certificate), &parts);
  return from_utc(parts);
}

// A client without a certificate may continue; one with a certificate of another CA may not.
result<void> ask_for_certificates(SSL_CTX* context, const std::string& ca_file) {
  if (auto trusted = trust_clients(context, {ca_file, "tls.client-ca"}); !trusted) return trusted;
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // A resumed session sends no chain, and its certificate would not be verified again.
  ::SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return {};
}

// Every file is tried, whatever is wrong with the others.
std::vector<Error> use_files(SSL_CTX* context, const ServerFiles& files) {
  std::vector<Error> faults;
  const auto note = [&faults](const result<void>& used) {
    if (!used) faults.push_back(used.error());
    return used.has_value();
  };
  ::ERR_clear_error();
  const NamedFile certificate{files.certificate, "tls.certificate"};
  const bool has_certificate = note(use_certificates(context, certificate));
  // A key in the certificate's own file would only have that file's fault again.
  if (has_certificate && files.key.empty()) note(use_key(context, certificate));
  if (!files.key.empty()) note(use_key(context, {files.key, "tls.key"}));
  if (!files.client_ca.empty()) note(ask_for_certificates(context, files.client_ca));
  return faults;
}

// The CAs that this machine trusts. A machine without any is not an error: then only the given ones
// are trusted.
result<void> trust_machine(SSL_CTX* context) {
  // OpenSSL reads this file at once, and would wait for a pipe's writer.
  const char* const variable = ::X509_get_default_cert_file_env();
  const auto open = os::InputFile::open(os::environment(variable).value_or(""));
  if (!open && open.error().code == errc::invalid_argument)
    return Error{open.error().code, std::string(variable) + ": " + open.error().message()};
  ::SSL_CTX_set_default_verify_paths(context);
  ::ERR_clear_error();
  return {};
}

}  // namespace

std::string take_error() {
  const unsigned long code = ::ERR_peek_error();
  const char* const reason = ::ERR_reason_error_string(code);
  ::ERR_clear_error();
  if (code == 0) return {};
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Context::Context(const SSL_METHOD* method) : context_(::SSL_CTX_new(method), &::SSL_CTX_free) {
  if (!context_) throw std::runtime_error("TLS cannot be set up: " + take_error());
  ::SSL_CTX_set_min_proto_version(get(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  ::SSL_CTX_set_mode(get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  ::SSL_CTX_set_read_ahead(get(), 1);
  ::SSL_CTX_set_default_read_buffer_len(get(), kReadAhead);
}

ServerIdentity::ServerIdentity() : context_(std::make_unique<Context>(::TLS_server_method())) {}
ServerIdentity::~ServerIdentity() = default;

result<std::shared_ptr<const ServerIdentity>> ServerIdentity::load(const ServerFiles& files) {
  std::shared_ptr<ServerIdentity> identity(new ServerIdentity());
  SSL_CTX* const context = identity->context_->get();
  if (const auto faults = use_files(context, files); !faults.empty()) return faults.front();
  if (files.only_1_3) ::SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  // A server sends TLS 1.3 tickets unasked. A client that closes without reading them resets the
  // connection, and its data are lost on the way.
  ::SSL_CTX_set_num_tickets(context, 0);
  ::SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kSessions), 6);
  identity->expires_ = end_of(context);
  return std::shared_ptr<const ServerIdentity>(std::move(identity));
}

std::vector<Error> ServerIdentity::faults_of(const ServerFiles& files) {
  return use_files(ServerIdentity().context_->get(), files);
}

Trust::Trust() : context_(std::make_unique<Context>(::TLS_client_method())) {}
Trust::~Trust() = default;

result<std::shared_ptr<const Trust>> Trust::load(const std::string& ca_file) {
  std::shared_ptr<Trust> trust(new Trust());
  SSL_CTX* const context = trust->context_->get();
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (auto trusted = trust_machine(context); !trusted) return trusted.error();
  if (!ca_file.empty())
    if (auto trusted = trust_certificates(context, {ca_file, {}}); !trusted) return trusted.error();
  return std::shared_ptr<const Trust>(std::move(trust));
}

}  // namespace shaman::tls
