// The SDK's light presence client against oofgg-game, which is killed and comes back.

#include "oofgg/light_presence.h"

#include <gtest/gtest.h>

#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"

namespace oofgg::testing {
namespace {

using Transport = LightPresenceTransport;

/// A player, and what they hear: `bob online`, `bob offline`, `stale`, `fresh`.
struct Player {
  Inbox<std::string> heard;
  std::unique_ptr<LightPresence> presence;

  void Connect(const std::string& address, const std::string& user, std::vector<std::string> friends,
               LightPresenceOptions options) {
    options.on_stale = [this](bool stale) { heard.Put(stale ? "stale" : "fresh"); };
    auto connected = LightPresence::Connect(
        address, user, std::move(friends),
        [this](const StatusOr<PresenceUpdate>& update) {
          if (!update.ok()) return heard.Put(std::string(update.status().message()));
          heard.Put(update->user_id + (update->state == PresenceState::kOffline ? " offline" : " online"));
        },
        std::move(options));
    ASSERT_TRUE(connected.ok()) << connected.status();
    presence = *std::move(connected);
  }
  bool Hears(const std::string& wanted) {
    return heard.Next([&](const std::string& text) { return text == wanted; }).has_value();
  }
  std::string Next() { return heard.Next().value_or("nothing"); }
};

class LightPresenceServerTest : public ::testing::Test {
 protected:
  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_ = StartAuth(folder_);
};

TEST_F(LightPresenceServerTest, UpdatesGoOnAfterTheServerWasKilledAndCameBack) {
  auto game = StartGame(folder_, *auth_, {"--presence-grace", "200ms"});
  const std::string door = game->address("presence");
  Player by_tcp;
  Player by_udp;
  by_tcp.Connect(door, "ann", {"bob", "cid"}, {.reconnect = {.maximum = std::chrono::milliseconds(300)}});
  EXPECT_TRUE(by_tcp.Hears("fresh"));
  by_udp.Connect(door, "bob", {"ann"},
                 {.transport = Transport::kUdp,
                  .heartbeat = std::chrono::milliseconds(500),
                  .reconnect = {.maximum = std::chrono::milliseconds(300)}});
  EXPECT_EQ(by_udp.Next(), "ann online");
  EXPECT_EQ(by_udp.Next(), "fresh");
  EXPECT_EQ(by_tcp.Next(), "bob online");

  game->Kill();
  EXPECT_EQ(by_tcp.Next(), "stale");
  EXPECT_EQ(by_udp.Next(), "stale");
  game = StartGame(folder_, *auth_, {"--presence-listen", door});
  EXPECT_TRUE(by_tcp.Hears("fresh"));
  EXPECT_TRUE(by_udp.Hears("fresh"));

  Player late;
  late.Connect(door, "cid", {"ann", "bob"}, {.transport = Transport::kUdp});
  EXPECT_TRUE(by_tcp.Hears("cid online"));
  EXPECT_TRUE(late.Hears("fresh"));
  late.presence->SignOff();
  EXPECT_EQ(by_tcp.Next(), "cid offline");
}

TEST_F(LightPresenceServerTest, ATokenOfTheAuthServerLetsThePlayerInByEitherDoor) {
  const auto game = StartGame(folder_, *auth_, {"--presence-auth"});
  const auto client = SignUp("ann", *auth_);
  const std::string user = client->tokens().user_id;
  for (const Transport transport : {Transport::kTcp, Transport::kUdp}) {
    Player stranger;
    stranger.Connect(game->address("presence"), user, {}, {.transport = transport});
    EXPECT_NE(stranger.Next().find("token"), std::string::npos);
    Player player;
    player.Connect(game->address("presence"), user, {},
                   {.transport = transport, .token = [&] { return client->tokens().access_token; }});
    EXPECT_EQ(player.Next(), "fresh");
  }
}

}  // namespace
}  // namespace oofgg::testing
