// SPDX-License-Identifier: GPL-3.0-or-later
// The whole server in this process, spoken to over real sockets.
#include "shaman/http/server.hpp"

#include <optional>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shaman/fs/local.hpp"

#include "temporary_folder.hpp"

namespace shaman::http {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A blocking client that sends and receives bytes as they are.
class Client {
 public:
  explicit Client(const std::string& address) : socket_(io_) {
    const auto colon = address.rfind(':');
    socket_.connect({asio::ip::make_address(address.substr(0, colon)),
                     static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))});
  }
  void send(std::string_view text) { asio::write(socket_, asio::buffer(text)); }

  // One answer: its header and, after it, its body of Content-Length.
  std::string receive(bool is_head = false) {
    const std::size_t head = receive_until("\r\n\r\n");
    std::string answer = take(head);
    const auto length = answer.find("Content-Length: ");
    if (is_head || length == std::string::npos) return answer;
    const std::size_t size = std::stoul(answer.substr(length + 16));
    while (buffer_.size() < size)
      if (!read_more()) break;
    return answer + take(std::min(size, buffer_.size()));
  }
  std::string receive_all() {
    while (read_more()) {
    }
    return take(buffer_.size());
  }
  std::string ask(std::string_view text) {
    send(text);
    return receive();
  }

 private:
  std::size_t receive_until(std::string_view mark) {
    while (buffer_.find(mark) == std::string::npos)
      if (!read_more()) return buffer_.size();
    return buffer_.find(mark) + mark.size();
  }
  bool read_more() {
    std::array<char, 4096> bytes;
    boost::system::error_code error;
    const std::size_t length = socket_.read_some(asio::buffer(bytes), error);
    buffer_.append(bytes.data(), length);
    return !error;
  }
  std::string take(std::size_t length) {
    std::string taken = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return taken;
  }

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string buffer_;
};

class ServerTest : public testing::Test {
 protected:
  void start(const std::function<void(ServerOptions&)>& change = {}) {
    ServerOptions options;
    options.version = "1.2.3";
    options.storage = folder_.path("storage");
    if (change) change(options);
    StoreOptions store_options;
    store_options.durability = Durability::none;
    store_ = Store::open(file_system_, options.storage, store_options, disk_pool_).value();
    checkouts_.emplace(*store_, checkout_options_);
    server_.emplace(*store_, *checkouts_,
                    ServerPools{quick_pool_, disk_pool_, request_pool_, judgement_pool_}, options);
    server_->listen("127.0.0.1", 0).value();
    thread_ = std::thread([this] { server_->run(); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  ~ServerTest() override { stop(); }
  [[nodiscard]] Client client() const { return Client(server_->addresses().front()); }

  static std::string address_of(std::string_view content) {
    return "/api/v3/shaman/files/" + Sha256::of(content).hex() + "/" +
           std::to_string(content.size());
  }
  static std::string upload(std::string_view content, const std::string& headers = {}) {
    return "POST " + address_of(content) + " HTTP/1.1\r\nHost: x\r\n" + headers +
           "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + std::string(content);
  }
  static std::string get(const std::string& path, const std::string& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  static std::string post(const std::string& path, const std::string& body) {
    return "POST /api/v3/shaman/checkout/" + path +
           " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  static std::string spec(std::string_view content, const std::string& path) {
    return R"({"sha":")" + Sha256::of(content).hex() + R"(","size":)" +
           std::to_string(content.size()) + R"(,"path":")" + path + "\"}";
  }

  test::TemporaryFolder folder_;
  fs::LocalFileSystem file_system_;
  CheckoutOptions checkout_options_;
  WorkerPool quick_pool_{2};
  WorkerPool disk_pool_{4};
  WorkerPool request_pool_{2};
  WorkerPool judgement_pool_{2};
  std::unique_ptr<Store> store_;
  std::optional<Checkouts> checkouts_;
  std::optional<Server> server_;
  std::thread thread_;
};

TEST_F(ServerTest, StoresAFileAndMakesACheckoutOnOneConnection) {
  start();
  Client client = this->client();
  const std::string content = "some content";
  EXPECT_THAT(client.ask(get(address_of(content))), HasSubstr(R"({"status":"unknown"})"));
  EXPECT_THAT(client.ask(post("requirements", R"({"files":[)" + spec(content, "a\\\\ü") + "]}")),
              HasSubstr(R"("path":"a\\ü","status":"unknown")"));
  EXPECT_THAT(
      client.ask(post("create", R"({"checkoutPath":"job","files":[)" + spec(content, "a") + "]}")),
      StartsWith("HTTP/1.1 424 "));
  const std::string stored = client.ask(upload(content));
  EXPECT_THAT(stored, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(stored, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(client.ask(upload(content)), StartsWith("HTTP/1.1 208 "));
  EXPECT_THAT(client.ask(get(address_of(content))), HasSubstr(R"({"status":"stored"})"));
  EXPECT_THAT(client.ask(post("requirements", R"({"files":[)" + spec(content, "a") + "]}")),
              HasSubstr(R"({"files":[]})"));
  EXPECT_THAT(
      client.ask(post("create", R"({"checkoutPath":"job","files":[)" + spec(content, "a") + "]}")),
      HasSubstr(R"({"checkoutPath":"job"})"));
  EXPECT_EQ(test::TemporaryFolder::read(folder_.path("storage/jobs/job/a")), content);
}

TEST_F(ServerTest, TakesChunkedBodiesAndPipelinedRequests) {
  start();
  Client client = this->client();
  client.send("POST " + address_of("hello world") +
              " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x\r\n "
              "world\r\n0\r\n\r\n" +
              get("/api/v3/version") + upload("") + get("/api/v3/version", "HEAD"));
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(client.receive(), HasSubstr(R"("shortversion":"1.2.3")"));
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(client.receive(true), HasSubstr("Content-Length: "));
  EXPECT_EQ(test::TemporaryFolder::read(
                folder_.path("storage/file-store/stored/" +
                             Sha256::of("hello world").hex().insert(2, "/") + "/11.blob")),
            "hello world");
}

TEST_F(ServerTest, AsksForABodyOnlyWhenItIsWanted) {
  start();
  const std::string head = "POST " + address_of("expected") +
                           " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: "
                           "8\r\n\r\n";
  Client first = client();
  EXPECT_THAT(first.ask(head), StartsWith("HTTP/1.1 100 "));
  EXPECT_THAT(first.ask("expected"), StartsWith("HTTP/1.1 204 "));
  Client second = client();
  const std::string known = second.ask(head);
  EXPECT_THAT(known, StartsWith("HTTP/1.1 208 "));
  EXPECT_THAT(known, HasSubstr("Connection: close"));
}

TEST_F(ServerTest, RefusesAContentThatIsNotWhatItsAddressSays) {
  start();
  Client client = this->client();
  const std::string other = "POST " + address_of("right") + " HTTP/1.1\r\nHost: x\r\n";
  EXPECT_THAT(client.ask(other + "Content-Length: 5\r\n\r\nwrong"), StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(client.ask(other + "Content-Length: 4\r\n\r\nlong"), StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(client.ask(other + "Transfer-Encoding: chunked\r\n\r\n7\r\ntoolong\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(client.ask(other + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(client.ask(get(address_of("right"))), HasSubstr("unknown"));
}

TEST_F(ServerTest, ASecondUploaderWaitsForTheFirstOrIsDeferred) {
  start();
  const std::string content(100'000, 'x');
  const std::string whole = upload(content);
  Client first = client();
  first.send(whole.substr(0, whole.size() - 1));
  Client observer = client();
  while (observer.ask(get(address_of(content))).find("uploading") == std::string::npos) {
  }
  EXPECT_THAT(observer.ask(upload(content, "X-Shaman-Can-Defer-Upload: True\r\n")),
              StartsWith("HTTP/1.1 425 "));
  Client second = client();
  second.send(whole);
  first.send(whole.substr(whole.size() - 1));
  EXPECT_THAT(first.receive(), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(second.receive(), StartsWith("HTTP/1.1 208 "));
}

TEST_F(ServerTest, ACreateWaitsForAnUploadUnderWay) {
  start();
  const std::string whole = upload("coming");
  Client uploader = client();
  uploader.send(whole.substr(0, whole.size() - 1));
  Client observer = client();
  while (observer.ask(get(address_of("coming"))).find("uploading") == std::string::npos) {
  }
  Client creator = client();
  creator.send(post("create", R"({"checkoutPath":"job","files":[)" + spec("coming", "a") + "]}"));
  uploader.send(whole.substr(whole.size() - 1));
  EXPECT_THAT(creator.receive(), HasSubstr(R"({"checkoutPath":"job"})"));
}

TEST_F(ServerTest, ACheckoutForWhichNoNameIsFreeIsAConflict) {
  checkout_options_.unique_name_attempts = 1;
  start();
  Client client = this->client();
  ASSERT_THAT(client.ask(upload("content")), StartsWith("HTTP/1.1 204 "));
  const std::string create =
      post("create", R"({"checkoutPath":"job","files":[)" + spec("content", "a") + "]}");
  ASSERT_THAT(client.ask(create), StartsWith("HTTP/1.1 200 "));
  const std::string answer = client.ask(create);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 409 "));
  EXPECT_THAT(answer, HasSubstr(R"({"code":409,"message":")"));
}

TEST_F(ServerTest, EveryRefusalIsAnErrorInJson) {
  start([](ServerOptions& options) { options.limits.json_bytes = 2000; });
  const std::pair<std::string, std::string> cases[] = {
      {get("/nowhere"), "404"},
      {get("/api/v3/version", "DELETE"), "405"},
      {get("/api/v3/version", "BREW"), "501"},
      {get("/api/v3/shaman/files/abc/1"), "400"},
      {get("/api/v3/configuration/shared-storage/nobody/linux"), "400"},
      {post("requirements", "{"), "400"},
      {post("requirements", std::string(3000, ' ')), "413"},
      {"GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n", "417"},
      {"nonsense\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "404"},
  };
  for (const auto& [request, status] : cases) {
    Client client = this->client();
    const std::string answer = client.ask(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + status)) << request.substr(0, 60);
    EXPECT_THAT(answer, HasSubstr("{\"code\":" + status + ",\"message\":\"")) << answer;
  }
}

TEST_F(ServerTest, AnEarlyAnswerComesAfterTheWholeBodyAndTheConnectionLivesOn) {
  start();
  Client client = this->client();
  const std::string body(3'000'000, 'x');
  const std::string head = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n";
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(client.ask(head + body), StartsWith("HTTP/1.1 404 "));
}

TEST_F(ServerTest, ALongAnswerIsStreamed) {
  start();
  std::string files;
  for (int i = 0; i < 3000; ++i)
    files += (i == 0 ? "" : ",") + spec("x" + std::to_string(i), "p" + std::to_string(i));
  const std::string body = R"({"files":[)" + files + "]}";
  Client modern = client();
  EXPECT_THAT(modern.ask(post("requirements", body)), HasSubstr("Transfer-Encoding: chunked"));
  Client old = client();
  old.send("POST /api/v3/shaman/checkout/requirements HTTP/1.0\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string answer = old.receive_all();
  EXPECT_THAT(answer, Not(HasSubstr("chunked")));
  EXPECT_THAT(answer, testing::EndsWith("\"p2999\",\"status\":\"unknown\"}]}"));
}

// It counts as idle a moment after its answer; until then, one too many is told.
TEST_F(ServerTest, AnIdleConnectionGivesWayAndABusyOneDoesNot) {
  start([](ServerOptions& options) { options.limits.connections = 1; });
  Client first = client();
  EXPECT_THAT(first.ask(get("/api/v3/version")), StartsWith("HTTP/1.1 200 "));
  std::string answer;
  for (int i = 0; i < 1000 && !answer.starts_with("HTTP/1.1 200 "); ++i) {
    Client second = client();
    answer = second.ask(get("/api/v3/version"));
    if (!answer.starts_with("HTTP/1.1 200 ")) {
      EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    }
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(first.receive(), "");
}

TEST_F(ServerTest, SlowClientsAreDropped) {
  start([](ServerOptions& options) {
    options.timeouts.idle = std::chrono::milliseconds(300);
    options.timeouts.header = std::chrono::milliseconds(300);
    options.timeouts.stall = std::chrono::milliseconds(300);
  });
  Client idle = client();
  EXPECT_EQ(idle.receive_all(), "");
  Client header = client();
  header.send("GET / HT");
  EXPECT_THAT(header.receive_all(), StartsWith("HTTP/1.1 408 "));
  Client body = client();
  const std::string unfinished = upload("never finished");
  body.send(std::string_view(unfinished).substr(0, unfinished.size() - 1));
  EXPECT_THAT(body.receive_all(), StartsWith("HTTP/1.1 408 "));
  EXPECT_THAT(client().ask(get(address_of("never finished"))), HasSubstr("unknown"));
}

TEST_F(ServerTest, StoppingLetsARunningUploadFinish) {
  start();
  const std::string whole = upload("last one");
  Client idle = client();
  EXPECT_THAT(idle.ask(get("/api/v3/version")), StartsWith("HTTP/1.1 200 "));
  Client uploader = client();
  uploader.send(whole.substr(0, whole.size() - 1));
  while (store_->uploads_under_way() == 0)
    std::this_thread::yield();
  server_->stop();
  EXPECT_EQ(idle.receive_all(), "");
  uploader.send(whole.substr(whole.size() - 1));
  const std::string answer = uploader.receive();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  thread_.join();
}

TEST_F(ServerTest, StoppingCutsOffWhoDoesNotFinish) {
  start([](ServerOptions& options) { options.timeouts.grace = std::chrono::milliseconds(50); });
  Client uploader = client();
  const std::string whole = upload("unfinished");
  uploader.send(std::string_view(whole).substr(0, whole.size() - 1));
  while (store_->uploads_under_way() == 0)
    std::this_thread::yield();
  stop();
  EXPECT_EQ(store_->uploads_under_way(), 0U);
  EXPECT_EQ(uploader.receive_all(), "");
}

}  // namespace
}  // namespace shaman::http
