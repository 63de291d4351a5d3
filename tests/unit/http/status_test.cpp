// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/status.hpp"

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

TEST(Status, SaysWhatTheProtocolSays) {
  EXPECT_EQ(status_of(errc::invalid_argument), 400U);
  EXPECT_EQ(status_of(errc::unsafe_path), 400U);
  EXPECT_EQ(status_of(errc::conflicting_paths), 400U);
  EXPECT_EQ(status_of(errc::no_unique_path), 409U);
  EXPECT_EQ(status_of(errc::too_large), 413U);
  EXPECT_EQ(status_of(errc::content_mismatch), 417U);
  EXPECT_EQ(status_of(errc::blobs_missing), 424U);
  EXPECT_EQ(status_of(errc::storage_full), 507U);
  EXPECT_EQ(status_of(errc::io_error), 500U);
}

TEST(Status, EveryErrorHasAReasonPhrase) {
  for (int code = 0; code <= static_cast<int>(errc::cancelled); ++code) {
    const unsigned status = status_of(static_cast<errc>(code));
    EXPECT_GE(status, 400U);
    EXPECT_FALSE(reason_of(status).empty()) << status;
  }
}

}  // namespace
}  // namespace shaman::http
