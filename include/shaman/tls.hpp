// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "shaman/error.hpp"

/// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) by OpenSSL. Files are PEM.
namespace shaman::tls {

class Context;

struct ServerFiles {
  std::string certificate;  ///< the server's, and after it those between it and the root
  std::string key;          ///< may be in the same file
  std::string client_ca;    ///< who may sign clients' certificates; empty: none is asked for
  bool only_1_3 = false;

  [[nodiscard]] bool is_on() const noexcept { return !certificate.empty(); }
};

/// What a server shows its clients. Immutable, and free to be shared between threads.
class ServerIdentity {
 public:
  /// errc::io_error, errc::malformed_request say what is wrong with which file.
  [[nodiscard]] static result<std::shared_ptr<const ServerIdentity>> load(const ServerFiles& files);
  ~ServerIdentity();
  ServerIdentity(const ServerIdentity&) = delete;
  ServerIdentity& operator=(const ServerIdentity&) = delete;

  /// Until when the certificate is good.
  [[nodiscard]] std::chrono::system_clock::time_point expires() const noexcept { return expires_; }
  [[nodiscard]] const Context& context() const noexcept { return *context_; }

 private:
  ServerIdentity();
  std::unique_ptr<Context> context_;
  std::chrono::system_clock::time_point expires_;
};

/// Whom a client believes to be the server that it asked for. Immutable, and free to be shared
/// between threads.
class Trust {
 public:
  /// Who this machine trusts, and who has signed with a certificate of `ca_file`, where one is
  /// given. errc::io_error, errc::malformed_request: that file is not there, or has none.
  [[nodiscard]] static result<std::shared_ptr<const Trust>> load(const std::string& ca_file);
  ~Trust();
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  [[nodiscard]] const Context& context() const noexcept { return *context_; }

 private:
  Trust();
  std::unique_ptr<Context> context_;
};

}  // namespace shaman::tls
