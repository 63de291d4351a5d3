// SPDX-License-Identifier: GPL-3.0-or-later
#include "options/certificate_checks.hpp"

#include <chrono>
#include <cstdint>
#include <string>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "shaman/text.hpp"

#include "base/utc.hpp"
#include "tls/context.hpp"

namespace shaman::program {
namespace {

constexpr std::chrono::days kSoonExpired{21};

bool has_alternative_names(X509* certificate) {
  auto* const names = static_cast<GENERAL_NAMES*>(
      ::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const bool has_any = names != nullptr;
  ::GENERAL_NAMES_free(names);
  return has_any;
}

bool is_for(X509* certificate, const std::string& host) {
  return ::X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1 ||
         ::X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

// `today`, `in 4 days`.
std::string from_now(std::chrono::system_clock::duration left) {
  const auto days = std::chrono::duration_cast<std::chrono::days>(left).count();
  return days == 0 ? "today"
                   : "in " + text::count_of(static_cast<std::uint64_t>(days), "day", "days");
}

void check_expiry(const Options& options, Findings& found) {
  const auto expires = options.server.tls->expires();
  const auto left = expires - std::chrono::system_clock::now();
  const std::string file = text::in_quotes(options.tls.certificate);
  if (left.count() <= 0)
    found.wrong("tls.certificate", file + " has expired (" + utc_text(expires) +
                                       "), and clients reject it; renew it and send SIGHUP");
  else if (left < kSoonExpired)
    found.doubtful("tls.certificate", file + " expires " + from_now(left) + " (" +
                                          utc_text(expires) + "); renew it and send SIGHUP");
}

}  // namespace

void check_certificate(const Options& options, Findings& found) {
  const tls::ServerIdentity& identity = *options.server.tls;
  X509* const certificate = ::SSL_CTX_get0_certificate(identity.context().get());
  const std::string file = text::in_quotes(options.tls.certificate);
  check_expiry(options, found);
  if (::X509_cmp_current_time(::X509_get0_notBefore(certificate)) > 0)
    found.wrong("tls.certificate",
                file + " is not valid yet, and clients reject it; check the clock of this machine");
  if (!has_alternative_names(certificate))
    found.doubtful("tls.certificate", file +
                                          " has no subjectAltName, and clients reject it; issue it "
                                          "with the server's names as subjectAltName");
  for (const std::string& host : options.server.allowed_hosts)
    if (!is_for(certificate, host))
      found.doubtful("tls.certificate",
                     file + " is not for " + text::in_quotes(host) +
                         ", a name in allowed-hosts; clients that use this name reject it");
}

}  // namespace shaman::program
