// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/auth/token_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <span>
#include <sstream>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shaman/os.hpp"
#include "shaman/text.hpp"

#include "auth/base64url.hpp"
#include "base/named_file/named_file.hpp"
#include "base/utc.hpp"

namespace shaman::auth {
namespace {

constexpr std::string_view kNever = "never";
constexpr std::string_view kPrefix = "shm_";
constexpr std::size_t kRandomBytes = 32;

Error io_failure(const std::string& path, const char* what) {
  return {errc::io_error,
          "the token file " + text::printable(path) + " " + what + ": " + std::strerror(errno)};
}

std::optional<Time> parse_time(const std::string& text) {
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return from_utc(parts);
}

std::optional<Token> parse_line(const std::string& line) {
  std::istringstream words(line);
  std::string digest;
  std::string role;
  std::string expires;
  Token token;
  words >> digest >> role >> expires >> std::ws;
  std::getline(words, token.name);
  const auto parsed_digest = Digest::from_hex(digest);
  const auto parsed_role = role_of(role);
  if (!parsed_digest || !parsed_role || token.name.empty()) return std::nullopt;
  token.digest = *parsed_digest;
  token.role = *parsed_role;
  if (expires == kNever) return token;
  token.expires = parse_time(expires);
  if (!token.expires) return std::nullopt;
  return token;
}

// Without this, a token file that root writes would be unreadable for the server.
result<void> take_owner_of(const std::string& path, const std::string& like) {
  struct stat found {};
  if (::geteuid() != 0 || ::stat(like.c_str(), &found) != 0) return {};
  if (::chown(path.c_str(), found.st_uid, found.st_gid) == 0) return {};
  return io_failure(path, "cannot be given to the owner of the one before");
}

}  // namespace

std::string time_text(Time time) {
  return utc_text(time);
}

std::string make_token() {
  std::array<unsigned char, kRandomBytes> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("cannot make a token: the system provides no random bytes");
  return std::string(kPrefix) + to_base64url(std::as_bytes(std::span(bytes)));
}

result<std::vector<Token>> TokenFile::read(const std::string& path) {
  const auto file = read_named_file({path, "auth.token-file"});
  if (!file) return file.error();
  if (file->ownership && (file->ownership->mode & 077) != 0)
    return Error{errc::invalid_argument, "the token file " + text::printable(path) +
                                             " can be read by other users: run chmod 600 on it"};
  std::istringstream content(file->bytes);
  std::vector<Token> tokens;
  std::string line;
  for (std::size_t number = 1; std::getline(content, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    auto token = parse_line(line);
    if (!token)
      return Error{errc::invalid_argument,
                   "the token file " + text::printable(path) + ", line " + std::to_string(number) +
                       ": expected SHA-256, role, time or `never`, and name"};
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

result<void> TokenFile::write(const std::string& path, const std::vector<Token>& tokens,
                              const std::string& like) {
  std::string content =
      "# Tokens of shaman-server, as SHA-256: `shaman-server token` makes and revokes them.\n";
  for (const Token& token : tokens)
    content += token.digest.hex() + " " + std::string(name_of(token.role)) + " " +
               (token.expires ? time_text(*token.expires) : std::string(kNever)) + " " +
               token.name + "\n";
  // The file gets its owner under a temporary name, so that the server never finds a token file
  // that it may not read.
  const std::string temporary =
      (std::filesystem::path(path).parent_path() / (".shaman-tokens-" + std::to_string(::getpid())))
          .string();
  const ::mode_t before = ::umask(077);
  auto file = os::OutputFile::create(temporary);
  ::umask(before);
  if (!file) return file.error();
  if (auto written = file->write(std::as_bytes(std::span(content))); !written) return written;
  if (auto there = file->commit(true); !there) return there;
  auto done = take_owner_of(temporary, like);
  if (done) done = os::rename_file(temporary, path);
  if (!done) static_cast<void>(os::remove_file(temporary));
  return done;
}

result<TokenFileLock> TokenFileLock::take(const std::string& path) {
  // Locks the folder: each write replaces the file, and at first there is no file.
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    const bool is_missing = errno == ENOENT || errno == ENOTDIR;
    Error failure = io_failure(path, "is in a folder that cannot be opened");
    if (is_missing)
      failure = {errc::not_found, failure.detail + "; create the folder, or correct the path"};
    return failure;
  }
  TokenFileLock lock(fd);
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return io_failure(path, "cannot be locked");
  return lock;
}

TokenFileLock::~TokenFileLock() {
  if (fd_ >= 0) ::close(fd_);
}

const Token* find_token(const std::vector<Token>& tokens, std::string_view secret) {
  const Digest digest = Sha256::of(secret);
  const Token* found = nullptr;
  for (const Token& token : tokens)
    if (::CRYPTO_memcmp(token.digest.bytes().data(), digest.bytes().data(), Digest::kBytes) == 0)
      found = &token;
  return found;
}

}  // namespace shaman::auth
