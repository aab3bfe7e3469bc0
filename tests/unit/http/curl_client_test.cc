#include "http/curl_client.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "net/http_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::http {
namespace {

/// A server that echoes what it was asked, on a thread of its own.
class CurlClientTest : public ::testing::Test {
 protected:
  CurlClientTest() {
    server_ =
        std::move(net::HttpServer::Listen(io_, "127.0.0.1:0",
                                          [this](const net::HttpRequest& request,
                                                 const net::HttpReplier& reply) { Answer(request, reply); })
                      .value());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~CurlClientTest() override {
    server_.reset();
    held_.clear();
    io_.stop();
    thread_.join();
  }

  void Answer(const net::HttpRequest& request, const net::HttpReplier& reply) {
    if (request.target == "/never") {
      const std::lock_guard lock(mutex_);
      held_.push_back(reply);
      return;
    }
    if (request.target == "/teapot") return reply({.status = 418, .body = "short and stout"});
    if (request.target == "/long") return reply({.body = std::string(100'000, 'x')});
    net::HttpResponse response{.body = request.method + " " + request.target + " " + request.body};
    response.headers.emplace_back("X-Seen", std::string(request.Header("x-mark").value_or("none")));
    response.headers.emplace_back("X-Type", std::string(request.Header("content-type").value_or("none")));
    reply(std::move(response));
  }

  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }

  static std::string HeaderOf(const HttpReply& reply, const std::string& name) {
    for (const auto& [key, value] : reply.headers) {
      if (key == name) return value;
    }
    return "";
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<net::HttpReplier> held_;
  CurlClient client_;
};

TEST_F(CurlClientTest, SendsMethodPathHeadersAndBodyAsTheyAre) {
  const auto reply = Fetch(
      client_,
      {.method = "POST", .url = Url("/a/../b%2Fc?q=1"), .headers = {{"X-Mark", "here"}}, .body = "hello"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "POST /a/../b%2Fc?q=1 hello");
  EXPECT_EQ(HeaderOf(*reply, "x-seen"), "here");
  EXPECT_EQ(HeaderOf(*reply, "x-type"), "none") << "a body is not a form unless the caller says so";
}

TEST_F(CurlClientTest, KnowsAllMethods) {
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH"}) {
    const auto reply = Fetch(client_, {.method = method, .url = Url("/m")});
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->body, method + " /m ");
  }
  const auto head = Fetch(client_, {.method = "HEAD", .url = Url("/m")});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(HeaderOf(*head, "content-length"), "8");
}

TEST_F(CurlClientTest, AnyStatusIsAReply) {
  const auto reply = Fetch(client_, {.url = Url("/teapot")});
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 418);
  EXPECT_EQ(reply->body, "short and stout");
}

TEST_F(CurlClientTest, KeepsConnectionsOpenBetweenCalls) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Fetch(client_, {.url = Url("/again")}).ok());
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(CurlClientTest, TellsErrorsApart) {
  std::uint16_t closed_port = 0;
  {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    closed_port = acceptor.local_endpoint().port();
  }
  struct Row {
    const char* what;
    HttpCall call;
    StatusCode expected;
  };
  const std::vector<Row> rows = {
      {"nobody listens",
       {.url = "http://127.0.0.1:" + std::to_string(closed_port) + "/"},
       StatusCode::kUnavailable},
      {"no answer",
       {.url = Url("/never"), .timeout = std::chrono::milliseconds(50)},
       StatusCode::kDeadlineExceeded},
      {"too long", {.url = Url("/long"), .max_reply_bytes = 99'999}, StatusCode::kResourceExhausted},
      {"no URL", {.url = ""}, StatusCode::kInvalidArgument},
      {"no port", {.url = "http://127.0.0.1:99999/"}, StatusCode::kInvalidArgument},
      {"other scheme", {.url = "file:///etc/passwd"}, StatusCode::kInvalidArgument},
      {"other scheme", {.url = "gopher://127.0.0.1/"}, StatusCode::kInvalidArgument},
  };
  for (const Row& row : rows) EXPECT_EQ(Fetch(client_, row.call).status().code(), row.expected) << row.what;
}

TEST_F(CurlClientTest, ErrorsDoNotRepeatThePath) {
  const auto reply = Fetch(client_, {.url = Url("/long"), .max_reply_bytes = 10});
  EXPECT_EQ(std::string(reply.status().message()).find("/long"), std::string::npos) << reply.status();
}

TEST_F(CurlClientTest, ManyCallsAtOnceAllEnd) {
  constexpr int kCalls = 200;
  std::atomic<int> good = 0;
  std::atomic<int> left = kCalls;
  std::promise<void> done;
  for (int i = 0; i < kCalls; ++i) {
    client_.Send({.url = Url("/n" + std::to_string(i))}, [&, i](const StatusOr<HttpReply>& reply) {
      if (reply.ok() && reply->body == "GET /n" + std::to_string(i) + " ") ++good;
      if (--left == 0) done.set_value();
    });
  }
  done.get_future().wait();
  EXPECT_EQ(good, kCalls);
}

TEST_F(CurlClientTest, DestructionEndsWhatIsUnderWayWithCancelled) {
  auto ended = std::make_shared<std::promise<Status>>();
  auto result = ended->get_future();
  {
    CurlClient client;
    client.Send({.url = Url("/never"), .timeout = std::chrono::minutes(5)},
                [ended](const StatusOr<HttpReply>& reply) { ended->set_value(reply.status()); });
  }
  EXPECT_EQ(result.get().code(), StatusCode::kCancelled);
}

TEST_F(CurlClientTest, ABodyCanBeTakenPieceByPiece) {
  std::string body;
  std::size_t first_piece = 1;
  const auto reply =
      Fetch(client_, {.url = Url("/long"), .max_reply_bytes = 10, .on_data = [&](std::string_view piece) {
                        if (first_piece == 1) first_piece = piece.size();
                        body += piece;
                        return true;
                      }});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "");
  EXPECT_EQ(body, std::string(100'000, 'x'));
  EXPECT_EQ(first_piece, 0U) << "the headers have come";
  const auto refused =
      Fetch(client_, {.url = Url("/long"), .on_data = [](std::string_view) { return false; }});
  EXPECT_EQ(refused.status().code(), StatusCode::kCancelled) << refused.status();
}

TEST_F(CurlClientTest, AnErrorsBodyIsInTheReplyAllTheSame) {
  const auto reply = Fetch(client_, {.url = Url("/teapot"), .on_data = [](std::string_view) {
                                       ADD_FAILURE() << "this is no stream";
                                       return true;
                                     }});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "short and stout");
}

TEST_F(CurlClientTest, AStreamMayTakeLongButNotBeSilentForLong) {
  const auto reply = Fetch(client_, {.url = Url("/never"),
                                     .timeout = std::chrono::milliseconds(0),
                                     .on_data = [](std::string_view) { return true; },
                                     .stall_timeout = std::chrono::milliseconds(1)});
  EXPECT_EQ(reply.status().code(), StatusCode::kDeadlineExceeded) << reply.status();
}

TEST(CurlClientUnixSocket, IsWhereAllCallsGo) {
  namespace local = boost::asio::local;
  const oofgg::testing::TemporaryDirectory folder;
  boost::asio::io_context io;
  local::stream_protocol::acceptor acceptor(io, local::stream_protocol::endpoint(folder / "socket"));
  std::thread server([&] {
    auto socket = acceptor.accept();
    std::array<char, 4096> request{};
    (void)socket.read_some(boost::asio::buffer(request));
    const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    boost::asio::write(socket, boost::asio::buffer(reply));
  });
  CurlClient client({.unix_socket = folder / "socket"});
  const auto reply = Fetch(client, {.url = "http://docker/_ping"});
  server.join();
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->body, "hi");
}

}  // namespace
}  // namespace oofgg::http
