// How WebSockets begin and end.

#include "net/tls/tls_source.h"
#include "tests/support/inbox.h"
#include "tests/support/test_ca.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/net_websocket/websocket_fixture.h"

namespace oofgg::net {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::string UpgradeRequestOf(const std::string& target) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

TEST_F(WebSocketTest, ABadTokenIsRefusedBeforeThereIsAnything) {
  for (const char* target : {"/s", "/s?token=", "/s?token=bad", "/?token=bad"}) {
    const auto peer = Ask(target, 401);
    EXPECT_EQ(peer->ReadToEnd(), "the token is missing, or not valid any more") << "and it is closed";
  }
  EXPECT_EQ(listener().counts().unauthorized, 4U);
  EXPECT_EQ(listener().counts().opened, 0U);
  EXPECT_EQ(sessions_.handlers(), 0U);
  Eventually("they are gone", [&] { return listener().connections() == 0; });
}

TEST_F(WebSocketTest, WhatIsNoWebSocketIsToldSo) {
  Ask("/not%20a%20session?token=ann", 404);
  WebSocketPeer plain(address());
  plain.Send("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(plain.ReadToEnd(), HasSubstr("HTTP/1.1 426"));
  WebSocketPeer noise(address());
  noise.Send("SSH-2.0-x\r\n\r\n");
  EXPECT_THAT(noise.ReadToEnd(), HasSubstr("HTTP/1.1 400"));
  WebSocketPeer endless(address());
  endless.Send("GET /s HTTP/1.1\r\nX: " + std::string(9'000, 'x'));
  EXPECT_THAT(endless.ReadToEnd(), HasSubstr("HTTP/1.1 431"));
}

TEST_F(WebSocketTest, PagesOfOtherOriginsAreRefusedWhereSomeAreNamed) {
  Listen({.origins = {"https://a.example"}});
  Ask("/s?token=ann", 403, "Origin: https://b.example\r\n");
  Ask("/s?token=ann", 101, "Origin: https://a.example\r\n");
  Ask("/s?token=ann", 101);
}

TEST_F(WebSocketTest, AClosingHandshakeIsAnswered) {
  const auto with_code = Connect("ann");
  with_code->SendClose(1000);
  EXPECT_EQ(with_code->Message(), "<close 1000>");
  EXPECT_EQ(with_code->ReadToEnd(), "");
  const auto without = Connect("ann");
  without->SendClose(0);
  EXPECT_EQ(without->Message(), "<close>") << "as the SDK's disconnect() does";
  EXPECT_EQ(without->ReadToEnd(), "");
  Eventually("their streams are closed", [&] { return sessions_.handlers() == 0; });
  Eventually("they are gone", [&] { return listener().connections() == 0; });
}

TEST_F(WebSocketTest, WhatWasSaidBeforeACloseCounts) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  ann->SendText(R"({"type":"last words"})");
  EXPECT_THAT(bob->Message(), HasSubstr("last words"));
  ann->SendClose(1000);
  EXPECT_EQ(ann->Message(), "<close 1000>");
}

TEST_F(WebSocketTest, WhoBreaksOffIsGone) {
  Connect("ann").reset();
  Eventually("the stream is closed", [&] { return sessions_.handlers() == 0; });
  Eventually("it is gone", [&] { return listener().connections() == 0; });
}

TEST_F(WebSocketTest, PingsAreAnswered) {
  const auto ann = Connect("ann");
  ann->SendFrame(0x89, "are you there");
  const auto pong = ann->Next();
  ASSERT_TRUE(pong.has_value());
  EXPECT_EQ(pong->opcode, 0xa);
  EXPECT_EQ(pong->payload, "are you there");
}

TEST_F(WebSocketTest, FramesMayComeWithTheRequest) {
  WebSocketPeer ann(address());
  ann.Send(UpgradeRequestOf("/s?token=ann&echo=1") + testing::MaskedFrame(0x81, R"({"type":"early"})") +
           testing::MaskedFrame(0x88, ""));
  const std::string all = ann.ReadToEnd();
  EXPECT_THAT(all, HasSubstr("101 Switching Protocols"));
  EXPECT_THAT(all, EndsWith(std::string("\x88\x00", 2)));
}

TEST_F(WebSocketTest, ARevokedLoginIsClosedForGood) {
  const auto ann = Connect("ann");
  const auto anns_other = Connect("ann", "t");
  const auto bob = Connect("bob");
  Revoke("ann");
  listener().EndSession("login-of-ann");
  EXPECT_EQ(ann->Message(), "<close 4401>");
  EXPECT_EQ(anns_other->Message(), "<close 4401>");
  EXPECT_EQ(ann->ReadToEnd(), "");
  Ask("/s?token=ann", 401);
  bob->SendFrame(0x89, "");
  EXPECT_EQ(bob->Next()->opcode, 0xa) << "nobody else notices";
}

TEST_F(WebSocketTest, WhoIsSentAwayIsDroppedAndMayComeBack) {
  const auto ann = Connect("ann");
  listener().SendAway();
  EXPECT_THAT(ann->Message(), AnyOf("<end>", "<reset>")) << "without a close, or the SDK would stay away";
  Connect("ann");
}

TEST_F(WebSocketTest, ADrainDropsAllAndTellsWhenTheyAreGone) {
  testing::Inbox<bool> drained;
  const auto ann = Connect("ann");
  const auto outside = Ask("/?token=bob", 101);
  WebSocketPeer silent(address());
  Eventually("all are there", [&] { return listener().connections() == 3; });
  listener().Drain([&] { drained.Put(sessions_.handlers() == 0); });
  EXPECT_EQ(drained.Next(), true) << "its streams are closed by then";
  EXPECT_EQ(listener().connections(), 0U);
  EXPECT_THAT(ann->Message(), AnyOf("<end>", "<reset>"));
  EXPECT_THAT(outside->Message(), AnyOf("<end>", "<reset>"));
  EXPECT_THAT(silent.Message(), AnyOf("<end>", "<reset>"));
}

TEST_F(WebSocketTest, AListenerThatGoesClosesItsStreams) {
  const auto ann = Connect("ann");
  const auto bob = Connect("bob");
  for (int i = 0; i < 100; ++i) ann->SendText(R"({"type":"x"})");
  TakeDown();
  EXPECT_EQ(sessions_.handlers(), 0U);
}

TEST_F(WebSocketTest, UnderTlsItIsTheSame) {
  const testing::TestTlsFiles files(testing::TestCa().Issue("websocket"));
  Listen(
      {.secure = TlsLayers(
           TlsSource::Open({.certificate = files.certificate, .key = files.key}, Clock::System()).value())});
  testing::TlsPeer ann(listener().port());
  ASSERT_TRUE(ann.connected());
  ann.Send(UpgradeRequestOf("/s?token=ann&echo=1"));
  EXPECT_THAT(ann.ReadUntil("\r\n\r\n"), HasSubstr("101 Switching Protocols"));
  const std::string data(12'000, 'x');
  ann.Send(testing::MaskedFrame(0x81, R"({"type":"big","data":")" + data + "\"}"));
  EXPECT_THAT(ann.ReadUntil("}"), HasSubstr(data));
  ann.Send(testing::MaskedFrame(0x88, "\x03\xe8"));
  EXPECT_EQ(ann.ReadAll(), "\x88\x02\x03\xe8");
  WebSocketPeer plain(address());
  plain.Send("GET /s?token=ann HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_THAT(plain.ReadToEnd(), Not(HasSubstr("HTTP"))) << "no plaintext beside it";
}

}  // namespace
}  // namespace oofgg::net
