// SPDX-License-Identifier: GPL-3.0-or-later
#include "flamenco/front/head_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace shaman::proxy {
namespace {

http::RequestHead head_of(const std::string& fields, const std::string& version = "1.1") {
  http::HeadParser parser(64 * 1024);
  std::size_t consumed = 0;
  const std::string text = "GET /x HTTP/" + version + "\r\nHost: farm:8080\r\n" + fields + "\r\n";
  EXPECT_EQ(parser.parse(text, consumed), http::HeadParser::State::complete) << fields;
  return parser.take();
}

std::string passed(const std::string& fields, const std::string& version = "1.1") {
  const http::RequestHead head = head_of(fields, version);
  return request_text({head, {"10.0.0.7", "http", "farm:8080"}, "shaman-1", {}, true});
}

constexpr const char* kPassed =
    "GET /x HTTP/1.1\r\nHost: farm:8080\r\nX-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Proto: http\r\n"
    "X-Forwarded-Host: farm:8080\r\nVia: 1.1 shaman-1\r\nX-Shaman-Passed-By: shaman-1\r\n\r\n";

TEST(HeadText, ThisServerTellsOfTheClientAndNobodyElse) {
  for (const char* name : {"X-Forwarded-For",
                           "x-forwarded-port",
                           "X_Forwarded_For",
                           "X-Forwarded-Prefix",
                           "Forwarded",
                           "X-Real-IP",
                           "X_Real-IP",
                           "X-Client-IP",
                           "True-Client-IP",
                           "X-Original-URL",
                           "X-HTTP-Method-Override",
                           "X-Url-Scheme",
                           "X-Forwarded-",
                           "X-Rewrite-URL",
                           "X_Rewrite_URL",
                           "X-Original-URI",
                           "X-Original-Method",
                           "X-Path-Override",
                           "X_HTTP_Method_Override",
                           "X-Host",
                           "X-HTTP-Method",
                           "X-Remote-User",
                           "X-Auth-Request-Email"})
    EXPECT_EQ(passed(std::string(name) + ": 6.6.6.6\r\n" + name + ": 7\r\n"), kPassed) << name;
}

TEST(HeadText, OnlyWhatAManagerNeedsPasses) {
  for (const char* name :
       {"X-Client-Cert", "X-SSL-Client-DN", "Ssl-Client-Verify", "SSL_CLIENT_VERIFY",
        "X-Forwarded-Client-Cert", "Remote-User", "REMOTE_USER", "X-User", "X-Groups", "Proxy",
        "X-Token", "Tailscale-User-Login", "Cf-Access-Authenticated-User-Email", "X-Anything-New",
        "X_Shaman_Passed_By", "Accept_Encoding", "X-Forward"})
    EXPECT_EQ(passed(std::string(name) + ": anna\r\n"), kPassed) << name;
  for (const char* name : {"Accept",
                           "accept-encoding",
                           "Accept-Language",
                           "Content-Type",
                           "Cache-Control",
                           "If-None-Match",
                           "If-Modified-Since",
                           "Range",
                           "If-Range",
                           "Referer",
                           "Origin",
                           "User-Agent",
                           "Sec-Fetch-Site",
                           "Sec-WebSocket-Key",
                           "Sec-WebSocket-Version",
                           "traceparent",
                           "tracestate",
                           "X-Shaman-Original-Filename",
                           "X-Shaman-Can-Defer-Upload",
                           "Authorization",
                           "Cookie"}) {
    const std::string line = std::string(name) + ": x\r\n";
    EXPECT_NE(passed(line).find("\r\n" + line), std::string::npos) << name;
  }
}

TEST(HeadText, ViaGrowsByOne) {
  EXPECT_NE(passed("Via: 1.1 a, 1.0 b\r\nvia: 2 c\r\n")
                .find("\r\nVia: 1.1 a, 1.0 b, 2 c, 1.1 shaman-1\r\n"),
            std::string::npos);
  EXPECT_NE(passed("", "1.0").find("\r\nVia: 1.0 shaman-1\r\n"), std::string::npos);
  // RFC 9110, 7.6.1: whoever names it in Connection takes away what came before, and not our part.
  EXPECT_NE(passed("Connection: Via\r\nVia: 1.1 a\r\n").find(" shaman-1\r\n"), std::string::npos);
}

TEST(HeadText, WhatHasPassedIsKnown) {
  for (const char* via : {"1.1 shaman-1", "HTTP/1.1 SHAMAN-1 (a, b)", "1.1 a,1.1 shaman-1",
                          "1.1 a\r\nVia: 1.1\tshaman-1", "1.0 nginx (x y), 1.1 shaman-1, 1.1 z"})
    EXPECT_TRUE(has_passed(head_of("Via: " + std::string(via) + "\r\n"), "shaman-1")) << via;
  for (const char* via : {"1.1 shaman-2", "1.1 shaman-11", "", ",", "1.1 xshaman-1"})
    EXPECT_FALSE(has_passed(head_of("Via: " + std::string(via) + "\r\n"), "shaman-1")) << via;
  EXPECT_FALSE(has_passed(head_of(""), "shaman-1"));
}

TEST(HeadText, AMarkIsKnownInAnyHeaderThatAProxyKeeps) {
  for (const char* field :
       {"X-Shaman-Passed-By: shaman-1", "X-Shaman-Passed-By: shaman-0, shaman-1",
        "X-Old-Via: 1.1 shaman-1", "Forwarded: for=1;by=\"shaman-1\""})
    EXPECT_TRUE(has_passed(head_of(std::string(field) + "\r\n"), "shaman-1")) << field;
  EXPECT_FALSE(has_passed(head_of("X-Shaman-Passed-By: shaman-12\r\n"), "shaman-1"));
  EXPECT_TRUE(has_passed(head_of(marks_of("shaman-1")), "shaman-1"));
  EXPECT_NE(passed("X-Shaman-Passed-By: shaman-0\r\n")
                .find("\r\nX-Shaman-Passed-By: shaman-0, shaman-1\r\n"),
            std::string::npos);
}

TEST(HeadText, LoginCookiesEndHere) {
  for (const char* cookies :
       {"shaman_token=secret", "__Host-shaman_token=secret", " shaman_token = secret ;",
        "shaman_token=secret; shaman_token=secret2",
        "shaman_token=secret\r\nCookie: shaman_token=x"})
    EXPECT_EQ(passed("Cookie: " + std::string(cookies) + "\r\n"), kPassed) << cookies;
  const std::string mixed = passed("Cookie: a=1; shaman_token=secret; b=2\r\nCookie: c=3\r\n");
  EXPECT_NE(mixed.find("Cookie: a=1; b=2\r\n"), std::string::npos) << mixed;
  EXPECT_NE(mixed.find("Cookie: c=3\r\n"), std::string::npos) << mixed;
  EXPECT_EQ(mixed.find("secret"), std::string::npos) << mixed;
}

}  // namespace
}  // namespace shaman::proxy
