// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/rfc2047.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

struct Case {
  const char* encoded;
  const char* decoded;
};

TEST(Rfc2047, Decodes) {
  const Case cases[] = {
      {"", ""},
      {"plain name.png", "plain name.png"},
      {"=?utf-8?q?caf=C3=A9_a.png?=", "café a.png"},
      {"=?UTF-8?Q?caf=c3=a9?=", "café"},
      {"=?utf-8?b?Y2Fmw6k=?=", "café"},
      {"=?utf-8?B?Y2Fmw6k?=", "café"},
      {"=?iso-8859-1?q?caf=E9?=", "café"},
      {"=?us-ascii*en?q?x?=", "x"},
      {"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
      {"=?utf-8?q?a?=\t =?utf-8?b?Yg==?= c", "ab c"},
      {"a =?utf-8?q?b?= c", "a b c"},
      {"=?utf-8?q?"
       "?=",
       ""},
      {"=?utf-8?q?dir=5Cfile?=", "dir\\file"},
  };
  for (const Case& one : cases)
    EXPECT_EQ(decode_rfc2047(one.encoded), one.decoded) << one.encoded;
}

TEST(Rfc2047, LeavesAloneWhatItCannotRead) {
  for (const char* text : {"=", "=?", "=?utf-8", "=?utf-8?q", "=?utf-8?q?", "=?utf-8?q?abc",
                           "=?utf-8?x?abc?=", "=?utf-8?q?=G1?=", "=?utf-8?q?=1?=", "=?utf-8?b?*?=",
                           "=?koi8-r?q?abc?=", "a=b = c", "caf\xe9 \x1b[31m"})
    EXPECT_EQ(decode_rfc2047(text), text) << text;
}

}  // namespace
}  // namespace shaman::http
