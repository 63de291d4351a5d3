// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/figures/request_figures.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace shaman::http {
namespace {

using Kind = FigureRow::Kind;

class RequestFiguresTest : public testing::Test {
 protected:
  RequestFiguresTest() { figures_.begin({{"GET", "/info"}, {"POST", "/files/{}/{}"}}); }
  [[nodiscard]] bool has(std::string_view line) const {
    metrics::Page page;
    figures_.write(page);
    return page.text().find("\n" + std::string(line) + "\n") != std::string::npos;
  }
  RequestFigures figures_;
};

TEST_F(RequestFiguresTest, CountsByRouteAndStatus) {
  figures_.count({.row = {Kind::route, 1}, .status = 204, .bytes_in = 7, .bytes_out = 3});
  figures_.count({.row = {Kind::route, 1}, .status = 204, .bytes_in = 1, .unheard = true});
  figures_.count({.row = {Kind::route, 1}, .status = 507, .kind = errc::storage_full});
  const std::string labels = "method=\"POST\",route=\"/files/{}/{}\"";
  EXPECT_TRUE(has("shaman_http_requests_total{" + labels + ",status=\"204\"} 2"));
  EXPECT_TRUE(has("shaman_http_requests_total{" + labels + ",status=\"507\"} 1"));
  EXPECT_TRUE(has("shaman_http_received_bytes_total{" + labels + "} 8"));
  EXPECT_TRUE(has("shaman_http_sent_bytes_total{" + labels + "} 3"));
  EXPECT_TRUE(has("shaman_http_unheard_requests_total{" + labels + "} 1"));
  EXPECT_TRUE(has("shaman_errors_total{kind=\"storage_full\"} 1"));
  EXPECT_TRUE(has("shaman_errors_total{kind=\"io_error\"} 0"));
}

TEST_F(RequestFiguresTest, AllElseHasTwoRows) {
  figures_.count({.row = {Kind::passed_on, 0}, .status = 200});
  figures_.count({.row = {}, .status = 404});
  EXPECT_TRUE(has("shaman_http_requests_total{method=\"any\",route=\"manager\",status=\"200\"} 1"));
  EXPECT_TRUE(has("shaman_http_requests_total{method=\"any\",route=\"other\",status=\"404\"} 1"));
}

TEST_F(RequestFiguresTest, NoStatusIsOutOfBounds) {
  for (const unsigned status : {0U, 99U, 600U, 4'000'000'000U})
    figures_.count({.row = {Kind::passed_on, 0}, .status = status});
  EXPECT_TRUE(has("shaman_http_requests_total{method=\"any\",route=\"manager\",status=\"100\"} 2"));
  EXPECT_TRUE(has("shaman_http_requests_total{method=\"any\",route=\"manager\",status=\"599\"} 2"));
}

TEST_F(RequestFiguresTest, ThreadsLoseNothing) {
  const auto work = [this] {
    for (int i = 0; i < 10'000; ++i)
      figures_.count({.row = {Kind::route, 0}, .status = 200, .seconds = 0.5, .bytes_in = 2});
  };
  std::thread other(work);
  work();
  other.join();
  const std::string labels = "method=\"GET\",route=\"/info\"";
  EXPECT_TRUE(has("shaman_http_requests_total{" + labels + ",status=\"200\"} 20000"));
  EXPECT_TRUE(has("shaman_http_received_bytes_total{" + labels + "} 40000"));
  EXPECT_TRUE(has("shaman_http_request_duration_seconds_sum{" + labels + "} 10000"));
}

}  // namespace
}  // namespace shaman::http
