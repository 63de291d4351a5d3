// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/key_exposure.hpp"

#include <sys/stat.h>

#include "shaman/text.hpp"

#include "base/named_file/named_file.hpp"

namespace shaman::program {
namespace {

// A certificate that is given by mistake in place of a key is for everyone to read.
bool holds_key(const Options& options, const std::string& path) {
  if (options.server.tls) return true;
  const auto file = read_named_file({path, {}});
  return file && file->bytes.find("PRIVATE KEY-----") != std::string::npos;
}

void look_at(const char* option, const std::string& path, unsigned forbidden, const char* complaint,
             std::vector<KeyExposure>& exposures) {
  struct ::stat status {};
  // A deleted one is still in memory; the next start reports that it cannot be read.
  if (::stat(path.c_str(), &status) != 0) return;
  exposures.push_back(
      {option, path, (status.st_mode & forbidden) != 0, text::in_quotes(path) + " " + complaint});
}

}  // namespace

std::vector<KeyExposure> key_exposures(const Options& options) {
  std::vector<KeyExposure> exposures;
  const tls::ServerFiles& files = options.tls;
  // A group may read it: on Debian, keys belong to root and the group ssl-cert.
  const bool is_separate = !files.key.empty();
  const std::string& key = is_separate ? files.key : files.certificate;
  if (files.is_on() && holds_key(options, key))
    look_at(
        is_separate ? "tls.key" : "tls.certificate", key, S_IROTH | S_IWOTH,
        "holds the private key of this server, and every user of this machine can read it: chmod"
        " o= it, and have the certificate renewed with another key, since this one may be known",
        exposures);
  for (const auto& [id, path] : options.access.jwt.keys)
    look_at("auth.jwt-keys", path, S_IWOTH,
            "says whose JWTs are good (auth.jwt-keys), and every user of this machine can replace"
            " it: chmod o-w it",
            exposures);
  return exposures;
}

}  // namespace shaman::program
