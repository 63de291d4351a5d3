// SPDX-License-Identifier: GPL-3.0-or-later
#include "auth/jwt.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include <jwt.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "shaman/text.hpp"

#include "auth/base64url.hpp"

namespace shaman::auth {
namespace {

using nlohmann::json;

constexpr int kLeastRsaBits = 2048;
constexpr int kP256Bits = 256;

Error refused(const std::string& why) {
  return {errc::malformed_request, "the JWT " + why};
}

// The algorithm that a key is for; empty: none that is taken.
std::string algorithm_of(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&::BIO_free)> memory(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &::BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(
      ::PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr), &::EVP_PKEY_free);
  if (!key) return {};
  const int kind = ::EVP_PKEY_get_base_id(key.get());
  const int bits = ::EVP_PKEY_get_bits(key.get());
  if (kind == EVP_PKEY_RSA && bits >= kLeastRsaBits) return "RS256";
  return kind == EVP_PKEY_EC && bits == kP256Bits ? "ES256" : "";
}

json part_of(std::string_view token, std::size_t number) {
  for (; number > 0; --number)
    token.remove_prefix(std::min(token.find('.'), token.size() - 1) + 1);
  const auto decoded = from_base64url(token.substr(0, token.find('.')));
  return decoded ? json::parse(*decoded, nullptr, false) : json();
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool has_audience(const json& claims, const std::string& audience) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  if (!found->is_array()) return *found == audience;
  return std::find(found->begin(), found->end(), json(audience)) != found->end();
}

result<Principal> principal_of(const json& claims) {
  const auto role = role_of(text_of(claims, "role"));
  const std::string subject = text_of(claims, "sub");
  if (!role) return refused("has no role (submit, worker or admin)");
  if (subject.empty()) return refused("has no sub");
  return Principal{"jwt " + text::printable(subject), *role, "jwt " + subject};
}

}  // namespace

result<JwtKeys> JwtKeys::load(const JwtOptions& options) {
  JwtKeys keys;
  keys.issuer_ = options.issuer;
  keys.audience_ = options.audience;
  for (const auto& [id, path] : options.keys) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
      return Error{errc::io_error,
                   "the key " + text::printable(path) + " cannot be read: " + std::strerror(errno)};
    std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::string algorithm = algorithm_of(pem);
    if (algorithm.empty())
      return Error{errc::malformed_request,
                   "the key " + text::printable(path) +
                       " is no public key in PEM for ES256 (P-256) or RS256 (RSA, 2048 bits or "
                       "more)"};
    keys.keys_.push_back({id, std::move(algorithm), std::move(pem)});
  }
  const int given =
      int{!keys.empty()} + int{!options.issuer.empty()} + int{!options.audience.empty()};
  if (given != 0 && given != 3)
    return Error{errc::malformed_request,
                 "JWTs need all three of auth.jwt-keys, auth.jwt-issuer and auth.jwt-audience"};
  return keys;
}

bool JwtKeys::is_jwt(std::string_view bearer) {
  return std::ranges::count(bearer, '.') == 2;
}

result<const JwtKeys::Key*> JwtKeys::key_for(std::string_view token) const {
  const json header = part_of(token, 0);
  if (!header.is_object()) return refused("has no header");
  const std::string id = text_of(header, "kid");
  const auto key = std::ranges::find_if(
      keys_, [&](const Key& each) { return each.id == id || (id.empty() && keys_.size() == 1); });
  if (key == keys_.end()) return refused("is signed with a key that is not known here");
  if (text_of(header, "alg") != key->algorithm)
    return refused("must be signed with " + key->algorithm);
  return &*key;
}

result<Principal> JwtKeys::verify(const std::string& token, Time now) const {
  const auto key = key_for(token);
  if (!key) return key.error();
  ::jwt_t* decoded = nullptr;
  const std::string& pem = (*key)->pem;
  const int failed =
      ::jwt_decode(&decoded, token.c_str(), reinterpret_cast<const unsigned char*>(pem.data()),
                   static_cast<int>(pem.size()));
  const std::unique_ptr<::jwt_t, decltype(&::jwt_free)> holder(decoded, &::jwt_free);
  if (failed != 0) return refused("has a wrong signature");
  // What was checked, and not only what the token says.
  if (::jwt_get_alg(decoded) != ::jwt_str_alg((*key)->algorithm.c_str()))
    return refused("must be signed with " + (*key)->algorithm);
  const json claims = part_of(token, 1);
  const auto expires = claims.find("exp");
  if (expires == claims.end() || !expires->is_number()) return refused("has no exp");
  const auto seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (expires->get<double>() <= seconds) return refused("has expired");
  const auto begins = claims.find("nbf");
  if (begins != claims.end() && (!begins->is_number() || begins->get<double>() > seconds))
    return refused("is not valid yet");
  if (text_of(claims, "iss") != issuer_) return refused("is of another issuer");
  if (!has_audience(claims, audience_)) return refused("is for another audience");
  return principal_of(claims);
}

}  // namespace shaman::auth
