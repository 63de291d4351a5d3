// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/refusal.hpp"

#include <gmock/gmock.h>

namespace shaman::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

HttpResponse page(unsigned status, const std::string& title) {
  HttpResponse answer;
  answer.status = status;
  answer.content_type = "text/html";
  answer.server = "nginx/1.22.1";
  answer.body = "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" +
                title + "</h1></center>\r\n</body>\r\n</html>\r\n";
  return answer;
}

TEST(Refusal, TellsAProxysAnswerFromTheServers) {
  const auto told = [](unsigned status, const std::string& title) {
    return refusal("did not accept the file \"a.png\"", page(status, title)).message();
  };
  EXPECT_THAT(
      told(413, "413 Request Entity Too Large"),
      AllOf(HasSubstr("a.png"), HasSubstr("proxy"), HasSubstr("nginx/1.22.1"),
            HasSubstr("client_max_body_size"), Not(HasSubstr("<")), Not(HasSubstr("\\x0d"))));
  EXPECT_THAT(told(502, "502 Bad Gateway"),
              AllOf(HasSubstr("proxy"), HasSubstr("cannot reach the server behind it")));
  EXPECT_THAT(told(504, "504 Gateway Time-out"),
              AllOf(HasSubstr("did not answer in time"), HasSubstr("may still be working")));
  EXPECT_THAT(told(403, "403 Forbidden"), HasSubstr("blocks this request"));
  EXPECT_THAT(told(407, "Authentication"), HasSubstr("HTTPS_PROXY"));
}

TEST(Refusal, TellsAnotherWebServerFromAProxy) {
  for (const unsigned status : {404U, 405U, 501U})
    EXPECT_THAT(refusal("did not answer", page(status, "Error response")).message(),
                AllOf(HasSubstr("neither a Shaman server nor a Flamenco Manager"),
                      HasSubstr(std::to_string(status)), HasSubstr("the address and the port"),
                      Not(HasSubstr("proxy"))));
}

TEST(Refusal, LeavesTheServersWordsToTheServer) {
  HttpResponse answer;
  answer.status = 413;
  answer.content_type = "application/json";
  answer.body = R"({"code":413,"message":"over 5 bytes"})";
  EXPECT_THAT(
      refusal("does not take it", answer).message(),
      AllOf(HasSubstr("over 5 bytes"), HasSubstr("limit of the server"), Not(HasSubstr("proxy"))));
  EXPECT_EQ(refusal("does not take it", answer).code, errc::too_large);
  answer.status = 507;
  EXPECT_EQ(refusal("does not take it", answer).code, errc::storage_full);
}

TEST(Refusal, NamesTheTokenThatIsNotAccepted) {
  HttpResponse answer;
  answer.status = 401;
  answer.body = R"({"code":401,"message":"a token is needed: give one as `Authorization: Bearer"})";
  EXPECT_THAT(refusal("does not let you in", answer).message(),
              AllOf(HasSubstr("none was given (401)"), HasSubstr("SHAMAN_TOKEN_FILE"),
                    Not(HasSubstr("Bearer"))));
  answer.token_origin = "the file \"/t\"";
  EXPECT_THAT(refusal("does not let you in", answer).message(),
              AllOf(HasSubstr("does not accept the token in the file \"/t\" (401, a token is "
                              "needed); ask the farm's admin for a new one"),
                    Not(HasSubstr("Bearer"))));
}

TEST(Refusal, NamesTheRoleToAskFor) {
  HttpResponse answer;
  answer.status = 403;
  answer.body =
      R"({"code":403,"message":"this needs the role submit; token a has the role worker"})";
  EXPECT_THAT(refusal("does not take it", answer).message(),
              HasSubstr("; ask the farm's admin for the role submit"));
  answer.body = "because";
  EXPECT_THAT(refusal("does not take it", answer).message(), HasSubstr("admin for access"));
}

}  // namespace
}  // namespace shaman::client
