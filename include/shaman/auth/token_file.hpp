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
  /// errc::not_found, errc::io_error: it cannot be read; errc::malformed_request: others may read
  /// it, or a line is wrong, which is named.
  [[nodiscard]] static result<std::vector<Token>> read(const std::string& path);
  /// Written by root, the file belongs to the owner of `like`.
  [[nodiscard]] static result<void> write(const std::string& path, const std::vector<Token>& tokens,
                                          const std::string& like = {});
};

/// Held from reading a token file to writing it, so that two processes that change it at once do
/// not undo each other's changes. Waits for the other.
class TokenFileLock {
 public:
  /// errc::not_found: the folder does not exist; errc::io_error: it cannot be opened.
  [[nodiscard]] static result<TokenFileLock> take(const std::string& path);
  TokenFileLock(TokenFileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  TokenFileLock& operator=(TokenFileLock&&) = delete;
  ~TokenFileLock();

 private:
  explicit TokenFileLock(int fd) : fd_(fd) {}
  int fd_;
};

/// 256 random bits as text; `shm_` at its beginning tells people and scanners what it is.
[[nodiscard]] std::string make_token();
/// `2026-12-31T23:59:59Z`.
[[nodiscard]] std::string time_text(Time time);

/// Finds the token with this secret, whatever its role, unless it has expired. Takes equally long
/// for each.
[[nodiscard]] const Token* find_token(const std::vector<Token>& tokens, std::string_view secret,
                                      Time now);

}  // namespace shaman::auth
