// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace shaman::tls {

/// An SSL_CTX with what both sides want of it.
class Context {
 public:
  explicit Context(const SSL_METHOD* method);

  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
};

/// What OpenSSL says last went wrong on this thread; forgets all of it.
[[nodiscard]] std::string take_error();

}  // namespace shaman::tls
