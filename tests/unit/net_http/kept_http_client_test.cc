#include "net/kept_http_client.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "http/curl_client.h"
#include "net/http_server.h"
#include "tests/support/eventually.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::net {
namespace {

using std::chrono::milliseconds;

/// A server that echoes what it was asked; the client's threads are apart from its thread.
class KeptHttpClientTest : public ::testing::Test {
 protected:
  ~KeptHttpClientTest() override { Stop(); }

  void Start(KeptHttpOptions options = {}, HttpServerOptions server_options = {}) {
    server_ = std::move(
        HttpServer::Listen(
            server_io_, "127.0.0.1:0",
            [this](const HttpRequest& request, const HttpReplier& reply) { Answer(request, reply); },
            server_options)
            .value());
    client_.emplace(client_io_, options);
    threads_.emplace_back([this] { server_io_.run(); });
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { client_io_.run(); });
  }
  void StopClient() {
    client_io_.stop();
    for (std::size_t i = 1; i < threads_.size(); ++i) threads_[i].join();
    threads_.resize((std::min<std::size_t>)(threads_.size(), 1));
    client_.reset();
  }
  void Stop() {
    StopClient();
    server_.reset();
    held_.clear();
    server_io_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void Answer(const HttpRequest& request, const HttpReplier& reply) {
    if (request.target == "/hold") {
      const std::lock_guard lock(mutex_);
      held_.push_back(reply);
      return;
    }
    if (request.target == "/long") return reply({.body = std::string(100'000, 'x')});
    const std::string mark(request.Header("x-mark").value_or("none"));
    reply({.status = request.target == "/teapot" ? 418 : 200,
           .body = request.method + " " + request.target + " " + mark + " " + request.body});
  }
  std::size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }

  std::string Url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  StatusOr<HttpReply> Ask(HttpCall call) { return http::Fetch(*client_, std::move(call)); }
  std::future<StatusOr<HttpReply>> Begin(HttpCall call) {
    auto reply = std::make_shared<std::promise<StatusOr<HttpReply>>>();
    client_->Send(std::move(call), [reply](StatusOr<HttpReply> got) { reply->set_value(std::move(got)); });
    return reply->get_future();
  }

  boost::asio::io_context server_io_;
  boost::asio::io_context client_io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{client_io_.get_executor()};
  std::unique_ptr<HttpServer> server_;
  std::optional<KeptHttpClient> client_;
  std::mutex mutex_;
  std::vector<HttpReplier> held_;
  std::vector<std::thread> threads_;  // The server's first.
};

TEST_F(KeptHttpClientTest, SendsMethodPathHeadersAndBodyAsTheyAre) {
  Start();
  const auto reply = Ask(
      {.method = "POST", .url = Url("/a/../b%2Fc?q=1"), .headers = {{"X-Mark", "here"}}, .body = "hello"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "POST /a/../b%2Fc?q=1 here hello");
  EXPECT_EQ(reply->headers.front(), (std::pair<std::string, std::string>("server", "oofgg")));
  EXPECT_EQ(Ask({.url = Url("/teapot")})->status, 418) << "any answer is a reply";
}

TEST_F(KeptHttpClientTest, OneAfterTheOtherIsOneConnection) {
  Start();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Ask({.url = Url("/again")}).ok());
  EXPECT_EQ(client_->connections(), 1U);
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(KeptHttpClientTest, CallsAtOnceHaveAConnectionEachAsFarAsAllowed) {
  Start({.max_connections_per_host = 2});
  auto first = Begin({.url = Url("/hold")});
  auto second = Begin({.url = Url("/hold")});
  ASSERT_TRUE(testing::Eventually([this] { return held() == 2; }));
  EXPECT_EQ(Ask({.url = Url("/one-more")}).status().code(), StatusCode::kResourceExhausted);
  {
    const std::lock_guard lock(mutex_);
    for (const HttpReplier& reply : held_) reply({.body = "late"});
  }
  EXPECT_EQ(first.get()->body, "late");
  EXPECT_EQ(second.get()->body, "late");
  EXPECT_TRUE(Ask({.url = Url("/one-more")}).ok());
}

TEST_F(KeptHttpClientTest, WhoeverDoesNotAnswerIsNotWaitedFor) {
  Start();
  const auto reply = Ask({.url = Url("/hold"), .timeout = milliseconds(50)});
  EXPECT_EQ(reply.status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(client_->connections(), 0U) << "a late answer would be taken for that of the next call";
}

TEST_F(KeptHttpClientTest, NobodyThere) {
  Start();
  const auto reply = Ask({.url = "http://127.0.0.1:" + std::to_string(testing::FreePort()) + "/"});
  EXPECT_EQ(reply.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(client_->connections(), 0U);
}

TEST_F(KeptHttpClientTest, AConnectionThatThePeerClosedIsMadeAnew) {
  Start({}, {.idle_timeout = milliseconds(1)});
  ASSERT_TRUE(Ask({.url = Url("/a")}).ok());
  ASSERT_TRUE(testing::Eventually([this] { return server_->connections() == 0; }));
  EXPECT_TRUE(Ask({.url = Url("/b")}).ok());
}

/// Says what it is told to, a text a request, and closes after one that ends in a zero.
class Parrot {
 public:
  explicit Parrot(std::vector<std::string> texts)
      : texts_(std::move(texts)), thread_([this] {
          boost::system::error_code error;
          for (std::size_t next = 0; next < texts_.size();) {
            tcp::socket peer(io_);
            acceptor_.accept(peer, error);
            while (!error && next < texts_.size() && Hears(peer)) {
              std::string text = texts_[next++];
              const bool closes = text.back() == '\0';
              if (closes) text.pop_back();
              boost::asio::write(peer, boost::asio::buffer(text), error);
              if (closes) break;
            }
            if (next == texts_.size()) (void)Hears(peer);  // Until the client goes.
          }
        }) {}
  ~Parrot() { thread_.join(); }
  [[nodiscard]] std::string Url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  using tcp = boost::asio::ip::tcp;
  static bool Hears(tcp::socket& peer) {
    boost::system::error_code error;
    std::string request;
    boost::asio::read_until(peer, boost::asio::dynamic_buffer(request), "\r\n\r\n", error);
    return !error;
  }

  const std::vector<std::string> texts_;
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

std::string Saying(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(KeptHttpClientTest, AnAnswerIsThatOfItsOwnCall) {
  Start();
  const Parrot parrot({"HTTP/1.1 103 Early Hints\r\n\r\n" + Saying("one"),
                       Saying("two") + Saying("nobody asked"), Saying("three"),
                       "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut" + std::string(1, '\0'),
                       Saying("four")});
  EXPECT_EQ(Ask({.url = parrot.Url()})->body, "one");
  EXPECT_EQ(Ask({.url = parrot.Url()})->body, "two");
  EXPECT_EQ(Ask({.url = parrot.Url()})->body, "three");
  EXPECT_EQ(Ask({.url = parrot.Url()}).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(Ask({.url = parrot.Url()})->body, "four");
  StopClient();
}

TEST_F(KeptHttpClientTest, AReplyThatIsTooLongIsAnError) {
  Start();
  EXPECT_EQ(Ask({.url = Url("/long"), .max_reply_bytes = 1000}).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_EQ(Ask({.url = Url("/long")})->body.size(), 100'000U);
}

TEST_F(KeptHttpClientTest, WhatItCannotDoItSays) {
  Start();
  for (const char* url :
       {"https://127.0.0.1:1/", "http://localhost:1/", "http://127.0.0.1/", "127.0.0.1:1", ""}) {
    EXPECT_EQ(Ask({.url = url}).status().code(), StatusCode::kInvalidArgument) << url;
  }
}

TEST_F(KeptHttpClientTest, WhatIsIdleForLongIsClosed) {
  Start({.idle_timeout = milliseconds(1)});
  ASSERT_TRUE(Ask({.url = Url("/a")}).ok());
  EXPECT_TRUE(testing::Eventually([this] { return client_->connections() == 0; }));
  EXPECT_TRUE(testing::Eventually([this] { return server_->connections() == 0; }));
}

TEST_F(KeptHttpClientTest, EndsWhatIsUnderWayWhenItGoes) {
  Start();
  auto reply = Begin({.url = Url("/hold")});
  ASSERT_TRUE(testing::Eventually([this] { return held() == 1; }));
  StopClient();
  EXPECT_EQ(reply.get().status().code(), StatusCode::kCancelled);
}

TEST_F(KeptHttpClientTest, ManyThreadsMayAsk) {
  Start({.max_connections_per_host = 8});
  std::vector<std::thread> asking;
  for (int i = 0; i < 8; ++i) {
    asking.emplace_back([this, i] {
      for (int call = 0; call < 50; ++call) {
        const std::string path = "/" + std::to_string(i) + "/" + std::to_string(call);
        const auto reply = Ask({.url = Url(path)});
        ASSERT_TRUE(reply.ok()) << reply.status();
        EXPECT_EQ(reply->body, "GET " + path + " none ");
      }
    });
  }
  for (std::thread& thread : asking) thread.join();
  EXPECT_LE(server_->connections(), 8U);
}

}  // namespace
}  // namespace oofgg::net
