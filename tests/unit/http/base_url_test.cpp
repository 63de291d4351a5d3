// SPDX-License-Identifier: GPL-3.0-or-later
#include "shaman/client/base_url.hpp"

#include <gtest/gtest.h>

namespace shaman::client {
namespace {

struct Case {
  const char* text;
  BaseUrl url;
  const char* written;
};

TEST(BaseUrl, UnderstandsWhatPeopleWrite) {
  const Case cases[] = {
      {"http://manager.local:8080", {"manager.local", 8080, ""}, "http://manager.local:8080"},
      {"http://manager.local:8080/", {"manager.local", 8080, ""}, "http://manager.local:8080"},
      {"HTTP://manager", {"manager", 80, ""}, "http://manager"},
      {"manager:8080", {"manager", 8080, ""}, "http://manager:8080"},
      {"http://10.0.0.7:80", {"10.0.0.7", 80, ""}, "http://10.0.0.7"},
      {"http://[::1]:8080", {"::1", 8080, ""}, "http://[::1]:8080"},
      {"http://[fe80::1%eth0]", {"fe80::1%eth0", 80, ""}, "http://[fe80::1%eth0]"},
      {"http://h:1/~TOKEN", {"h", 1, "/~TOKEN"}, "http://h:1/~TOKEN"},
      {"http://h/a/b//", {"h", 80, "/a/b"}, "http://h/a/b"},
      {"https://h", {"h", 443, "", true}, "https://h"},
      {"HTTPS://h:8443/x", {"h", 8443, "/x", true}, "https://h:8443/x"},
      {"https://h:80", {"h", 80, "", true}, "https://h:80"},
  };
  for (const Case& c : cases) {
    const result<BaseUrl> url = BaseUrl::parse(c.text);
    ASSERT_TRUE(url) << c.text;
    EXPECT_EQ(*url, c.url) << c.text;
    EXPECT_EQ(url->text(), c.written);
  }
}

TEST(BaseUrl, TakesWhatWasCopiedWithMoreThanTheAddress) {
  const BaseUrl plain{"h", 8080, ""};
  for (const char* const text : {" http://h:8080 ", "http://h:8080\r\n", "\thttp://h:8080/\n",
                                 "http://h:8080/api/v3", "http://h:8080/api/v3/shaman/info?x",
                                 "http://h:8080/app/jobs", "http://h:8080/app/jobs/2f-3",
                                 "http://h:8080/app/workers#top", "http://h:8080/app/jobs/"}) {
    const result<BaseUrl> url = BaseUrl::parse(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(*url, plain) << text;
  }
  EXPECT_EQ(BaseUrl::parse("http://h/farm/app/jobs")->prefix, "/farm");
  EXPECT_EQ(BaseUrl::parse("http://h/~TOKEN/app/jobs")->prefix, "/~TOKEN");
  // Not everything of a similar name is meant.
  for (const char* const prefix : {"/app", "/app/jobsite", "/api/v30", "/my/application"})
    EXPECT_EQ(BaseUrl::parse(std::string("http://h") + prefix)->prefix, prefix);
}

TEST(BaseUrl, ShowsNoToken) {
  for (const char* const text : {"http://h/~secret?x", "http:///~secret", "h:x/%7Esecret"})
    EXPECT_EQ(BaseUrl::parse(text).error().message().find("secret"), std::string::npos) << text;
}

TEST(BaseUrl, ShowsNoPassword) {
  for (const char* const text :
       {"http://me:secret@h", "me:secret@h", "http://me:se/secret@h", "http://me:secret@h@x?y",
        "ftp://secret@h", "http://h:80/x/secret@h", "https://me:1/secret@h/~secret"}) {
    const result<BaseUrl> url = BaseUrl::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message().find("secret"), std::string::npos) << text;
  }
  EXPECT_EQ(BaseUrl::without_secrets("http://h:80/a"), "http://h:80/a");
  EXPECT_EQ(BaseUrl::without_secrets("http://me:x@h/~T/a"), "http://…@h/~…");
}

TEST(BaseUrl, SaysWhatIsWrong) {
  for (const char* const text :
       {"", "http://", "https://", "ftp://h", "http://h:0", "http://h:65536", "http://h:8o",
        "http://me@h", "http://h?x", "http://h/#x", "http://a b", "http://[::1", "http://[::1]x",
        "http://::1", "http://h/a b", "http://h\r\nX: y"}) {
    const result<BaseUrl> url = BaseUrl::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, errc::invalid_argument);
    EXPECT_NE(url.error().message().find("http://manager.local:8080"), std::string::npos);
  }
}

}  // namespace
}  // namespace shaman::client
