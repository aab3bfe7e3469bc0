// What WebSockets are held to.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/address_list.h"
#include "tests/unit/net_websocket/websocket_fixture.h"

namespace oofgg::net {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;

const auto kGone = AnyOf("<end>", "<reset>");

TEST_F(WebSocketTest, TheRequestHasTenSeconds) {
  WebSocketPeer silent(address());
  WebSocketPeer slow(address());
  slow.Send("GET /s?token=ann HTTP/1.1\r\n");
  const auto ann = Connect("ann");
  Eventually("all are there", [&] { return listener().connections() == 3; });
  workers().AdvanceBy(9'999ms);
  EXPECT_TRUE(silent.IsSilent());
  workers().AdvanceBy(1ms);
  EXPECT_THAT(silent.Message(), kGone);
  EXPECT_THAT(slow.Message(), kGone);
  EXPECT_TRUE(ann->IsSilent());
  EXPECT_EQ(listener().counts().timeouts, 2U);
  Eventually("they are gone", [&] { return listener().connections() == 1; });
}

TEST_F(WebSocketTest, WhoAnswersNoPingIsGone) {
  const auto alive = Connect("ann");
  WebSocketPeer dead(address(), {.answers_pings = false});
  ASSERT_EQ(dead.Upgrade("/?token=bob"), 101);
  for (int i = 0; i < 2; ++i) {
    workers().AdvanceBy(20s);
    for (WebSocketPeer* peer : {alive.get(), &dead}) {
      const auto ping = peer->Next();
      ASSERT_TRUE(ping.has_value());
      EXPECT_EQ(ping->opcode, 0x9);
    }
    alive->SendFrame(0x8a, "");
    alive->SendFrame(0x89, "");
    EXPECT_EQ(alive->Next()->opcode, 0xa) << "it was heard";
  }
  workers().AdvanceBy(20s);
  EXPECT_THAT(dead.Message(), kGone) << "without a close: a phone may be back soon";
  EXPECT_EQ(alive->Next()->opcode, 0x9);
  EXPECT_EQ(listener().counts().unanswered, 1U);
}

TEST_F(WebSocketTest, WhoDoesNotReadIsGoneAndCostsLittle) {
  Listen({.ping_interval = 24h, .send_buffer_bytes = 16 * 1024});
  WebSocketPeer slow(address(), {.receive_buffer = 4 * 1024});
  ASSERT_EQ(slow.Upgrade("/s?token=bob"), 101);
  Eventually("it listens", [&] { return sessions_.streams() == 1; });
  for (int i = 0; i < 200; ++i) {
    sessions_.Say({.name = "x", .session_id = "s", .data = "\"" + std::string(10'000, 'x') + "\""});
  }
  // More than all buffers hold, so that it is blocked by now or will soon be.
  Eventually("it is given up", [&] {
    workers().AdvanceBy(1s);
    return listener().counts().not_reading == 1;
  });
  Eventually("its stream is closed", [&] { return sessions_.handlers() == 0; });
  EXPECT_EQ(listener().counts().unanswered, 0U);
}

TEST_F(WebSocketTest, WhoReadsSlowlyGetsAll) {
  Listen({.send_buffer_bytes = 16 * 1024});
  WebSocketPeer slow(address(), {.receive_buffer = 4 * 1024});
  ASSERT_EQ(slow.Upgrade("/s?token=bob"), 101);
  Eventually("it listens", [&] { return sessions_.streams() == 1; });
  const std::string data = "\"" + std::string(10'000, 'x') + "\"";
  for (int i = 0; i < 100; ++i) sessions_.Say({.name = "x", .session_id = "s", .data = data});
  for (int i = 1; i <= 100; ++i) {
    ASSERT_THAT(slow.Message(), HasSubstr("\"seq\":" + std::to_string(i) + "}"));
  }
}

TEST_F(WebSocketTest, AMessageThatIsTooLongEndsItsSender) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  ann->SendText(R"({"type":"x","data":")" + std::string(16'000, 'x') + "\"}");
  EXPECT_THAT(bob->Message(), HasSubstr("xxx"));
  ann->SendText(std::string(25'000, 'x'));
  EXPECT_EQ(ann->Message(), "<close 1009>");
  EXPECT_EQ(listener().counts().broken, 1U);
}

TEST_F(WebSocketTest, WhatBreaksARuleEndsItsSender) {
  const auto unmasked = Connect("ann");
  unmasked->Send("\x81\x02{}");
  EXPECT_EQ(unmasked->Message(), "<close 1002>");
  const auto no_utf8 = Connect("ann");
  no_utf8->SendText("\xff");
  EXPECT_EQ(no_utf8->Message(), "<close 1007>");
}

TEST_F(WebSocketTest, AFloodEndsItsSender) {
  Listen({.messages = {.per_second = 1, .burst = 5}});
  const auto pings = Connect("ann");
  const auto bob = Connect("bob");
  for (int i = 0; i < 6; ++i) pings->SendFrame(0x89, "");
  EXPECT_EQ(pings->Message(), "<close 1008>");
  const auto messages = Connect("ann");
  for (int i = 0; i < 6; ++i) messages->SendText(R"({"type":"x"})");
  EXPECT_EQ(messages->Message(), "<close 1008>");
  bob->SendText(R"({"type":"subscribe","instance_id":"t"})");
  EXPECT_THAT(bob->MessageWith("subscribed"), HasSubstr("\"t\"")) << "nobody else notices";
}

TEST_F(WebSocketTest, RequestsOfOneAddressAreLimited) {
  Listen({.upgrades_per_address = {.per_second = 1, .burst = 3}, .spares_this_machine = false});
  Ask("/?token=bad", 401);
  Ask("/?token=bad", 401);
  Ask("/?token=ann", 101);
  Ask("/?token=ann", 429);
  EXPECT_EQ(listener().counts().over_rate, 1U);
  clock_.Advance(1s);
  Ask("/?token=ann", 101);
}

TEST_F(WebSocketTest, ThisMachinesRequestsAreNot) {
  Listen({.upgrades_per_address = {.per_second = 1, .burst = 1}});
  for (int i = 0; i < 5; ++i) Ask("/?token=ann", 101);
}

TEST_F(WebSocketTest, WhoComesThroughAProxyHasTheirOwnAddress) {
  WebSocketOptions options;
  options.upgrades_per_address = {.per_second = 1, .burst = 1};
  options.max_connections_per_address = 2;
  options.proxies = AddressList::Parse("127.0.0.1").value();
  Listen(std::move(options));
  std::vector<std::unique_ptr<WebSocketPeer>> peers;
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
    const std::string header = std::string("X-Forwarded-For: ") + address + "\r\n";
    peers.push_back(Ask("/?token=ann", 101, header));
    Ask("/?token=ann", 429, header);
  }
}

TEST_F(WebSocketTest, SeatsOfOneAddressAreLimitedThroughAProxyToo) {
  WebSocketOptions options;
  options.max_connections_per_address = 2;
  options.proxies = AddressList::Parse("127.0.0.1").value();
  Listen(std::move(options));
  std::vector<std::unique_ptr<WebSocketPeer>> peers;
  // What the client itself wrote stands before what the proxy heard, also in a line of its own.
  for (const char* forged : {"192.0.2.1", "192.0.2.2"}) {
    const std::string header =
        std::string("X-Forwarded-For: ") + forged + "\r\nX-Forwarded-For: 198.51.100.7\r\n";
    peers.push_back(Ask("/?token=ann", 101, header));
  }
  Ask("/?token=ann", 429, "X-Forwarded-For: 198.51.100.7\r\n");
  peers.push_back(Ask("/?token=bob", 101, "X-Forwarded-For: 198.51.100.8\r\n"));
  peers.clear();
  Eventually("all seats are free", [&] { return listener().connections() == 0; });
  Ask("/?token=ann", 101, "X-Forwarded-For: 198.51.100.7\r\n");
}

TEST_F(WebSocketTest, ConnectionsOfOneAddressAreLimitedBeforeTheySayAnything) {
  Listen({.max_connections_per_address = 2});
  auto ann = Connect("ann");
  WebSocketPeer silent(address());
  Eventually("both are there", [&] { return listener().connections() == 2; });
  WebSocketPeer third(address());
  EXPECT_THAT(third.ReadToEnd(), HasSubstr("503 Service Unavailable"));
  EXPECT_EQ(listener().counts().over_connections_of_address, 1U);
  ann.reset();
  Eventually("there is room", [&] { return listener().connections() == 1; });
  Connect("bob");
}

TEST_F(WebSocketTest, ConnectionsAreLimitedAltogether) {
  Listen({.max_connections = 1});
  const auto ann = Connect("ann");
  WebSocketPeer second(address());
  EXPECT_THAT(second.ReadToEnd(), HasSubstr("503 Service Unavailable"));
  EXPECT_EQ(listener().counts().over_connections, 1U);
}

TEST_F(WebSocketTest, WhoDoesNotAnswerACloseIsGoneAllTheSame) {
  const auto ann = Connect("ann");
  Revoke("ann");
  listener().EndSession("login-of-ann");
  EXPECT_EQ(ann->Message(), "<close 4401>");
  Eventually("its stream is closed", [&] { return sessions_.handlers() == 0; });
  EXPECT_EQ(listener().connections(), 1U) << "it may still close";
  workers().AdvanceBy(2s);
  Eventually("it is gone", [&] { return listener().connections() == 0; });
}

}  // namespace
}  // namespace oofgg::net
