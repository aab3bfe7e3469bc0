// Several oofgg-game that share sessions' events by way of a real Redis, and rows by a real PostgreSQL: what
// players see of each other, and what they miss when an instance is lost.

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"

namespace oofgg::testing {
namespace {

class SessionInstancesTest : public ::testing::Test {
 protected:
  struct Instance {
    TemporaryDirectory folder;
    std::unique_ptr<RunningServer> server;
  };
  using Events = Inbox<StatusOr<GameEvent>>;

  SessionInstancesTest() {
    for (Instance* each : {&one_, &other_}) {
      each->server =
          StartGame(each->folder, *auth_,
                    {"--database", database_.url(), "--redis", redis_.address(), "--games", "arena=Arena"});
    }
  }

  std::unique_ptr<Client> At(const Instance& instance, const Client& player) {
    auto client = ClientOf(auth_.get(), instance.server.get());
    client->SetTokens(player.tokens());
    return client;
  }
  static EventStream Listen(Client& player, const std::string& session, Events& events,
                            std::uint64_t after = 0) {
    return player.games().StreamEvents(
        {.session_id = session, .game_id = "arena", .after_sequence = after},
        [&events](StatusOr<GameEvent> event) { events.Put(std::move(event)); });
  }
  static GameEvent Named(const std::string& name) {
    GameEvent event;
    event.name = name;
    event.type = EventType::kGameEvent;
    return event;
  }
  static std::string NameOf(const std::optional<StatusOr<GameEvent>>& event) {
    if (!event.has_value()) return "nothing";
    return event->ok() ? (*event)->name : event->status().ToString();
  }
  /// Sends until the stream is open and hears it.
  static void Begin(EventStream& stream, Events& events, const std::string& name) {
    ASSERT_TRUE(stream.Send(Named(name)).ok());
    ASSERT_TRUE(
        events.Next([&](const auto& event) { return !event.ok() || event->name == name; }).has_value());
  }

  PostgresServer database_;
  RedisServer redis_;
  TemporaryDirectory auth_folder_;
  std::unique_ptr<RunningServer> auth_ = StartAuth(auth_folder_);
  Instance one_;
  Instance other_;
};

TEST_F(SessionInstancesTest, PlayersShareASessionAndWhoLosesTheirInstanceMissesNothing) {
  Events anns;
  Events bobs;
  Events again;
  const auto ann = SignUp("ann", *auth_, one_.server.get());
  const auto bob = SignUp("bob", *auth_, other_.server.get());
  CreateSessionRequest create;
  create.game_id = "arena";
  create.state = SessionState::kWaiting;
  const auto session = ann->games().CreateSession(create);
  ASSERT_TRUE(session.ok()) << session.status();
  auto ann_stream = Listen(*ann, session->id, anns);
  Begin(ann_stream, anns, "ann is here");
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.session_id = session->id;
  ASSERT_TRUE(bob->games().JoinLeave(join).ok());
  EXPECT_EQ(NameOf(anns.Next()), "joined");
  auto bob_stream = Listen(*bob, session->id, bobs);
  Begin(bob_stream, bobs, "bob is here");

  constexpr int kEvents = 100;
  std::uint64_t seen = 0;
  for (int i = 0; i < kEvents; ++i) {
    ASSERT_TRUE(bob_stream.Send(Named("e" + std::to_string(i))).ok());
    if (i != kEvents / 2) continue;
    const auto half = anns.Next([](const auto& event) { return !event.ok() || event->name == "e20"; });
    ASSERT_EQ(NameOf(half), "e20");
    seen = (*half)->sequence;
    one_.server->Kill();
  }
  const auto elsewhere = At(other_, *ann);
  const auto stream = Listen(*elsewhere, session->id, again, seen);
  for (int i = 21; i < kEvents; ++i) {
    const auto event = again.Next();
    ASSERT_EQ(NameOf(event), "e" + std::to_string(i));
    ASSERT_EQ((*event)->sequence, seen + static_cast<std::uint64_t>(i - 20));
  }
}

}  // namespace
}  // namespace oofgg::testing
