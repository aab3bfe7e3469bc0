#include "net/maker_api.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "backends/process/process_backend.h"
#include "backends/process/process_record.h"
#include "http/curl_client.h"
#include "net/kept_http_client.h"
#include "oofgg/serial_executor.h"
#include "oofgg/thread_pool.h"
#include "orchestration/fleet.h"
#include "storage/memory/orchestration/memory_fleet_order_store.h"
#include "storage/memory/orchestration/memory_request_store.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/net_http/raw_client.h"

namespace oofgg::net {
namespace {

using nlohmann::json;
using orchestration::FleetOptions;

/// A whole maker but for its main(): one fleet of game-server processes.
class MakerUnderTest {
 public:
  explicit MakerUnderTest(MakerApiOptions api_options = {}, FleetOptions fleet_options = {},
                          const std::string& server_modes = "") {
    const std::string program = std::getenv("OOFGG_TEST_RESERVATION_SERVER");
    backend_ = std::move(
        backends::ProcessBackend::Make(
            {.command = "'" + program + "' {control_port} 2 " + server_modes, .directory = directory_.path()})
            .value());
    fleet_.emplace(std::move(fleet_options),
                   orchestration::FleetParts{Clock::System(), serial_, store_, *backend_, reservations_,
                                             RandomSource::System()},
                   [this](const orchestration::RequestKey& key) { waiters_.Notify(key); });
    facade_.AddFleet(*fleet_);
    facade_.EstimateFrom(orders_);
    facade_.VerifyBy(quick_http_);
    fleet_->Start([](const Status& status) { EXPECT_TRUE(status.ok()) << status; });
    api_.emplace(facade_, workers_, std::move(api_options));
    server_ = std::move(HttpServer::Listen(io_, "127.0.0.1:0", api_->handler()).value());
    thread_ = std::thread([this] { io_.run(); });
  }

  ~MakerUnderTest() {
    server_.reset();
    io_.stop();
    thread_.join();
    fleet_.reset();
    backend_.reset();
    for (const auto& record : backends::ProcessRecords(directory_.path()).ReadAll()) {
      kill(-record.pid, SIGKILL);
      waitpid(record.pid, nullptr, 0);
    }
  }

  HttpReply Call(const std::string& method, const std::string& target, HttpHeaders headers = {}) {
    HttpCall call{.method = method, .url = "http://127.0.0.1:" + std::to_string(server_->port()) + target};
    call.headers = std::move(headers);
    call.timeout = std::chrono::seconds(60);
    auto reply = http::Fetch(http_, std::move(call));
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : HttpReply{};
  }
  void TellPace(const orchestration::FleetPace& pace) { EXPECT_TRUE(orders_.TellPace("default", pace).ok()); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  testing::TemporaryDirectory directory_;
  boost::asio::io_context io_;
  ThreadPool pool_{2};
  storage::MemoryRequestStore store_;
  storage::MemoryFleetOrderStore orders_;
  SerialExecutor serial_{pool_};
  http::CurlClient http_;
  orchestration::ReservationClient reservations_{http_, serial_, Clock::System()};
  orchestration::RequestWaiters waiters_{pool_};
  KeptHttpClient quick_http_{io_};
  orchestration::RequestFacade facade_{Clock::System(), store_, reservations_, waiters_};
  std::unique_ptr<backends::ProcessBackend> backend_;
  std::optional<orchestration::Fleet> fleet_;
  BoundedExecutor workers_{2, 100};
  std::optional<MakerApi> api_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

std::string HeaderOf(const HttpReply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return "";
}

const HttpHeaders kAlice = {{"Authorization", "alice"}};
const HttpHeaders kAliceJson = {{"Authorization", "alice"}, {"Accept", "application/json"}};

TEST(MakerApi, FromAskingToAnAddressThatAnswers) {
  MakerUnderTest maker;
  EXPECT_EQ(maker.Call("GET", "/request", kAlice).status, 404);
  const HttpReply asked = maker.Call("POST", "/request", kAlice);
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(asked.body, "Accepted");
  EXPECT_TRUE(HeaderOf(asked, "content-type").starts_with("text/plain"));

  HttpReply ready = maker.Call("GET", "/request?wait=30", kAlice);
  EXPECT_EQ(ready.status, 200);
  EXPECT_TRUE(ready.body.starts_with("127.0.0.1:")) << ready.body;
  EXPECT_EQ(maker.Call("POST", "/request", kAlice).body, ready.body) << "asking again is safe";

  const json body = json::parse(maker.Call("POST", "/request", kAliceJson).body);
  EXPECT_EQ(body["status"], "ready");
  EXPECT_EQ(body["host"], "127.0.0.1");
  EXPECT_EQ("127.0.0.1:" + std::to_string(body["port"].get<int>()), ready.body);
  EXPECT_FALSE(body.contains("ticket"));

  EXPECT_EQ(maker.Call("DELETE", "/request", kAlice).status, 200);
  EXPECT_EQ(maker.Call("DELETE", "/request", kAlice).status, 404);
  EXPECT_EQ(maker.Call("GET", "/request", kAlice).status, 404);
}

TEST(MakerApi, JsonTellsThePosition) {
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker({}, none);
  ASSERT_EQ(maker.Call("POST", "/request", {{"Authorization", "first"}}).status, 202);
  const HttpReply reply = maker.Call("POST", "/request", kAliceJson);
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(json::parse(reply.body), json({{"status", "pending"}, {"position", 2}}));
  EXPECT_EQ(HeaderOf(reply, "content-type"), "application/json");
}

TEST(MakerApi, WhatIsKnownOfTheWaitIsToldToEverybody) {
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker({}, none);
  maker.TellPace({.requests_per_second = 0.01, .told = Clock::System().WallNow()});
  const HttpReply reply = maker.Call("POST", "/request", kAliceJson);
  EXPECT_EQ(json::parse(reply.body),
            json({{"status", "pending"}, {"position", 1}, {"estimate_seconds", 100}}));
  EXPECT_EQ(HeaderOf(reply, "retry-after"), "30") << "no longer than a long poll lasts";
  const HttpReply text = maker.Call("POST", "/request", kAlice);
  EXPECT_EQ(text.status, 202);
  EXPECT_EQ(text.body, "Accepted");
  EXPECT_EQ(HeaderOf(text, "retry-after"), "30");
}

TEST(MakerApi, TicketAndPublicHostComeFromTheOptions) {
  MakerApiOptions options;
  options.public_host = "play.example";
  options.issue_ticket = [](std::string_view client, const orchestration::SeatServer& server) {
    return "ticket of " + std::string(client) + " for " + server.id.substr(0, 3);
  };
  MakerUnderTest maker(options);
  ASSERT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  const json body = json::parse(maker.Call("GET", "/request?wait=30", kAliceJson).body);
  EXPECT_EQ(body["host"], "play.example");
  EXPECT_EQ(body["ticket"], "ticket of alice for gs-");
}

TEST(MakerApi, WhereItIsSaidToBeTheHostThatWasAskedIsInTheAnswer) {
  MakerApiOptions options;
  options.host_as_asked = true;
  MakerUnderTest maker(options);
  ASSERT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  const auto host_for = [&maker](const std::string& host) {
    const HttpReply reply =
        maker.Call("GET", "/request?wait=30",
                   {{"Authorization", "alice"}, {"Host", host}, {"X-Forwarded-Host", "evil"}});
    return reply.body.substr(0, reply.body.rfind(':'));
  };
  EXPECT_EQ(host_for("play.example:3000"), "play.example");
  EXPECT_EQ(host_for("play.example"), "play.example");
  EXPECT_EQ(host_for("[2001:db8::1]:3000"), "[2001:db8::1]");
  for (const std::string& bad :
       std::vector<std::string>{"a b", "a/b", "<script>", "a@b", "-", "a..b", std::string(300, 'a')}) {
    EXPECT_EQ(host_for(bad), "127.0.0.1") << bad;
  }
  RawClient proxied(maker.port());
  proxied.Send(
      "GET http://lobby.example:3000/request HTTP/1.1\r\nHost: other\r\nAuthorization: alice\r\n\r\n");
  proxied.HalfClose();
  EXPECT_NE(proxied.ReadAll().find("\r\n\r\nlobby.example:"), std::string::npos);
}

TEST(MakerApi, WhatTheDoorRefusesIsJsonForWhoAsksForIt) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 1}, 100);
  MakerApiOptions options;
  options.limiter = &limiter;
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker(options, none);
  ASSERT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  const auto expect = [&maker](const char* method, const char* target, const std::string& client, int status,
                               const char* error) {
    const HttpReply reply =
        maker.Call(method, target, {{"Authorization", client}, {"Accept", "text/html, Application/JSON"}});
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(HeaderOf(reply, "content-type"), "application/json") << status;
    EXPECT_EQ(json::parse(reply.body, nullptr, false), json({{"status", "error"}, {"error", error}}));
    return reply;
  };
  expect("POST", "/elsewhere", "bob", 404, "Not Found");
  EXPECT_NE(HeaderOf(expect("PUT", "/request", "bob", 405, "Method Not Allowed"), "allow"), "");
  EXPECT_NE(HeaderOf(expect("POST", "/request", "", 401, "Unauthorized"), "www-authenticate"), "");
  EXPECT_NE(HeaderOf(expect("POST", "/request", "alice", 429, "Too Many Requests"), "retry-after"), "");
  EXPECT_EQ(maker.Call("POST", "/elsewhere", {{"Accept", "application/json;q=0"}}).body, "Not Found");
}

TEST(MakerApi, JwtCallersAreKnownByTheirSubject) {
  MakerApiOptions options;
  options.verify_token = [](std::string_view token) -> StatusOr<Caller> {
    if (token != "good") return MakeStatus(StatusCode::kUnauthenticated, "bad signature");
    return Caller{.user_id = "u1", .role = "user", .session_id = "s"};
  };
  MakerUnderTest maker(options);
  for (const std::string value :
       {"good", "Bearergood", "Bearer ", "Bearer bad", "Basic good", "Bearer good x"}) {
    const HttpReply reply = maker.Call("POST", "/request", {{"Authorization", value}});
    EXPECT_EQ(reply.status, 401) << value;
    EXPECT_EQ(reply.body, "Unauthorized") << value;
  }
  EXPECT_EQ(maker.Call("POST", "/request", {{"Authorization", "bearer good"}}).status, 202)
      << "RFC 9110, 11.1";
  EXPECT_EQ(maker.Call("POST", "/request", {{"Authorization", "Bearer good"}}).status, 202);
}

TEST(MakerApi, AFloodOfOneClientIsToldToWait) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 2}, 100);
  MakerApiOptions options;
  options.limiter = &limiter;
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker(options, none);
  EXPECT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  EXPECT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  const HttpReply refused = maker.Call("POST", "/request", kAlice);
  EXPECT_EQ(refused.status, 429);
  EXPECT_GE(std::stoi(HeaderOf(refused, "retry-after")), 50);
  EXPECT_EQ(maker.Call("POST", "/request", {{"Authorization", "bob"}}).status, 202);
}

TEST(MakerApi, AFloodOfOneAddressIsToldToWaitWhoeverItSaysItIs) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 2}, 100);
  MakerApiOptions options;
  options.address_limiter = &limiter;
  int verified = 0;
  options.verify_token = [&verified](std::string_view token) -> StatusOr<Caller> {
    ++verified;
    return Caller{.user_id = std::string(token), .role = "user", .session_id = "s"};
  };
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker(options, none);
  EXPECT_EQ(maker.Call("POST", "/request", {{"Authorization", "Bearer a"}}).status, 202);
  EXPECT_EQ(maker.Call("POST", "/request", {{"Authorization", "Bearer b"}}).status, 202);
  const HttpReply refused = maker.Call("POST", "/request", {{"Authorization", "Bearer c"}});
  EXPECT_EQ(refused.status, 429);
  EXPECT_GE(std::stoi(HeaderOf(refused, "retry-after")), 50);
  EXPECT_EQ(verified, 2) << "no token is looked at for nothing";
}

TEST(MakerApi, ALocalProxyMayBeExempt) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 1}, 100);
  MakerApiOptions options;
  options.address_limiter = &limiter;
  options.exempt_loopback = true;
  MakerUnderTest maker(options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(maker.Call("GET", "/request", kAlice).status, 404);
}

TEST(MakerApi, BehindAProxyTheLimitIsThatOfWhomItSpeaksFor) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 1}, 100);
  MakerApiOptions options;
  options.address_limiter = &limiter;
  options.proxies = AddressList::Parse("127.0.0.1").value();
  MakerUnderTest maker(options);
  const auto status_for = [&](const std::string& forwarded) {
    return maker.Call("GET", "/request", {{"Authorization", "alice"}, {"X-Forwarded-For", forwarded}}).status;
  };
  EXPECT_EQ(status_for("203.0.113.7"), 404);
  EXPECT_EQ(status_for("203.0.113.8"), 404) << "somebody else";
  EXPECT_EQ(status_for("203.0.113.7"), 429);
  EXPECT_EQ(status_for("198.51.100.1, 203.0.113.7"), 429) << "what a caller writes is not believed";
}

TEST(MakerApi, WhatStrangersSayOfWhereTheyComeFromCountsForNothing) {
  KeyedTokenBuckets limiter(Clock::System(), {.per_second = 0.01, .burst = 1}, 100);
  MakerApiOptions options;
  options.address_limiter = &limiter;
  MakerUnderTest maker(options);
  EXPECT_EQ(
      maker.Call("GET", "/request", {{"Authorization", "a"}, {"X-Forwarded-For", "203.0.113.7"}}).status,
      404);
  EXPECT_EQ(
      maker.Call("GET", "/request", {{"Authorization", "a"}, {"X-Forwarded-For", "203.0.113.8"}}).status,
      429);
}

TEST(MakerApi, AfterThreeFailedStartsRetryAfterIsSaid) {
  MakerUnderTest maker({}, {}, "die");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(maker.Call("POST", "/request", kAlice).status, 202) << i;
    const HttpReply failed = maker.Call("GET", "/request?wait=30", kAliceJson);
    EXPECT_EQ(failed.status, 503);
    EXPECT_EQ(json::parse(failed.body)["status"], "failed");
    EXPECT_NE(failed.body.find("no map to play on"), std::string::npos) << failed.body;
  }
  const HttpReply told = maker.Call("POST", "/request", kAlice);
  EXPECT_EQ(told.status, 503);
  EXPECT_EQ(HeaderOf(told, "retry-after"), "5");
  EXPECT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
}

struct DoorRow {
  const char* what;
  std::string sent;
  int status;
};

TEST(MakerApi, BadInputGetsItsAnswer) {
  FleetOptions none;
  none.max = 0;
  MakerUnderTest maker({}, none);
  const std::string host = "Host: h\r\n";
  const std::string who = host + "Authorization: alice\r\n";
  const std::string end = "\r\n";
  const auto sized = [&](const std::string& id) { return host + "Authorization: " + id + "\r\n"; };
  const std::vector<DoorRow> rows = {
      {"no Authorization", "POST /request HTTP/1.1\r\n" + host + end, 401},
      {"empty Authorization", "POST /request HTTP/1.1\r\n" + sized("") + end, 401},
      {"blank Authorization", "POST /request HTTP/1.1\r\n" + sized("   ") + end, 401},
      {"two Authorizations", "POST /request HTTP/1.1\r\n" + who + "Authorization: bob\r\n" + end, 400},
      {"a dot", "POST /request HTTP/1.1\r\n" + sized(".") + end, 400},
      {"two dots", "POST /request HTTP/1.1\r\n" + sized("..") + end, 400},
      {"4,000 bytes", "POST /request HTTP/1.1\r\n" + sized(std::string(4000, 'a')) + end, 202},
      {"4,001 bytes", "POST /request HTTP/1.1\r\n" + sized(std::string(4001, 'a')) + end, 400},
      {"over 8 KiB", "POST /request HTTP/1.1\r\n" + sized(std::string(9000, 'a')) + end, 431},
      {"the name of a queue", "POST /request HTTP/1.1\r\n" + sized("queue") + end, 202},
      {"a path", "POST /request HTTP/1.1\r\n" + sized("../close") + end, 202},
      {"bytes that are no text", "POST /request HTTP/1.1\r\n" + sized("\xff\xfe") + end, 202},
      {"GET of nothing", "GET /request HTTP/1.1\r\n" + sized("nobody") + end, 404},
      {"DELETE of nothing", "DELETE /request HTTP/1.1\r\n" + sized("nobody") + end, 404},
      {"HEAD of nothing", "HEAD /request HTTP/1.1\r\n" + sized("nobody") + end, 404},
      {"another path", "POST /requests HTTP/1.1\r\n" + who + end, 404},
      {"a longer path", "POST /request/x HTTP/1.1\r\n" + who + end, 404},
      {"a final slash", "POST /request/ HTTP/1.1\r\n" + who + end, 404},
      {"the root", "GET / HTTP/1.1\r\n" + who + end, 404},
      {"an encoded path", "POST /%72equest HTTP/1.1\r\n" + who + end, 202},
      {"PUT", "PUT /request HTTP/1.1\r\n" + who + end, 405},
      {"PATCH", "PATCH /request HTTP/1.1\r\n" + who + end, 405},
      {"OPTIONS", "OPTIONS /request HTTP/1.1\r\n" + who + end, 405},
      {"an unknown method", "BREW /request HTTP/1.1\r\n" + who + end, 405},
      {"an unknown fleet", "POST /request?fleet=nowhere HTTP/1.1\r\n" + who + end, 404},
      {"an empty fleet", "POST /request?fleet= HTTP/1.1\r\n" + who + end, 404},
      {"the fleet by name", "POST /request?fleet=default HTTP/1.1\r\n" + who + end, 202},
      {"wait is no number", "GET /request?wait=soon HTTP/1.1\r\n" + who + end, 400},
      {"wait is negative", "GET /request?wait=-1 HTTP/1.1\r\n" + who + end, 400},
      {"wait is a fraction", "GET /request?wait=1.5 HTTP/1.1\r\n" + who + end, 400},
      {"wait is empty", "GET /request?wait= HTTP/1.1\r\n" + who + end, 400},
      {"wait is out of range", "GET /request?wait=99999999999 HTTP/1.1\r\n" + who + end, 400},
      {"half an escape", "POST /request?fleet=% HTTP/1.1\r\n" + who + end, 400},
      {"a body nobody asked for", "POST /request HTTP/1.1\r\n" + who + "Content-Length: 3\r\n" + end + "abc",
       202},
      {"a body that is too long", "POST /request HTTP/1.1\r\n" + who + "Content-Length: 99999999\r\n" + end,
       413},
      {"no Host", "POST /request HTTP/1.1\r\nAuthorization: alice\r\n" + end, 400},
      {"not HTTP", "give me a server\r\n\r\n", 400},
  };
  for (const DoorRow& row : rows) {
    RawClient client(maker.port());
    client.Send(row.sent);
    client.HalfClose();
    EXPECT_EQ(StatusIn(client.ReadAll()), row.status) << row.what;
  }
  EXPECT_EQ(maker.Call("POST", "/request", kAlice).status, 202) << "and nobody else notices";
}

TEST(MakerApi, ForwardedHeadersNeverBecomeAnAnswer) {
  MakerUnderTest maker;
  ASSERT_EQ(maker.Call("POST", "/request", kAlice).status, 202);
  const HttpReply reply = maker.Call("GET", "/request?wait=30",
                                     {{"Authorization", "alice"},
                                      {"X-Forwarded-Host", "evil.example"},
                                      {"X-Forwarded-For", "6.6.6.6"},
                                      {"Host", "evil.example"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body.starts_with("127.0.0.1:")) << reply.body;
}

}  // namespace
}  // namespace oofgg::net
