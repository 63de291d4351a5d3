// SPDX-License-Identifier: GPL-3.0-or-later
#include "auth/jwt.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>

#include <gtest/gtest.h>
#include <jwt.h>
#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "auth/base64url.hpp"
#include "temporary_folder.hpp"

namespace shaman::auth {
namespace {

using test::TemporaryFolder;

using nlohmann::json;

struct KeyPair {
  std::string secret;
  std::string open;
};

std::string pem_of(EVP_PKEY* key, bool is_secret) {
  const std::unique_ptr<BIO, decltype(&::BIO_free)> memory(::BIO_new(::BIO_s_mem()), &::BIO_free);
  if (is_secret)
    ::PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  else
    ::PEM_write_bio_PUBKEY(memory.get(), key);
  char* data = nullptr;
  const long size = ::BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

KeyPair make_keys(const char* kind) {
  EVP_PKEY* const key = std::string(kind) == "RSA" ? ::EVP_RSA_gen(2048) : ::EVP_EC_gen("P-256");
  KeyPair pair{pem_of(key, true), pem_of(key, false)};
  ::EVP_PKEY_free(key);
  return pair;
}

constexpr std::int64_t kNow = 1'800'000'000;

json good_claims() {
  return {
      {"iss", "farm"}, {"aud", "shaman"}, {"sub", "anna"}, {"role", "submit"}, {"exp", kNow + 60}};
}

std::string sign(const json& claims, jwt_alg_t algorithm, const std::string& key,
                 const char* id = nullptr) {
  jwt_t* token = nullptr;
  ::jwt_new(&token);
  ::jwt_add_grants_json(token, claims.dump().c_str());
  if (id != nullptr) ::jwt_add_header(token, "kid", id);
  if (algorithm == JWT_ALG_NONE)
    ::jwt_set_alg(token, algorithm, nullptr, 0);
  else
    ::jwt_set_alg(token, algorithm, reinterpret_cast<const unsigned char*>(key.data()),
                  static_cast<int>(key.size()));
  char* const text = ::jwt_encode_str(token);
  const std::string signed_text = text == nullptr ? "" : text;
  ::free(text);
  ::jwt_free(token);
  return signed_text;
}

class JwtTest : public testing::TestWithParam<const char*> {
 protected:
  JwtTest() {
    std::ofstream(folder_.path() + "/key.pem") << keys_.open;
    auto loaded = JwtKeys::load({{{"one", folder_.path() + "/key.pem"}}, "farm", "shaman"});
    if (loaded) jwt_ = *std::move(loaded);
  }
  // Who it is, or what is wrong.
  std::string verify(const std::string& token) {
    const auto who =
        jwt_.verify(token, std::chrono::system_clock::from_time_t(static_cast<time_t>(kNow)));
    return who ? who->name + ", " + std::string(name_of(who->role)) : who.error().message();
  }
  std::string verify(const json& claims) { return verify(sign(claims, algorithm_, keys_.secret)); }
  std::string verify_without(const char* claim) {
    json claims = good_claims();
    claims.erase(claim);
    return verify(claims);
  }
  std::string verify_with(const char* claim, const json& value) {
    json claims = good_claims();
    claims[claim] = value;
    return verify(claims);
  }

  TemporaryFolder folder_;
  const KeyPair keys_ = make_keys(GetParam());
  const jwt_alg_t algorithm_ = std::string(GetParam()) == "RSA" ? JWT_ALG_RS256 : JWT_ALG_ES256;
  JwtKeys jwt_;
};

TEST_P(JwtTest, AGoodOneSaysWhoItIs) {
  EXPECT_EQ(verify(good_claims()), "jwt anna, submit");
  EXPECT_EQ(verify(sign(good_claims(), algorithm_, keys_.secret, "one")), "jwt anna, submit");
  EXPECT_EQ(verify_with("aud", {"other", "shaman"}), "jwt anna, submit");
}

TEST_P(JwtTest, EveryClaimIsNeeded) {
  EXPECT_EQ(verify_without("exp"), "the JWT has no exp");
  EXPECT_EQ(verify_without("aud"), "the JWT is for another audience");
  EXPECT_EQ(verify_without("iss"), "the JWT is from another issuer");
  EXPECT_EQ(verify_without("role"), "the JWT has no role (submit, worker or admin)");
  EXPECT_EQ(verify_without("sub"), "the JWT has no sub");
}

TEST_P(JwtTest, EveryClaimMustFit) {
  EXPECT_EQ(verify_with("exp", kNow), "the JWT has expired");
  EXPECT_EQ(verify_with("exp", "later"), "the JWT has no exp");
  EXPECT_EQ(verify_with("nbf", kNow + 5), "the JWT is not valid yet");
  EXPECT_EQ(verify_with("aud", "other"), "the JWT is for another audience");
  EXPECT_EQ(verify_with("aud", json::array()), "the JWT is for another audience");
  EXPECT_EQ(verify_with("iss", "other"), "the JWT is from another issuer");
  EXPECT_EQ(verify_with("role", "root"), "the JWT has no role (submit, worker or admin)");
}

// A token with any header, text for text, and a signature that is good.
std::string sign_as_written(const std::string& header, const std::string& claims,
                            const std::string& secret, bool is_rsa) {
  const auto encode = [](const std::string& text) {
    return to_base64url(std::as_bytes(std::span(text)));
  };
  const std::string start = encode(header) + "." + encode(claims);
  const std::unique_ptr<BIO, decltype(&::BIO_free)> memory(
      ::BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size())), &::BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(
      ::PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr), &::EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context(::EVP_MD_CTX_new(),
                                                                          &::EVP_MD_CTX_free);
  ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key.get());
  std::string signature(512, '\0');
  std::size_t size = signature.size();
  ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(start.data()), start.size());
  signature.resize(size);
  if (!is_rsa) {
    // RFC 7518, 3.4: two numbers of 32 bytes, and not the DER that OpenSSL makes.
    const auto* der = reinterpret_cast<const unsigned char*>(signature.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&::ECDSA_SIG_free)> pair(
        ::d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)), &::ECDSA_SIG_free);
    signature.assign(64, '\0');
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    ::BN_bn2binpad(::ECDSA_SIG_get0_r(pair.get()), out, 32);
    ::BN_bn2binpad(::ECDSA_SIG_get0_s(pair.get()), out + 32, 32);
  }
  return start + "." + encode(signature);
}

TEST_P(JwtTest, AHeaderThatNeedsMoreThanIsKnownIsRefused) {
  const bool is_rsa = algorithm_ == JWT_ALG_RS256;
  const std::string alg = std::string(R"("alg":")") + (is_rsa ? "RS256" : "ES256") + '"';
  const auto verify_header = [&](const std::string& more) {
    return verify(
        sign_as_written("{" + alg + more + "}", good_claims().dump(), keys_.secret, is_rsa));
  };
  for (const char* harmless : {"", R"(,"typ":"JWT")", R"(,"typ":"jwt")", R"(,"kid":"one")",
                               R"(,"b64":true)", R"(,"x":{"crit":[]})"})
    EXPECT_EQ(verify_header(harmless), "jwt anna, submit") << harmless;
  for (const char* more :
       {R"(,"crit":["exp"])", R"(,"crit":["x"],"x":1)", R"(,"crit":[])", R"(,"crit":null)",
        R"(,"crit":"exp")", R"(,"crit":{})", R"(,"crit":["b64"],"b64":true)"})
    EXPECT_EQ(verify_header(more),
              "the JWT needs extensions (crit) that this server does not support")
        << more;
  for (const char* more : {R"(,"b64":false)", R"(,"b64":"true")", R"(,"b64":null)"})
    EXPECT_EQ(verify_header(more), "the JWT has a payload that is not encoded (b64)") << more;
  for (const char* more :
       {R"(,"typ":"logout+jwt")", R"(,"typ":"at+jwt")", R"(,"typ":5)", R"(,"typ":"")"})
    EXPECT_EQ(verify_header(more), "the JWT has a typ other than JWT") << more;
  EXPECT_EQ(verify_header(R"(,"cty":"JWT")"), "the JWT contains another token (cty)");
  EXPECT_EQ(verify_header(R"(,"kid":5)"), "the JWT has a kid that is not a string");
}

TEST_P(JwtTest, NamesThatOccurTwiceAreRefused) {
  const bool is_rsa = algorithm_ == JWT_ALG_RS256;
  const std::string alg = std::string(R"("alg":")") + (is_rsa ? "RS256" : "ES256") + '"';
  const auto verify_text = [&](const std::string& header, const std::string& claims) {
    return verify(sign_as_written(header, claims, keys_.secret, is_rsa));
  };
  const std::string claims = good_claims().dump();
  const std::string start = claims.substr(0, claims.size() - 1);
  EXPECT_EQ(verify_text("{" + alg + "}", claims), "jwt anna, submit");
  EXPECT_EQ(verify_text("{" + alg + R"(,"kid":"two","kid":"one"})", claims),
            "the JWT has no header in compact JSON, or a name occurs twice in it");
  EXPECT_EQ(verify_text(R"({"alg":"none",)" + alg + "}", claims),
            "the JWT has no header in compact JSON, or a name occurs twice in it");
  // Not to be known for a token in an address.
  EXPECT_EQ(verify_text("{ " + alg + "}", claims),
            "the JWT has no header in compact JSON, or a name occurs twice in it");
  EXPECT_FALSE(verify_text("{" + alg + "}", " " + claims).starts_with("jwt "));
  for (const char* more : {R"(,"role":"admin"})", R"(,"x":[{"a":1,"a":2}]})"})
    EXPECT_EQ(verify_text("{" + alg + "}", start + more),
              "the JWT has no claims, or a claim that occurs twice");
  for (const char* odd : {"[]", "5", "", "{", R"("text")", "{}x"})
    EXPECT_TRUE(verify_text("{" + alg + "}", odd).starts_with("the JWT has ")) << odd;
}

// Whoever makes a token can put a key of its own into it.
TEST_P(JwtTest, AKeyInTheTokenIsNoKey) {
  const bool is_rsa = algorithm_ == JWT_ALG_RS256;
  const std::string alg = std::string(R"("alg":")") + (is_rsa ? "RS256" : "ES256") + '"';
  const KeyPair stranger = make_keys(GetParam());
  for (const char* more :
       {R"(,"jwk":{"kty":"EC"})", R"(,"jku":"http://127.0.0.1/keys")", R"(,"x5c":["MIIB"])"})
    EXPECT_EQ(verify(sign_as_written("{" + alg + more + "}", good_claims().dump(), stranger.secret,
                                     is_rsa)),
              "the JWT has an invalid signature");
}

TEST_P(JwtTest, NoneIsNoSignature) {
  const std::string token = sign(good_claims(), JWT_ALG_NONE, "");
  ASSERT_FALSE(token.empty());
  EXPECT_NE(verify(token).find("must be signed with"), std::string::npos) << verify(token);
}

TEST_P(JwtTest, ThePublicKeyIsNoSecret) {
  const std::string token = sign(good_claims(), JWT_ALG_HS256, keys_.open);
  ASSERT_FALSE(token.empty());
  EXPECT_NE(verify(token).find("must be signed with"), std::string::npos) << verify(token);
}

TEST_P(JwtTest, TheOtherKindIsRefused) {
  const bool is_rsa = algorithm_ == JWT_ALG_RS256;
  const KeyPair other = make_keys(is_rsa ? "EC" : "RSA");
  const auto token = sign(good_claims(), is_rsa ? JWT_ALG_ES256 : JWT_ALG_RS256, other.secret);
  EXPECT_NE(verify(token).find("must be signed with"), std::string::npos);
}

TEST_P(JwtTest, AnotherKeyOrIdIsRefused) {
  EXPECT_EQ(verify(sign(good_claims(), algorithm_, make_keys(GetParam()).secret)),
            "the JWT has an invalid signature");
  EXPECT_EQ(verify(sign(good_claims(), algorithm_, keys_.secret, "two")),
            "the JWT is signed with a key that this server does not have");
}

TEST_P(JwtTest, WhatWasChangedIsRefused) {
  const std::string token = sign(good_claims(), algorithm_, keys_.secret);
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  json claims = good_claims();
  claims["role"] = "admin";
  const std::string text = claims.dump();
  const std::string forged = token.substr(0, first + 1) +
                             to_base64url(std::as_bytes(std::span(text))) + token.substr(second);
  EXPECT_EQ(verify(forged), "the JWT has an invalid signature");
  for (const std::string& broken :
       {std::string(".."), token.substr(0, second), token.substr(0, second + 1), token + "x",
        "x" + token, std::string("a.b.c")})
    EXPECT_EQ(verify(broken).find("jwt anna"), std::string::npos) << broken;
}

INSTANTIATE_TEST_SUITE_P(Keys, JwtTest, testing::Values("RSA", "EC"));

TEST(JwtKeysTest, KeysOfOtherKindsAreRefused) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/key.pem";
  const auto load = [&](const std::string& pem, const std::string& issuer = "i") {
    std::ofstream(path) << pem;
    return static_cast<bool>(JwtKeys::load({{{"k", path}}, issuer, "a"}));
  };
  EXPECT_TRUE(load(make_keys("EC").open));
  EXPECT_FALSE(load(make_keys("EC").open, ""));
  EXPECT_FALSE(JwtKeys::load({{}, "i", ""}));
  EXPECT_FALSE(JwtKeys::load({{}, "i", "a"}));
  EXPECT_TRUE(JwtKeys::load({{}, "", ""}));
  EXPECT_FALSE(load(make_keys("EC").secret));
  EXPECT_FALSE(load("nonsense"));
  EVP_PKEY* const small = ::EVP_RSA_gen(1024);
  EXPECT_FALSE(load(pem_of(small, false)));
  ::EVP_PKEY_free(small);
  EVP_PKEY* const other = ::EVP_EC_gen("P-384");
  EXPECT_FALSE(load(pem_of(other, false)));
  ::EVP_PKEY_free(other);
  EXPECT_FALSE(JwtKeys::load({{{"k", folder.path("none")}}, "i", "a"}));
}

}  // namespace
}  // namespace shaman::auth
