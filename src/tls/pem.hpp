// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/ssl.h>

#include "shaman/error.hpp"

#include "base/named_file/named_file.hpp"

/// Certificates and keys from PEM files. OpenSSL's own calls that take a path would wait for a
/// pipe's writer, and ask on the terminal for the password of an encrypted key.
/// Errors name option and file: those of read_named_file(), or errc::malformed_request.
namespace shaman::tls {

/// What is shown to the other side: the file's first certificate, and after it those that sign it.
[[nodiscard]] result<void> use_certificates(SSL_CTX* context, const NamedFile& file);
/// The private key of the certificate that the context shows. It must not be encrypted.
[[nodiscard]] result<void> use_key(SSL_CTX* context, const NamedFile& file);
/// Believes who is signed by the file's certificates, of which there must be one.
[[nodiscard]] result<void> trust_certificates(SSL_CTX* context, const NamedFile& file);
/// The same for what clients show, who are told the subjects of these certificates.
[[nodiscard]] result<void> trust_clients(SSL_CTX* context, const NamedFile& file);

}  // namespace shaman::tls
