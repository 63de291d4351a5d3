// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/digest.hpp"

#include <new>
#include <stdexcept>

#include <openssl/evp.h>

#include "base/hex.hpp"

namespace shaman {
namespace {

// EVP_sha256() looks up the algorithm at every use (OpenSSL 3), so it is fetched once.
const EVP_MD* sha256() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (algorithm == nullptr) throw std::runtime_error("OpenSSL has no SHA-256");
  return algorithm;
}

}  // namespace

std::optional<Digest> Digest::from_hex(std::string_view hex) noexcept {
  if (hex.size() != kHexDigits) return std::nullopt;
  Digest digest;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if ((high | low) < 0) return std::nullopt;
    digest.bytes_[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

std::string Digest::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kHexDigits, '0');
  for (std::size_t i = 0; i < kBytes; ++i) {
    text[2 * i] = kDigits[bytes_[i] >> 4];
    text[2 * i + 1] = kDigits[bytes_[i] & 15];
  }
  return text;
}

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) {
    if (evp == nullptr) throw std::bad_alloc();
    restart();
  }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void restart() {
    if (EVP_DigestInit_ex2(evp, sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot start a SHA-256");
  }

  EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> data) {
  if (EVP_DigestUpdate(context_->evp, data.data(), data.size()) != 1)
    throw std::runtime_error("OpenSSL failed while hashing");
}

Digest Sha256::finish() {
  std::array<std::uint8_t, Digest::kBytes> bytes;
  if (EVP_DigestFinal_ex(context_->evp, bytes.data(), nullptr) != 1)
    throw std::runtime_error("OpenSSL failed while hashing");
  context_->restart();
  return Digest(bytes);
}

Digest Sha256::of(std::span<const std::byte> data) {
  Sha256 hash;
  hash.update(data);
  return hash.finish();
}

Digest Sha256::of(std::string_view text) {
  return of(std::as_bytes(std::span(text)));
}

}  // namespace shaman
