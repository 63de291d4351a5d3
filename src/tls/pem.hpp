// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/ssl.h>

#include "shaman/error.hpp"

#include "base/named_file/named_file.hpp"

/// Certificates and keys from PEM files. OpenSSL's own calls that take a path would wait for a
/// pipe's writer, and ask on the terminal for the password of an encrypted key.
/// Errors name option and file: those of read_named_file(), or errc::invalid_argument.
namespace shaman::tls {

/// Sends the other side the file's first certificate, and then those that sign it.
[[nodiscard]] result<void> use_certificates(SSL_CTX* context, const NamedFile& file);
/// The private key of the context's certificate. It must not be encrypted. Without a certificate,
/// any key is right.
[[nodiscard]] result<void> use_key(SSL_CTX* context, const NamedFile& file);
/// Trusts the CAs in the file, which must have at least one.
[[nodiscard]] result<void> trust_certificates(SSL_CTX* context, const NamedFile& file);
/// The same for clients' certificates; the server sends clients the subjects of these CAs.
[[nodiscard]] result<void> trust_clients(SSL_CTX* context, const NamedFile& file);

}  // namespace shaman::tls
