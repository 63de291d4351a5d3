// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/auth/access.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "shaman/auth/token_file.hpp"
#include "shaman/text.hpp"

#include "auth/jwt.hpp"

namespace shaman::auth {
namespace {

// A revoked token stays valid for at most this long.
constexpr std::chrono::seconds kLookAgain{2};
// Kept only to name them in the log.
constexpr std::size_t kMostRevoked = 1000;

struct FileState {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  std::uint64_t inode = 0;
  std::int64_t size = -1;
  // The time of the last change of mode, owner or access control list.
  std::int64_t changed_seconds = 0;
  std::int64_t changed_nanoseconds = 0;
  std::uint32_t mode = 0;
  friend bool operator==(const FileState&, const FileState&) = default;
};

FileState state_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ino, status.st_size,
          status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_mode};
}

// The tokens of the file as of at most kLookAgain ago.
class Tokens {
 public:
  static result<Tokens> open(std::string path) {
    Tokens tokens;
    tokens.path_ = std::move(path);
    if (tokens.path_.empty()) return tokens;
    tokens.state_ = state_of(tokens.path_);
    auto read = TokenFile::read(tokens.path_);
    if (!read) return read.error();
    tokens.list_ = std::make_shared<const std::vector<Token>>(*std::move(read));
    return tokens;
  }

  // What was revoked since this was opened; the file does not have it any more.
  [[nodiscard]] std::shared_ptr<const std::vector<Token>> revoked() const { return revoked_; }

  std::shared_ptr<const std::vector<Token>> current() {
    const auto now = std::chrono::steady_clock::now();
    if (path_.empty() || now - looked_ < kLookAgain) return list_;
    looked_ = now;
    look();
    return list_;
  }

  [[nodiscard]] bool is_broken() const { return is_broken_; }

  void look() {
    if (path_.empty()) return;
    const FileState state = state_of(path_);
    if (state == state_) return;
    // A token file that is unreadable, damaged or readable by other users gives no client access.
    auto read = TokenFile::read(path_);
    log(read);
    state_ = state;
    if (read) note_revoked(*read);
    list_ =
        std::make_shared<const std::vector<Token>>(read ? *std::move(read) : std::vector<Token>());
  }

 private:
  void note_revoked(const std::vector<Token>& now) {
    std::vector<Token> revoked = *revoked_;
    const auto has = [](const std::vector<Token>& tokens, const Token& token) {
      return std::ranges::find(tokens, token.digest, &Token::digest) != tokens.end();
    };
    for (const Token& token : *list_)
      if (!has(now, token) && !has(revoked, token)) revoked.push_back(token);
    if (revoked.size() > kMostRevoked)
      revoked.erase(revoked.begin(), revoked.end() - std::ptrdiff_t{kMostRevoked});
    revoked_ = std::make_shared<const std::vector<Token>>(std::move(revoked));
  }

  void log(const result<std::vector<Token>>& read) {
    if (!read)
      spdlog::error("{}; until the file is corrected, no token is accepted",
                    text::printable(read.error().message()));
    else if (is_broken_)
      spdlog::info("the token file {} can be used again: {}", text::printable(path_),
                   text::count_of(read->size(), "token", "tokens"));
    is_broken_ = !read;
  }

  std::string path_;
  bool is_broken_ = false;
  FileState state_;
  std::chrono::steady_clock::time_point looked_;
  std::shared_ptr<const std::vector<Token>> list_ = std::make_shared<const std::vector<Token>>();
  std::shared_ptr<const std::vector<Token>> revoked_ = std::make_shared<const std::vector<Token>>();
};

// Either may be null.
std::string why_unknown(const Token* expired, const Token* revoked) {
  if (expired != nullptr)
    return "the token of " + text::in_quotes(expired->name) + " expired " +
           time_text(*expired->expires);
  if (revoked != nullptr) return "the token of " + text::in_quotes(revoked->name) + " was revoked";
  return "the token is not in the token file";
}

struct Network {
  AddressRanges range;
  Role role;
  std::string text;
};

}  // namespace

struct Access::Impl {
  std::mutex mutex;
  Tokens tokens;  // guarded by mutex
  JwtKeys keys;
  std::map<std::string, Role, std::less<>> certificates;
  std::vector<Network> networks;

  Principal by_bearer(std::string_view bearer) {
    if (!keys.empty() && JwtKeys::is_jwt(bearer)) {
      auto found = keys.verify(std::string(bearer), std::chrono::system_clock::now());
      return found ? *std::move(found) : Principal{found.error().message(), Role::nobody};
    }
    std::shared_ptr<const std::vector<Token>> list;
    std::shared_ptr<const std::vector<Token>> revoked;
    {
      const std::lock_guard lock(mutex);
      list = tokens.current();
      revoked = tokens.revoked();
      if (tokens.is_broken())
        return {
            "the server cannot use its token file, and accepts no token until its admin has"
            " corrected the file (the server's log says what is wrong)",
            Role::nobody};
    }
    const Token* const token = find_token(*list, bearer);
    if (token != nullptr && !has_expired(*token, std::chrono::system_clock::now()))
      return {"token " + token->name, token->role, "token " + token->name};
    return {"the token is unknown or has expired",
            Role::nobody,
            {},
            why_unknown(token, find_token(*revoked, bearer))};
  }

  [[nodiscard]] std::optional<Principal> by_certificate(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    for (const std::string_view wanted : {name, std::string_view("*")}) {
      const auto found = certificates.find(wanted);
      if (found != certificates.end())
        return Principal{"certificate " + text::printable(name), found->second,
                         "certificate " + std::string(name)};
    }
    return std::nullopt;
  }

  [[nodiscard]] Principal by_address(std::string_view address) const {
    Principal found{"a token is needed", Role::nobody, {}, "no token was given"};
    for (const Network& network : networks)
      if (network.role > found.role && network.range.contains(address))
        found = {std::string(address), network.role, "network " + network.text};
    return found;
  }
};

Access::Access(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Access::~Access() = default;

result<std::shared_ptr<const Access>> Access::open(const AccessOptions& options) {
  auto impl = std::make_unique<Impl>();
  auto tokens = Tokens::open(options.token_file);
  if (!tokens) return tokens.error();
  impl->tokens = *std::move(tokens);
  auto keys = JwtKeys::load(options.jwt);
  if (!keys) return keys.error();
  impl->keys = *std::move(keys);
  impl->certificates.insert(options.certificates.begin(), options.certificates.end());
  for (const auto& [text, role] : options.networks) {
    Network network{{}, role, text};
    if (auto added = network.range.add(text); !added) return added.error();
    impl->networks.push_back(std::move(network));
  }
  return std::shared_ptr<const Access>(new Access(std::move(impl)));
}

Principal Access::who(const Credentials& given) const {
  if (!given.bearer.empty()) return impl_->by_bearer(given.bearer);
  if (auto found = impl_->by_certificate(given.certificate)) return *std::move(found);
  return impl_->by_address(given.address);
}

void Access::look_again() const {
  const std::lock_guard lock(impl_->mutex);
  impl_->tokens.look();
}

}  // namespace shaman::auth
