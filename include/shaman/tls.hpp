// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "shaman/error.hpp"

/// TLS 1.2 and 1.3 (RFC 5246, RFC 8446) by OpenSSL. Files are PEM.
namespace shaman::tls {

class Context;

struct ServerFiles {
  std::string certificate;  ///< the server's, then those between it and the root
  std::string key;          ///< may be in the same file
  std::string client_ca;    ///< CAs of clients' certificates; empty: none is requested
  bool only_1_3 = false;

  [[nodiscard]] bool is_on() const noexcept { return !certificate.empty(); }
};

/// What a server shows its clients. Immutable; threads may share it.
class ServerIdentity {
 public:
  /// errc::io_error, errc::invalid_argument say what is wrong with which file.
  [[nodiscard]] static result<std::shared_ptr<const ServerIdentity>> load(const ServerFiles& files);
  /// All errors of load(), so that a user need not correct one file at a time. Empty: none.
  [[nodiscard]] static std::vector<Error> faults_of(const ServerFiles& files);
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

/// The CAs that a client trusts to identify a server. Immutable; threads may share it.
class Trust {
 public:
  /// The CAs that this machine trusts and, if given, the certificates in `ca_file`. errc::io_error,
  /// errc::invalid_argument: that file does not exist, or contains no certificate.
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
