#include "net/http_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/address_group.h"
#include "tests/support/eventually.h"
#include "tests/unit/net_http/raw_client.h"

namespace oofgg::net {
namespace {

class HttpServerTest : public ::testing::Test {
 protected:
  ~HttpServerTest() override { Stop(); }

  void Start(HttpServerOptions options = {}) {
    server_ = std::move(
        HttpServer::Listen(
            io_, "127.0.0.1:0",
            [this](HttpRequest request, const HttpReplier& reply) { Answer(std::move(request), reply); },
            options)
            .value());
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { io_.run(); });
  }

  void Stop() {
    server_.reset();
    {
      const std::lock_guard lock(mutex_);
      held_.clear();
    }
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void Answer(HttpRequest request, const HttpReplier& reply) {
    ++handled_;
    if (request.target == "/drop") return;
    if (request.target == "/hold") {
      {
        const std::lock_guard lock(mutex_);
        held_.push_back(reply);
      }
      return holding_.set_value();
    }
    if (request.target == "/host") return reply({.body = std::string(request.Header("host").value_or("-"))});
    if (request.target == "/twice") reply({.body = "first"});
    if (request.target == "/who")
      return reply({.body = request.peer_address + " " + request.local_address + " " +
                            std::to_string(request.local_port)});
    reply({.body = request.method + " " + request.target + " [" + request.body + "]"});
  }

  std::string Ask(std::string_view text) {
    RawClient client(server_->port());
    client.Send(text);
    client.HalfClose();
    return client.ReadAll();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<HttpServer> server_;
  std::vector<std::thread> threads_;
  std::atomic<int> handled_ = 0;
  std::mutex mutex_;
  std::vector<HttpReplier> held_;
  std::promise<void> holding_;
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Start();
  RawClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    const std::string answer = client.ReadUntil("[hi]");
    EXPECT_EQ(StatusIn(answer), 200);
    EXPECT_NE(answer.find("POST /x [hi]"), std::string::npos);
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  const std::string answers =
      Ask("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: "
          "h\r\nConnection: "
          "close\r\n\r\n");
  const auto one = answers.find("GET /1");
  const auto two = answers.find("GET /2");
  const auto three = answers.find("GET /3");
  ASSERT_NE(three, std::string::npos) << answers;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_F(HttpServerTest, TakesChunkedBodiesAndExpectations) {
  Start();
  EXPECT_NE(Ask("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
                .find("[hi]"),
            std::string::npos);
  RawClient patient(server_->port());
  patient.Send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(StatusIn(patient.ReadUntil("\r\n\r\n")), 100);
  patient.Send("hi");
  EXPECT_EQ(StatusIn(patient.ReadUntil("[hi]")), 200);
  patient.Send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(StatusIn(patient.ReadUntil("\r\n\r\n")), 100) << "in any case";
  patient.Send("ho");
  EXPECT_EQ(StatusIn(patient.ReadUntil("[ho]")), 200);
}

TEST_F(HttpServerTest, TheHostOfAnAbsoluteTargetIsTheOneThatCounts) {
  Start();
  const auto host_of = [this](const std::string& request) {
    const std::string answer = Ask(request + "Connection: close\r\n\r\n");
    return answer.substr((std::min)(answer.find("\r\n\r\n"), answer.size()));
  };
  EXPECT_EQ(host_of("GET http://play.example:80/host HTTP/1.1\r\nHost: other\r\n"),
            "\r\n\r\nplay.example:80");
  EXPECT_EQ(host_of("GET http://play.example/host HTTP/1.0\r\n"), "\r\n\r\nplay.example");
  EXPECT_EQ(host_of("GET /host HTTP/1.1\r\nHost: other\r\n"), "\r\n\r\nother");
}

TEST_F(HttpServerTest, TellsTheAddressesOfBothEnds) {
  Start();
  EXPECT_NE(Ask("GET /who HTTP/1.1\r\nHost: h\r\n\r\n")
                .find("127.0.0.1 127.0.0.1 " + std::to_string(server_->port())),
            std::string::npos);
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  Start();
  const std::string answer = Ask("HEAD /h HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

struct BadRow {
  const char* what;
  std::string sent;
  int status;  // 0: closed without an answer.
};

TEST_F(HttpServerTest, BadInputGetsItsStatusAndNobodyElseNotices) {
  Start({.max_header_bytes = 1024, .max_body_bytes = 16});
  RawClient bystander(server_->port());
  const std::string host = "Host: h\r\n\r\n";
  const std::vector<BadRow> rows = {
      {"not HTTP", "hello there\r\n\r\n", 400},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
      {"binary", std::string("\0\1\2\3\r\n\r\n", 8), 400},
      {"no version", "GET /\r\n" + host, 400},
      {"bad version", "GET / HTTP/9.9\r\n" + host, 400},
      {"no target", "GET  HTTP/1.1\r\n" + host, 400},
      {"target without slash", "GET request HTTP/1.1\r\n" + host, 400},
      {"absolute target without host", "GET http:///request HTTP/1.1\r\n" + host, 400},
      {"absolute target with a user", "GET http://ann@h/request HTTP/1.1\r\n" + host, 400},
      {"absolute target of another kind", "GET ftp://h/request HTTP/1.1\r\n" + host, 400},
      {"asterisk", "OPTIONS * HTTP/1.1\r\n" + host, 400},
      {"half an escape", "GET /%4 HTTP/1.1\r\n" + host, 400},
      {"escaped NUL", "GET /%00 HTTP/1.1\r\n" + host, 400},
      {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\n" + host, 400},
      {"field without colon", "GET / HTTP/1.1\r\nnonsense\r\n" + host, 400},
      {"space in field name", "GET / HTTP/1.1\r\nA b: c\r\n" + host, 400},
      {"NUL in a field", std::string("GET / HTTP/1.1\r\nA: \0\r\n", 22) + host, 400},
      {"length is no number", "POST / HTTP/1.1\r\nContent-Length: ten\r\n" + host, 400},
      {"negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n" + host, 400},
      {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + host, 400},
      {"length and chunks", "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" + host,
       400},
      {"bad chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + host + "zz\r\n", 400},
      {"long header", "GET / HTTP/1.1\r\nA: " + std::string(2000, 'a') + "\r\n" + host, 431},
      {"long target", "GET /" + std::string(2000, 'a') + " HTTP/1.1\r\n" + host, 431},
      {"long body", "POST / HTTP/1.1\r\nContent-Length: 17\r\n" + host + std::string(17, 'b'), 413},
      {"long expected body",
       "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n" + host, 413},
      {"long chunks",
       "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + host + "11\r\n" + std::string(17, 'b'), 413},
      {"half a request", "GET / HTT", 0},
      {"half a body", "POST / HTTP/1.1\r\nContent-Length: 5\r\n" + host + "abc", 0},
      {"nothing", "", 0},
      {"a dropped reply", "GET /drop HTTP/1.1\r\n" + host, 500},
  };
  for (const BadRow& row : rows) EXPECT_EQ(StatusIn(Ask(row.sent)), row.status) << row.what;
  bystander.Send("GET /fine HTTP/1.1\r\n" + host);
  EXPECT_EQ(StatusIn(bystander.ReadUntil("[]")), 200);
}

TEST_F(HttpServerTest, TheFirstReplyCounts) {
  Start();
  const std::string answer = Ask("GET /twice HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("first")) << answer;
}

TEST_F(HttpServerTest, ASilentClientIsDropped) {
  Start({.request_timeout = std::chrono::milliseconds(30), .idle_timeout = std::chrono::milliseconds(30)});
  RawClient silent(server_->port());
  EXPECT_EQ(silent.ReadAll(), "");
  RawClient slow(server_->port());
  slow.Send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(slow.ReadAll(), "");
  RawClient idle(server_->port());
  idle.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusIn(idle.ReadAll()), 200);
}

TEST_F(HttpServerTest, TooManyConnectionsAreToldSo) {
  Start({.max_connections = 2});
  RawClient one(server_->port());
  RawClient two(server_->port());
  for (RawClient* client : {&one, &two}) {
    client->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_EQ(StatusIn(client->ReadUntil("[]")), 200);
  }
  RawClient three(server_->port());
  EXPECT_EQ(StatusIn(three.ReadAll()), 503);
}

TEST_F(HttpServerTest, OneAddressHasALimitOfItsOwn) {
  Start({.max_connections_per_address = 1});
  auto one = std::make_unique<RawClient>(server_->port());
  one->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(StatusIn(one->ReadUntil("[]")), 200);
  RawClient two(server_->port());
  EXPECT_EQ(StatusIn(two.ReadAll()), 503);
  one->Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(StatusIn(one->ReadAll()), 200);
  ASSERT_TRUE(oofgg::testing::Eventually([this] { return server_->connections() == 0; }));
  RawClient three(server_->port());
  three.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(StatusIn(three.ReadUntil("[]")), 200) << "whoever goes makes room";
}

TEST_F(HttpServerTest, ALocalProxyMayBeExempt) {
  Start({.max_connections_per_address = 1, .exempt_loopback = true});
  RawClient one(server_->port());
  RawClient two(server_->port());
  for (RawClient* client : {&one, &two}) {
    client->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(StatusIn(client->ReadUntil("[]")), 200);
  }
}

TEST_F(HttpServerTest, AProxyHasNoLimitOfItsOwn) {
  Start({.max_connections_per_address = 1, .proxies = AddressList::Parse("127.0.0.0/8").value()});
  RawClient one(server_->port());
  RawClient two(server_->port());
  for (RawClient* client : {&one, &two}) {
    client->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(StatusIn(client->ReadUntil("[]")), 200);
  }
}

TEST(AddressGroup, IsAnIpv4AddressOrTheNetworkOfAnIpv6One) {
  EXPECT_EQ(AddressGroup("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(AddressGroup("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(AddressGroup("2001:db8:1:2::3"), AddressGroup("2001:db8:1:2:ffff::9"));
  EXPECT_NE(AddressGroup("2001:db8:1:2::3"), AddressGroup("2001:db8:1:3::3"));
}

TEST_F(HttpServerTest, DrainAnswersWhatIsUnderWayAndNothingElse) {
  Start();
  RawClient idle(server_->port());
  idle.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_EQ(StatusIn(idle.ReadUntil("[]")), 200);
  RawClient busy(server_->port());
  busy.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  holding_.get_future().wait();

  std::promise<void> drained;
  server_->Drain([&drained] { drained.set_value(); });
  EXPECT_EQ(idle.ReadAll(), "") << "idle connections are closed";
  {
    const std::lock_guard lock(mutex_);
    held_.front()({.body = "late"});
    held_.clear();
  }
  const std::string answer = busy.ReadAll();
  EXPECT_EQ(StatusIn(answer), 200);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  drained.get_future().wait();
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServerTest, AReplyAfterTheServerHasGoneDoesNothing) {
  Start();
  RawClient client(server_->port());
  client.Send("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n");
  holding_.get_future().wait();
  server_.reset();
  {
    const std::lock_guard lock(mutex_);
    held_.front()({.body = "too late"});
    held_.clear();
  }
  EXPECT_EQ(client.ReadAll().find("too late"), std::string::npos);
}

TEST_F(HttpServerTest, NoHandlerRunsOnceTheDestructorHasReturned) {
  Start();
  std::atomic<bool> stop = false;
  const std::uint16_t port = server_->port();
  std::thread flood([&] {
    while (!stop) {
      boost::asio::io_context io;
      boost::asio::ip::tcp::socket socket(io);
      boost::system::error_code error;
      socket.connect({boost::asio::ip::address_v4::loopback(), port}, error);
      if (error) return;
      boost::asio::write(socket, boost::asio::buffer(std::string("GET /drop HTTP/1.1\r\nHost: h\r\n\r\n")),
                         error);
      char c = 0;
      boost::asio::read(socket, boost::asio::buffer(&c, 1), error);
    }
  });
  EXPECT_TRUE(oofgg::testing::Eventually([this] { return handled_ >= 50; }));
  server_.reset();
  const int handled = handled_;
  stop = true;
  flood.join();
  EXPECT_EQ(handled_, handled);
}

TEST(HttpServerListen, SaysWhatIsWrongWithAnAddress) {
  boost::asio::io_context io;
  const auto handler = [](const HttpRequest&, const HttpReplier&) {};
  for (const std::string address : {"", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "example.org:80"}) {
    EXPECT_EQ(HttpServer::Listen(io, address, handler).status().code(), StatusCode::kInvalidArgument)
        << address;
  }
  const auto first = HttpServer::Listen(io, "127.0.0.1:0", handler);
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string taken = "127.0.0.1:" + std::to_string((*first)->port());
  EXPECT_EQ(HttpServer::Listen(io, taken, handler).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(HttpServer::Listen(io, ":0", handler).ok()) << "all interfaces";
}

}  // namespace
}  // namespace oofgg::net
