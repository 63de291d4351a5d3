// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/client/http_connection.hpp"

#include <gmock/gmock.h>

#include "http/client/network.hpp"
#include "scripted_server.hpp"

namespace shaman::client {
namespace {

using test::ScriptedConnection;
using test::ScriptedServer;
using testing::HasSubstr;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class HttpConnectionTest : public testing::Test {
 protected:
  Network network{2};
  Network::Strand strand = network.make_strand();
  HttpTimeouts timeouts;

  HttpConnection connect(const ScriptedServer& server, const std::string& prefix = {}) {
    return HttpConnection(strand, BaseUrl{"127.0.0.1", server.port(), prefix}, timeouts);
  }
  result<HttpResponse> exchange(HttpConnection& connection, const HttpRequest& request,
                                const std::stop_token& stop = {}) {
    return network.run<HttpResponse>(strand, stop, [&] { return connection.exchange(request); });
  }

  static HttpRequest get(const std::string& path) {
    HttpRequest request;
    request.path = path;
    return request;
  }
  static HttpRequest post(const std::string& body) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/p";
    request.body_length = body.size();
    request.open_body = [body] {
      return result<std::unique_ptr<BodySource>>(std::make_unique<TextBody>(body));
    };
    return request;
  }
};

TEST_F(HttpConnectionTest, KeepsTheConnection) {
  std::string heads;
  {
    ScriptedServer server({[&](ScriptedConnection& c) {
      for (int i = 0; i < 2; ++i) {
        heads += c.read_head();
        c.write(kOk);
      }
    }});
    HttpConnection connection = connect(server, "/~TOKEN");
    EXPECT_EQ(exchange(connection, get("/a"))->body, "ok");
    EXPECT_EQ(exchange(connection, get("/b"))->status, 200U);
  }
  EXPECT_THAT(heads, HasSubstr("GET /~TOKEN/a HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(heads, HasSubstr("GET /~TOKEN/b HTTP/1.1\r\n"));
}

TEST_F(HttpConnectionTest, ConnectsAnewWhenAnIdleOneWasClosed) {
  ScriptedServer server({[](ScriptedConnection& c) {
                           c.read_head();
                           c.write(kOk);
                         },
                         [](ScriptedConnection& c) {
                           c.read_head();
                           c.write(kOk);
                         }});
  HttpConnection connection = connect(server);
  EXPECT_TRUE(exchange(connection, get("/a")));
  EXPECT_TRUE(exchange(connection, get("/b")));
}

TEST_F(HttpConnectionTest, DoesNotRepeatWhatBrokeInTheMiddle) {
  ScriptedServer server({[](ScriptedConnection& c) {
    c.read_head();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
  }});
  HttpConnection connection = connect(server);
  EXPECT_EQ(exchange(connection, get("/a")).error().code, errc::unreachable);
}

TEST_F(HttpConnectionTest, SendsABodyOfManyPieces) {
  const std::string body(3'000'001, 'b');
  std::string received;
  std::atomic<std::uint64_t> sent = 0;
  {
    ScriptedServer server({[&](ScriptedConnection& c) {
      c.read_head();
      received = c.read(body.size());
      c.write("HTTP/1.1 204 No Content\r\n\r\n");
    }});
    HttpConnection connection = connect(server);
    HttpRequest request = post(body);
    request.bytes_sent = &sent;
    const auto answer = exchange(connection, request);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 204U);
    EXPECT_EQ(answer->body_sent, body.size());
  }
  EXPECT_EQ(received, body);
  EXPECT_EQ(sent, body.size());
}

TEST_F(HttpConnectionTest, SendsNoBodyThatIsNotWanted) {
  std::string head;
  {
    ScriptedServer server({[&](ScriptedConnection& c) {
      head = c.read_head();
      c.write("HTTP/1.1 208 Already Reported\r\nContent-Length: 0\r\n\r\n");
    }});
    HttpConnection connection = connect(server);
    HttpRequest request = post(std::string(1000, 'b'));
    request.wait_for_continue = std::chrono::seconds(20);
    const auto answer = exchange(connection, request);
    EXPECT_EQ(answer->status, 208U);
    EXPECT_EQ(answer->body_sent, 0U);
  }
  EXPECT_THAT(head, HasSubstr("Expect: 100-continue\r\n"));
}

TEST_F(HttpConnectionTest, SendsTheBodyWhenToldToContinueOrTiredOfWaiting) {
  for (const bool answers : {true, false}) {
    std::string received;
    {
      ScriptedServer server({[&](ScriptedConnection& c) {
        c.read_head();
        if (answers) c.write("HTTP/1.1 100 Continue\r\n\r\n");
        received = c.read(5);
        if (!answers) c.write("HTTP/1.1 100 Continue\r\n\r\n");  // late
        c.write(kOk);
      }});
      HttpConnection connection = connect(server);
      HttpRequest request = post("12345");
      request.wait_for_continue = std::chrono::milliseconds(answers ? 20'000 : 20);
      EXPECT_EQ(exchange(connection, request)->status, 200U);
    }
    EXPECT_EQ(received, "12345");
  }
}

TEST_F(HttpConnectionTest, StopsSendingWhenTheServerAnswersEarly) {
  std::promise<void> done;
  ScriptedServer server({[&](ScriptedConnection& c) {
    c.read_head();
    c.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    done.get_future().wait();  // and never reads the rest
  }});
  HttpConnection connection = connect(server);
  const auto answer = exchange(connection, post(std::string(50'000'000, 'b')));
  done.set_value();
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->status, 413U);
  EXPECT_LT(answer->body_sent, 50'000'000U);
}

TEST_F(HttpConnectionTest, TimesOutByProgress) {
  std::promise<void> done;
  timeouts.stall = std::chrono::milliseconds(50);
  ScriptedServer server({[&](ScriptedConnection& c) {
    c.read_head();
    done.get_future().wait();
  }});
  HttpConnection connection = connect(server);
  const auto answer = exchange(connection, post(std::string(50'000'000, 'b')));
  done.set_value();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::unreachable);
}

TEST_F(HttpConnectionTest, CanBeStopped) {
  std::stop_source stop;
  std::promise<void> done;
  ScriptedServer server({[&](ScriptedConnection& c) {
    c.read_head();
    stop.request_stop();
    done.get_future().wait();
  }});
  HttpConnection connection = connect(server);
  const auto answer = exchange(connection, get("/a"), stop.get_token());
  done.set_value();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::cancelled);
}

TEST_F(HttpConnectionTest, TakesNoAnswerToACancelledRequestForThatToTheNext) {
  std::stop_source stop;
  std::promise<void> stopped;
  ScriptedServer server({[&](ScriptedConnection& c) {
                           c.read_head();
                           stop.request_stop();
                           stopped.get_future().wait();
                           c.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                         },
                         [](ScriptedConnection& c) {
                           c.read_head();
                           c.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright");
                         }});
  HttpConnection connection = connect(server);
  EXPECT_FALSE(exchange(connection, get("/a"), stop.get_token()));
  stopped.set_value();
  EXPECT_EQ(exchange(connection, get("/b"))->body, "right");
}

TEST_F(HttpConnectionTest, SaysWhoDoesNotAnswer) {
  std::uint16_t port = 0;
  {
    const ScriptedServer server({});
    port = server.port();
  }
  HttpConnection connection(strand, BaseUrl{"127.0.0.1", port, ""});
  const auto answer = exchange(connection, get("/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::unreachable);
  EXPECT_THAT(answer.error().message(), HasSubstr("127.0.0.1:" + std::to_string(port)));
}

TEST_F(HttpConnectionTest, RefusesWhatIsNotHttp) {
  ScriptedServer server({[](ScriptedConnection& c) {
    c.read_head();
    c.write("SSH-2.0-OpenSSH\r\n\r\n");
  }});
  HttpConnection connection = connect(server);
  EXPECT_EQ(exchange(connection, get("/")).error().code, errc::protocol_error);
}

TEST_F(HttpConnectionTest, RefusesAnAnswerWithoutEnd) {
  ScriptedServer server({[](ScriptedConnection& c) {
    c.read_head();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  }});
  HttpConnection connection = connect(server);
  HttpRequest request = get("/");
  request.longest_answer = 999;
  EXPECT_EQ(exchange(connection, request).error().code, errc::protocol_error);
}

TEST_F(HttpConnectionTest, TellsWhatItsBodySays) {
  const ScriptedServer server({[](ScriptedConnection& c) { c.read_head(); }});
  HttpConnection connection = connect(server);
  HttpRequest request = post("12345");
  request.body_length = 6;  // the file became shorter
  EXPECT_EQ(exchange(connection, request).error().code, errc::changed_while_read);
}

}  // namespace
}  // namespace shaman::client
