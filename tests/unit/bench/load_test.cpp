// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/load/load.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "shaman/digest.hpp"

#include "bench/content.hpp"
#include "bench/load/echo_server.hpp"
#include "bench/load/posix.hpp"

namespace shaman::bench {
namespace {

TEST(Endpoint, TakesHostPortAndPrefixApart) {
  const Endpoint plain = Endpoint::parse("http://farm.example:8080");
  EXPECT_EQ(plain.host, "farm.example");
  EXPECT_EQ(plain.port, "8080");
  EXPECT_EQ(plain.prefix, "");
  const Endpoint prefixed = Endpoint::parse("http://farm/shaman/");
  EXPECT_EQ(prefixed.host, "farm");
  EXPECT_EQ(prefixed.port, "80");
  EXPECT_EQ(prefixed.prefix, "/shaman");
  const Endpoint ipv6 = Endpoint::parse("http://[::1]:8080/");
  EXPECT_EQ(ipv6.host, "::1");
  EXPECT_EQ(ipv6.port, "8080");
  EXPECT_EQ(Endpoint::parse("http://[::1]").port, "80");
}

TEST(Endpoint, RefusesWhatIsNoServer) {
  for (const std::string_view url : {"", "farm:8080", "https://farm", "http://", "http://:80"})
    EXPECT_THROW((void)Endpoint::parse(url), std::invalid_argument) << url;
}

TEST(RunLoad, AnswersEachRequestOnceOverAllConnections) {
  const EchoServer echo;
  const std::vector<Request> requests{get(echo.endpoint(), "/a"), get(echo.endpoint(), "/b")};
  LoadShape shape;
  shape.connections = 8;
  shape.count = 1'000;
  shape.keep_bodies = true;
  const LoadResult result = run_load(echo.endpoint(), requests, shape);
  EXPECT_EQ(result.outcomes.size(), 1'000U);
  EXPECT_EQ(result.count(200), 1'000U);
  EXPECT_EQ(result.failures(), 0U);
  EXPECT_EQ(result.statuses(), "200: 1000");
  EXPECT_EQ(result.latencies().size(), 1'000U);
  EXPECT_EQ(result.outcomes.back().body, "{\"status\": \"unknown\"}\n");
}

TEST(RunLoad, EndsWhenToldTo) {
  const EchoServer echo;
  const Request request = get(echo.endpoint(), "/");
  int answers = 0;
  LoadShape shape;
  shape.count = std::size_t(-1);
  shape.stop = [&] { return ++answers == 10; };
  EXPECT_EQ(run_load(echo.endpoint(), std::span(&request, 1), shape).outcomes.size(), 10U);
}

// A server of one connection after another that does what the test tells it to.
class ScriptedServer {
 public:
  template <class Script>
  explicit ScriptedServer(std::size_t connections, Script script)
      : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    check(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length), "bind");
    check(::listen(listener_.get(), 8), "listen");
    check(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length), "name");
    endpoint_ = {"127.0.0.1", std::to_string(ntohs(address.sin_port)), ""};
    thread_ = std::jthread([this, connections, script] {
      for (std::size_t i = 0; i < connections; ++i) {
        const FileDescriptor connection(::accept(listener_.get(), nullptr, nullptr));
        script(connection.get());
      }
    });
  }

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  FileDescriptor listener_;
  Endpoint endpoint_;
  std::jthread thread_;
};

// Reads until what came ends with `end`; all of it.
std::string read_up_to(int socket, std::string_view end) {
  std::string text;
  char byte = 0;
  while (!text.ends_with(end) && ::recv(socket, &byte, 1, 0) == 1)
    text += byte;
  return text;
}

void answer(int socket, std::string_view text) {
  ASSERT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

TEST(RunLoad, SendsHeadAndBothPartsOfTheBody) {
  std::string received;
  {
    const ScriptedServer server(1, [&](int socket) {
      received = read_up_to(socket, "the rest.");
      answer(socket, "HTTP/1.1 204 No Content\r\n\r\n");
    });
    const std::string rest = "the rest.";
    const BlobId id{Sha256::of("start, the rest."), 16};
    const Request upload = make_upload(server.endpoint(), id, "start, ", rest, "X-Extra: 1\r\n");
    const LoadResult result = run_load(server.endpoint(), std::span(&upload, 1), {});
    EXPECT_EQ(result.count(204), 1U);
    EXPECT_EQ(result.body_sent(), 16U);
  }
  EXPECT_TRUE(received.starts_with("POST /api/v3/shaman/files/" +
                                   Sha256::of("start, the rest.").hex() + "/16 HTTP/1.1\r\n"));
  EXPECT_NE(received.find("Content-Length: 16\r\nX-Extra: 1\r\n\r\nstart, the rest."),
            std::string::npos);
}

TEST(RunLoad, SendsNoBodyThatTheServerDoesNotWantToSee) {
  const ScriptedServer server(1, [&](int socket) {
    read_up_to(socket, "\r\n\r\n");
    answer(socket, "HTTP/1.1 208 Already Reported\r\nContent-Length: 0\r\n\r\n");
    read_up_to(socket, "\r\n\r\n");
    answer(socket, "HTTP/1.1 100 Continue\r\n\r\n");
    read_up_to(socket, "body");
    answer(socket, "HTTP/1.1 204 No Content\r\n\r\n");
  });
  Request upload =
      make_upload(server.endpoint(), {Digest(), 4}, "body", {}, "Expect: 100-continue\r\n");
  upload.waits_for_continue = true;
  LoadShape shape;
  shape.count = 2;
  const LoadResult result = run_load(server.endpoint(), std::span(&upload, 1), shape);
  EXPECT_EQ(result.statuses(), "204: 1, 208: 1");
  EXPECT_EQ(result.body_sent(), 4U);
}

TEST(RunLoad, CountsABrokenConnectionAndGoesOnWithAnother) {
  int connections = 0;
  const ScriptedServer server(2, [&](int socket) {
    read_up_to(socket, "\r\n\r\n");
    if (++connections == 2) answer(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  const Request request = get(server.endpoint(), "/");
  LoadShape shape;
  shape.count = 2;
  const LoadResult result = run_load(server.endpoint(), std::span(&request, 1), shape);
  EXPECT_EQ(result.statuses(), "connection broke: 1, 200: 1");
  EXPECT_EQ(result.failures(), 1U);
}

TEST(MakeUploads, GivesEachFileContentOfItsOwn) {
  Content content;
  std::vector<BlobId> ids;
  const Endpoint server{"localhost", "80", ""};
  const std::vector<Request> uploads = make_uploads(server, content, 3, 1'000, &ids);
  ASSERT_EQ(uploads.size(), 3U);
  std::unordered_set<BlobId> seen;
  for (std::size_t i = 0; i < uploads.size(); ++i) {
    const std::string body = uploads[i].body_start + std::string(uploads[i].body_rest);
    EXPECT_EQ(body.size(), 1'000U);
    EXPECT_EQ(ids[i].digest, Sha256::of(body));
    EXPECT_TRUE(seen.insert(ids[i]).second);
  }
}

}  // namespace
}  // namespace shaman::bench
