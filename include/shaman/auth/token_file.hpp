// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shaman/auth/access.hpp"
#include "shaman/digest.hpp"
#include "shaman/error.hpp"

namespace shaman::auth {

using Time = std::chrono::system_clock::time_point;

/// One token. Only its SHA-256 is kept.
struct Token {
  std::string name;  ///< its owner
  Role role = Role::nobody;
  std::optional<Time> expires;
  Digest digest;
};

/// A file of tokens, one a line: `SHA-256 ROLE EXPIRES NAME`, where EXPIRES is `never` or a time
/// such as 2026-12-31T23:59:59Z. `#` begins a comment. Only its owner may read it (mode 0600).
class TokenFile {
 public:
  /// errc::not_found, errc::io_error: the file cannot be read. errc::invalid_argument: other users
  /// may read the file, or a line is invalid; the error names the line.
  [[nodiscard]] static result<std::vector<Token>> read(const std::string& path);
  /// Replaces the file whole, with mode 0600. If root calls this and the file `like` exists, the
  /// new file gets the owner and the group of `like`. errc::io_error.
  [[nodiscard]] static result<void> write(const std::string& path, const std::vector<Token>& tokens,
                                          const std::string& like = {});
};

/// A lock between processes, held from reading a token file to writing it, so that two changes at
/// once do not undo each other.
class TokenFileLock {
 public:
  /// Waits for the process that holds the lock. errc::not_found: the folder of the file does not
  /// exist; errc::io_error: it cannot be opened.
  [[nodiscard]] static result<TokenFileLock> take(const std::string& path);
  TokenFileLock(TokenFileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  TokenFileLock& operator=(TokenFileLock&&) = delete;
  ~TokenFileLock();

 private:
  explicit TokenFileLock(int fd) : fd_(fd) {}
  int fd_;
};

/// A new secret: 256 random bits in base64url after `shm_`, by which people and secret scanners
/// recognise a token.
[[nodiscard]] std::string make_token();
/// `2026-12-31T23:59:59Z`.
[[nodiscard]] std::string time_text(Time time);

[[nodiscard]] inline bool has_expired(const Token& token, Time now) {
  return token.expires && *token.expires <= now;
}

/// The token with this secret, in any role, expired or not; null if there is none. Takes equally
/// long for each token, so that the time does not reveal digests.
[[nodiscard]] const Token* find_token(const std::vector<Token>& tokens, std::string_view secret);

}  // namespace shaman::auth
