// SPDX-License-Identifier: GPL-3.0-or-later
#include "key_watch.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "shaman/text.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::seconds kPeriod{2};

}  // namespace

KeyWatch::KeyWatch(const Settings& settings)
    : settings_(settings),
      looking_(
          "key-reload", [] { return kPeriod; }, [this](const std::atomic<bool>&) { look(); }) {}

void KeyWatch::look() {
  const auto options = settings_.current();
  const tls::ServerFiles& files = options->tls;
  // Of a group it may be: on Debian, keys are root's and of the group ssl-cert.
  if (files.is_on())
    look_at(
        files.key.empty() ? files.certificate : files.key, S_IROTH | S_IWOTH,
        "holds the private key of this server, and everybody on this machine can read it: chmod"
        " o= it, and have the certificate renewed with another key, since this one may be known");
  for (const auto& [id, path] : options->access.jwt.keys)
    look_at(path, S_IWOTH,
            "says whose JWTs are good (auth.jwt-keys), and everybody on this machine can replace"
            " it: chmod o-w it");
}

void KeyWatch::look_at(const std::string& path, unsigned forbidden, const char* complaint) {
  struct ::stat status {};
  // One that is gone is in memory; the next start says that it cannot be read.
  if (::stat(path.c_str(), &status) != 0) return;
  const bool is_open = (status.st_mode & forbidden) != 0;
  bool& was_open = is_open_[path];
  if (is_open && !was_open) spdlog::error("{} {}", text::printable(path), complaint);
  was_open = is_open;
}

}  // namespace shaman::program
