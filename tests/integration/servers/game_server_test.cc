// oofgg-game as a process, with a real oofgg-auth beside it: games, sessions, events and scores through the
// SDK.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <thread>

#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class GameServerTest : public ::testing::Test {
 protected:
  GameServerTest()
      : auth_(StartAuth(folder_)), game_(StartGame(folder_, *auth_, {"--games", "arena=Arena"})) {}

  std::unique_ptr<Client> Enter(const std::string& name) { return SignUp(name, *auth_, game_.get()); }

  /// The same player against the server that runs now.
  std::unique_ptr<Client> Again(const SessionTokens& tokens) {
    auto client = ClientOf(auth_.get(), game_.get());
    client->SetTokens(tokens);
    return client;
  }

  void RestartAfterAKill() {
    game_->Kill();
    game_ = StartGame(folder_, *auth_, {"--games", "arena=Arena"});
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> game_;
};

GameEvent Event(const std::string& name) {
  GameEvent event;
  event.name = name;
  event.type = EventType::kGameEvent;
  return event;
}

std::function<bool(const StatusOr<GameEvent>&)> Named(const std::string& name) {
  return [name](const StatusOr<GameEvent>& event) { return !event.ok() || event->name == name; };
}

TEST_F(GameServerTest, PlayersShareASessionAndItsEvents) {
  Inbox<StatusOr<GameEvent>> anns;
  Inbox<StatusOr<GameEvent>> bobs;
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const auto game = ann->games().CreateGame({.name = "Chess", .description = "", .data = ""});
  ASSERT_TRUE(game.ok()) << game.status();
  const auto session = ann->games().CreateSession({.game_id = game->id,
                                                   .user_ids = {},
                                                   .state = SessionState::kWaiting,
                                                   .attributes = {},
                                                   .region = 0,
                                                   .data = ""});
  ASSERT_TRUE(session.ok()) << session.status();
  JoinLeaveRequest join;
  join.game_id = game->id;
  join.session_id = session->id;
  const auto joined = bob->games().JoinLeave(join);
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->user_ids.size(), 2U);

  const StreamEventsRequest stream{.session_id = session->id, .game_id = game->id, .after_sequence = 0};
  auto ann_stream = ann->games().StreamEvents(stream, [&](StatusOr<GameEvent> event) { anns.Put(event); });
  auto bob_stream = bob->games().StreamEvents(stream, [&](StatusOr<GameEvent> event) { bobs.Put(event); });
  // Bob's stream replays from its opening on: so it is open once he hears himself.
  ASSERT_TRUE(bob_stream.Send(Event("here")).ok());
  ASSERT_TRUE(bobs.Next(Named("here")).has_value());
  ASSERT_TRUE(ann_stream.Send(Event("e4")).ok());
  const auto heard = bobs.Next(Named("e4"));
  ASSERT_TRUE(heard.has_value());
  ASSERT_TRUE(heard->ok()) << heard->status();
  EXPECT_EQ((*heard)->player_id, ann->tokens().user_id);
  EXPECT_EQ((*heard)->session_id, session->id);
  const auto own = anns.Next(Named("e4"));
  ASSERT_TRUE(own.has_value() && own->ok());
  EXPECT_EQ((*own)->sequence, (*heard)->sequence) << "one order for all";

  // Who comes back after a sequence number gets what came since.
  Inbox<StatusOr<GameEvent>> replayed;
  auto resumed = bob->games().StreamEvents(
      {.session_id = session->id, .game_id = game->id, .after_sequence = (*heard)->sequence - 1},
      [&](StatusOr<GameEvent> event) { replayed.Put(event); });
  const auto first = replayed.Next();
  ASSERT_TRUE(first.has_value() && first->ok());
  EXPECT_EQ((*first)->name, "e4");
}

TEST_F(GameServerTest, WhatWasPlayedAndHowItCameOutSurvivesAKill) {
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const auto session = ann->games().CreateSession({.game_id = "arena"});
  ASSERT_TRUE(session.ok()) << session.status();
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.session_id = session->id;
  ASSERT_TRUE(bob->games().JoinLeave(join).ok());
  UpdateSessionRequest start{.id = session->id};
  start.state = SessionState::kStarted;
  ASSERT_TRUE(ann->games().UpdateSession(start).ok());
  MatchReport report;
  report.players[ann->tokens().user_id] = {.result = MatchResult::kLoss, .placement = 2};
  report.players[bob->tokens().user_id] = {.result = MatchResult::kWin, .placement = 1};
  EXPECT_EQ(bob->matches().Finish(session->id, report).status().code(), StatusCode::kPermissionDenied);
  const auto finished = ann->matches().Finish(session->id, report);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(ann->matches().Finish(session->id, {}).status().code(), StatusCode::kFailedPrecondition);

  const SessionTokens tokens = bob->tokens();
  RestartAfterAKill();
  const auto again = Again(tokens);
  const auto history = again->matches().List({.game_id = "arena"});
  ASSERT_TRUE(history.ok()) << history.status();
  ASSERT_EQ(history->matches.size(), 1U);
  const PlayedMatch& match = history->matches[0];
  EXPECT_EQ(match.id, session->id);
  EXPECT_EQ(match.end, MatchEnd::kFinished);
  ASSERT_EQ(match.players.size(), 2U);
  EXPECT_EQ(match.players[0].result, MatchResult::kLoss);
  EXPECT_EQ(match.players[1].result, MatchResult::kWin);
  EXPECT_EQ(match.players[1].placement, 1);
}

TEST_F(GameServerTest, AdminsSpeakToAllWhoListen) {
  Inbox<StatusOr<GlobalEvent>> anns;
  Inbox<StatusOr<GlobalEvent>> admins;
  const auto ann = Enter("ann");
  const auto admin = AdminOf(folder_, *auth_, game_.get());
  auto speaking =
      admin->global().StreamEvents({}, [&](StatusOr<GlobalEvent> event) { admins.Put(std::move(event)); });
  for (const char* name : {"first", "second"}) {
    ASSERT_TRUE(speaking.Send({.name = name}).ok());
    const auto own = admins.Next();
    ASSERT_TRUE(own.has_value() && own->ok());
    EXPECT_EQ((*own)->name, name);
  }
  auto listening =
      ann->global().StreamEvents({.game_id = "arena", .after_sequence = 2},
                                 [&](StatusOr<GlobalEvent> event) { anns.Put(std::move(event)); });
  const auto replayed = anns.Next();
  ASSERT_TRUE(replayed.has_value() && replayed->ok());
  EXPECT_EQ((*replayed)->name, "second");

  ASSERT_TRUE(speaking.Send({.name = "elsewhere", .game_id = "chess"}).ok());
  ASSERT_TRUE(speaking
                  .Send({.name = "news",
                         .game_id = "arena",
                         .attributes = {{"at", 12}},
                         .type = GlobalEventType::kAnnouncement})
                  .ok());
  const auto heard = anns.Next();
  ASSERT_TRUE(heard.has_value() && heard->ok());
  EXPECT_EQ((*heard)->name, "news");
  EXPECT_EQ((*heard)->attributes, (Attributes{{"at", 12}}));
  EXPECT_EQ((*heard)->type, GlobalEventType::kAnnouncement);

  auto refused =
      ann->global().StreamEvents({}, [&](StatusOr<GlobalEvent> event) { anns.Put(std::move(event)); });
  ASSERT_TRUE(refused.Send({.name = "spam"}).ok());
  const auto end = anns.Next([](const auto& event) { return !event.ok(); });
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->status().code(), StatusCode::kPermissionDenied) << end->status();
}

TEST_F(GameServerTest, AGameServerHearsItsSessionAndSpeaksInIt) {
  const auto ann = Enter("ann");
  const auto made =
      AdminOf(folder_, *auth_)->admin().CreateServiceCredential({.name = "arena", .game_id = "arena"});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto server = ClientOf(auth_.get(), game_.get());
  ASSERT_TRUE(server->account().ServiceLogin({.credential = made->credential}).ok());

  const auto session = ann->games().CreateSession({.game_id = "arena"});
  ASSERT_TRUE(session.ok()) << session.status();
  Inbox<StatusOr<GameEvent>> anns;
  Inbox<StatusOr<GameEvent>> servers;
  auto playing = ann->games().StreamEvents({.session_id = session->id},
                                           [&](StatusOr<GameEvent> event) { anns.Put(std::move(event)); });
  auto hosting = server->instances().StreamEvents(
      {.session_id = session->id}, [&](StatusOr<GameEvent> event) { servers.Put(std::move(event)); });
  ASSERT_TRUE(playing.Send(Event("here")).ok());
  ASSERT_TRUE(anns.Next(Named("here")).has_value());
  ASSERT_TRUE(hosting.Send({.name = "ready", .type = EventType::kSystem}).ok());
  const auto ready = anns.Next(Named("ready"));
  ASSERT_TRUE(ready.has_value() && ready->ok());
  EXPECT_EQ((*ready)->type, EventType::kSystem);
  EXPECT_EQ((*ready)->player_id, "");

  const auto door = server->games().CreateEntity(
      {.session_id = session->id, .name = "door", .attributes = {{"open", false}}});
  ASSERT_TRUE(door.ok()) << door.status();
  const auto told = anns.Next(Named("entity"));
  ASSERT_TRUE(told.has_value() && told->ok());
  EXPECT_EQ((*told)->attributes.at("entity_id"), Attribute(door->id));
  const auto seen = ann->games().GetEntity({.id = door->id, .session_id = session->id});
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->entities.at(0).attributes, (Attributes{{"open", false}}));

  const auto started = server->games().UpdateSession(
      {.id = session->id, .version = session->version, .state = SessionState::kStarted});
  ASSERT_TRUE(started.ok()) << started.status();
  const auto late =
      ann->games().UpdateSession({.id = session->id, .version = session->version, .data = "late"});
  EXPECT_EQ(late.status().code(), StatusCode::kAborted) << late.status();
  ASSERT_TRUE(server->games().UpdateSession({.id = session->id, .state = SessionState::kFinished}).ok());
  const auto over = anns.Next([](const auto& event) { return !event.ok(); });
  ASSERT_TRUE(over.has_value());
  EXPECT_EQ(ReasonOf(over->status()), "SESSION_OVER");
}

TEST_F(GameServerTest, CreationIsCarriedOutOncePerKey) {
  const auto ann = Enter("ann");
  const CallOptions keyed{.timeout = std::chrono::milliseconds(0), .idempotency_key = "key-1"};
  const auto first = ann->games().CreateGame({.name = "Go", .description = "", .data = ""}, keyed);
  const auto second = ann->games().CreateGame({.name = "Go", .description = "", .data = ""}, keyed);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->id, second->id);
}

TEST_F(GameServerTest, TheLeaderboardSurvivesAKill) {
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  const auto submit = [](Client& player, std::int64_t value) {
    ScoreSubmission score;
    score.game_id = "arena";
    score.value = value;
    return player.scores().SubmitScore(score);
  };
  Player profile;
  profile.username = "bob";
  ASSERT_TRUE(bob->players().CreatePlayer(profile).ok());
  ASSERT_TRUE(submit(*ann, 10).ok());
  ASSERT_TRUE(submit(*bob, 30).ok());
  const auto best = submit(*ann, 20);
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(best->rank, 2);

  RestartAfterAKill();
  const auto board = Again(ann->tokens())
                         ->scores()
                         .GetLeaderboard({.game_id = "arena",
                                          .score_type = "",
                                          .time_period = "",
                                          .limit = 0,
                                          .cursor = "",
                                          .player_ids = {}});
  ASSERT_TRUE(board.ok()) << board.status();
  ASSERT_EQ(board->entries.size(), 2U);
  EXPECT_EQ(board->entries[0].score.player_id, bob->tokens().user_id);
  EXPECT_EQ(board->entries[0].score.value, 30);
  EXPECT_EQ(board->entries[0].player_name, "bob");
  EXPECT_EQ(board->entries[1].score.value, 20);
  EXPECT_EQ(board->entries[1].rank, 2);
}

TEST_F(GameServerTest, WhatWasAcknowledgedIsThereAfterAKillInMidStream) {
  Inbox<int> progress;
  std::map<std::string, std::int64_t> acknowledged;  // Score id to value.
  const auto ann = Enter("ann");
  std::thread player([&] {
    ClientOptions options;
    options.retry.max_attempts = 1;
    const auto client = ClientOf(auth_.get(), game_.get(), nullptr, options);
    client->SetTokens(ann->tokens());
    for (int value = 1;; ++value) {
      ScoreSubmission score;
      score.game_id = "arena";
      score.value = value;
      const auto entry = client->scores().SubmitScore(score);
      if (!entry.ok()) return;
      acknowledged[entry->score.id] = value;
      progress.Put(value);
    }
  });
  EXPECT_TRUE(progress.Next([](int value) { return value >= 150; }).has_value());
  game_->Kill();
  player.join();
  game_ = StartGame(folder_, *auth_, {"--games", "arena=Arena"});

  const auto client = Again(ann->tokens());
  PlayerScoresRequest page;
  page.game_id = "arena";
  page.limit = 100;
  std::map<std::string, std::int64_t> stored;
  do {
    const auto scores = client->scores().GetPlayerScores(page);
    ASSERT_TRUE(scores.ok()) << scores.status();
    for (const Score& score : scores->scores) stored[score.id] = score.value;
    page.cursor = scores->next_cursor;
  } while (!page.cursor.empty());
  for (const auto& [id, value] : acknowledged) {
    ASSERT_TRUE(stored.contains(id)) << "score " << value << " was acknowledged and is lost";
    EXPECT_EQ(stored[id], value);
  }
  EXPECT_LE(stored.size(), acknowledged.size() + 1) << "only the one under way may be there unacknowledged";
}

TEST_F(GameServerTest, EndsInOrderWithStreamsOpen) {
  Inbox<StatusOr<PresenceUpdate>> updates;
  const auto ann = Enter("ann");
  const auto bob = Enter("bob");
  auto watch = ann->presence().Watch(
      {bob->tokens().user_id}, [&](StatusOr<PresenceUpdate> update) { updates.Put(std::move(update)); });
  auto bobs_watch = bob->presence().Watch({}, [](const StatusOr<PresenceUpdate>&) {});
  ASSERT_TRUE(updates
                  .Next([](const StatusOr<PresenceUpdate>& update) {
                    return update.ok() && update->state == PresenceState::kOnline;
                  })
                  .has_value());
  {
    TcpPeer second_form(game_->address("presence"));
    ASSERT_TRUE(second_form.Send(R"({"v":2,"user_id":"tcp"}{"ping":1})"));
    ASSERT_EQ(second_form.ReadLine(), R"({"pong":1})");
    TcpPeer first_form(game_->address("presence"));
    ASSERT_TRUE(first_form.Send(R"({"user_id":"v1","friends":[")" + bob->tokens().user_id + "\"]}"));
    ASSERT_EQ(first_form.ReadLine(), R"({"online":true})");

    game_->process().Signal(SIGTERM);
    EXPECT_THAT(second_form.ReadToEnd(), Optional(HasSubstr("\"reconnect\":true")));
    EXPECT_EQ(first_form.ReadToEnd(), "");
  }
  EXPECT_EQ(game_->process().Wait(), 0) << game_->process().errors();
}

TEST_F(GameServerTest, TellsOpsHowItIs) {
  http::CurlClient http;
  const auto get = [&](const std::string& path) {
    const auto reply = http::Fetch(http, {.url = "http://" + game_->address("ops") + path});
    return reply.ok() ? *reply : HttpReply{};
  };
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  TcpPeer peer(game_->address("presence"));
  ASSERT_TRUE(peer.Send(R"({"v":2,"user_id":1}{"ping":1})"));
  ASSERT_EQ(peer.ReadLine(), R"({"pong":1})");
  const std::string metrics = get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("\noofgg_presence_online_users 1"));
  EXPECT_THAT(metrics, HasSubstr("\noofgg_presence_tcp_accepted_total 1\n"));
  for (const char* limit :
       {"tcp_over_connections", "tcp_over_address", "tcp_over_friends", "tcp_over_size", "tcp_over_rate",
        "tcp_malformed", "tcp_object_timeouts", "tcp_write_timeouts", "tcp_plaintext_refused",
        "tls_handshakes", "tls_failed", "tls_over_rate", "udp_over_rate", "udp_over_tokens"}) {
    EXPECT_THAT(metrics, HasSubstr(std::string("\noofgg_presence_") + limit + "_total 0\n"));
  }
}

}  // namespace
}  // namespace oofgg::testing
