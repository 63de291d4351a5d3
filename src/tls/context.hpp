// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace shaman::tls {

/// An SSL_CTX with the settings of both sides.
class Context {
 public:
  explicit Context(const SSL_METHOD* method);

  [[nodiscard]] SSL_CTX* get() const noexcept { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
};

/// OpenSSL's last error on this thread; clears its errors.
[[nodiscard]] std::string take_error();

}  // namespace shaman::tls
