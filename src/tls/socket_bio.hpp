// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <openssl/bio.h>

namespace shaman::tls {

/// A BIO over a socket that never blocks. Unlike OpenSSL's own it raises no SIGPIPE, which would
/// end a program that does not ignore it. Does not close the socket. Null: no memory.
[[nodiscard]] BIO* make_socket_bio(std::uintptr_t socket);

}  // namespace shaman::tls
