// SPDX-License-Identifier: GPL-3.0-or-later
#include "auth/jwt.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include <jwt.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "shaman/text.hpp"

#include "auth/base64url.hpp"
#include "base/json_members.hpp"
#include "base/named_file/named_file.hpp"

namespace shaman::auth {
namespace {

using nlohmann::json;

constexpr int kLeastRsaBits = 2048;
constexpr int kP256Bits = 256;

Error refused(const std::string& why) {
  return {errc::invalid_argument, "the JWT " + why};
}

// The algorithm of a public key in PEM; empty if the key is of another kind or too short.
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

// Nothing if the text is not a JSON object or has a name twice: this server and the issuer could
// read such an object differently (RFC 7515, 4 and RFC 7519, 4).
std::optional<json> object_in(const std::string& text) {
  std::vector<std::set<std::string>> open;
  bool has_twice = false;
  const auto look = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key)
      has_twice = !open.back().insert(parsed.get<std::string>()).second || has_twice;
    return true;
  };
  json parsed = json::parse(text, look, false);
  if (has_twice || !parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<json> part_of(std::string_view token, std::size_t number) {
  for (; number > 0; --number)
    token.remove_prefix(std::min(token.find('.'), token.size() - 1) + 1);
  const std::string_view part = token.substr(0, token.find('.'));
  // Every library writes compact JSON, which begins with these letters. The code that keeps tokens
  // out of logs and out of addresses for a Manager (http/target.hpp) recognises a JWT by them, so a
  // JWT that begins differently must not be valid.
  if (!part.starts_with("eyJ")) return std::nullopt;
  const auto decoded = from_base64url(part);
  return decoded ? object_in(*decoded) : std::nullopt;
}

// Checks the header parameters other than the algorithm and the key (RFC 7515, 4.1).
result<void> check_header(const json& header) {
  // RFC 7515, 4.1.11: a token with an unsupported extension is invalid. This server supports none,
  // and an empty list is malformed.
  if (header.contains("crit"))
    return refused("needs extensions (crit) that this server does not support");
  // RFC 7797, 7: the payload of a JWT is always encoded.
  if (const auto encoded = header.find("b64"); encoded != header.end() && *encoded != true)
    return refused("has a payload that is not encoded (b64)");
  // RFC 8725, 3.11: the same key may sign tokens for other purposes.
  if (header.contains("typ") && !text::is_same_but_for_case(text_of(header, "typ"), "JWT"))
    return refused("has a typ other than JWT");
  if (header.contains("cty")) return refused("contains another token (cty)");
  if (const auto id = header.find("kid"); id != header.end() && !id->is_string())
    return refused("has a kid that is not a string");
  return {};
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
  if (!options.is_complete())
    return Error{errc::invalid_argument,
                 "JWTs need all three of auth.jwt-keys, auth.jwt-issuer and auth.jwt-audience"};
  JwtKeys keys;
  keys.issuer_ = options.issuer;
  keys.audience_ = options.audience;
  for (const auto& [id, path] : options.keys) {
    auto file = read_named_file({path, "auth.jwt-keys"});
    if (!file) return file.error();
    std::string algorithm = algorithm_of(file->bytes);
    if (algorithm.empty())
      return Error{errc::invalid_argument,
                   "auth.jwt-keys: " + text::printable(path) +
                       " is not a public key in PEM for ES256 (P-256) or RS256 (RSA, at least 2048 "
                       "bits)"};
    keys.keys_.push_back({id, std::move(algorithm), std::move(file->bytes)});
  }
  return keys;
}

bool JwtKeys::is_jwt(std::string_view bearer) {
  return std::ranges::count(bearer, '.') == 2;
}

result<const JwtKeys::Key*> JwtKeys::key_for(std::string_view token) const {
  const auto found = part_of(token, 0);
  if (!found) return refused("has no header in compact JSON, or a name occurs twice in it");
  const json& header = *found;
  if (auto good = check_header(header); !good) return good.error();
  const std::string id = text_of(header, "kid");
  const auto key = std::ranges::find_if(
      keys_, [&](const Key& each) { return each.id == id || (id.empty() && keys_.size() == 1); });
  if (key == keys_.end()) return refused("is signed with a key that this server does not have");
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
  if (failed != 0) return refused("has an invalid signature");
  // Compares the algorithm that libjwt used, and not only the one that the header names.
  if (::jwt_get_alg(decoded) != ::jwt_str_alg((*key)->algorithm.c_str()))
    return refused("must be signed with " + (*key)->algorithm);
  const auto found = part_of(token, 1);
  if (!found) return refused("has no claims, or a claim that occurs twice");
  const json& claims = *found;
  const auto expires = claims.find("exp");
  if (expires == claims.end() || !expires->is_number()) return refused("has no exp");
  const auto seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  if (expires->get<double>() <= seconds) return refused("has expired");
  const auto begins = claims.find("nbf");
  if (begins != claims.end() && (!begins->is_number() || begins->get<double>() > seconds))
    return refused("is not valid yet");
  if (text_of(claims, "iss") != issuer_) return refused("is from another issuer");
  if (!has_audience(claims, audience_)) return refused("is for another audience");
  return principal_of(claims);
}

}  // namespace shaman::auth
