// From JOIN to a seat: oofgg-game's queue over a real oofgg-maker, oofgg-auth and game server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/request_scope.h"
#include "servers/common/request_transport.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/eventually.h"
#include "tests/support/inbox.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

class MatchQueueTest : public ::testing::Test {
 protected:
  MatchQueueTest() {
    AdoptOrphans();
    auth_ = StartAuth(folder_);
    maker_ = StartMaker(folder_, {"--jwks", JwksUrl(*auth_)});
    StartTheGame();
  }
  ~MatchQueueTest() override {
    game_.reset();
    maker_.reset();
    auth_.reset();
    EndOrphans();
  }

  void StartTheGame(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--games", "arena=Arena", "--maker", maker_->address("grpc")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    game_ = StartGame(folder_, *auth_, arguments);
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> maker_;
  std::unique_ptr<RunningServer> game_;
};

JoinLeaveRequest ToArena(JoinLeaveAction action) {
  JoinLeaveRequest request;
  request.game_id = "arena";
  request.action = action;
  return request;
}

std::string TextOf(const Session& session, const std::string& name) {
  const auto found = session.attributes.find(name);
  const auto* text = found == session.attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text != nullptr ? *text : "";
}

bool IsStarted(const StatusOr<Session>& session) {
  return !session.ok() || session->state == SessionState::kStarted;
}

/// A player in the queue, and what the watch of it says.
struct Queued {
  std::unique_ptr<Client> client;
  std::string session_id{};
  Inbox<StatusOr<Session>> sessions{};
  Call watch{};

  explicit Queued(std::unique_ptr<Client> who) : client(std::move(who)) {
    const auto place = client->games().JoinLeave(ToArena(JoinLeaveAction::kJoin));
    EXPECT_TRUE(place.ok()) << place.status();
    if (!place.ok()) return;
    session_id = place->id;
    watch =
        client->games().WatchQueue(session_id, [this](StatusOr<Session> session) { sessions.Put(session); });
  }
  [[nodiscard]] std::string user_id() const { return client->tokens().user_id; }
};

TEST_F(MatchQueueTest, TwoPlayersAreMatchedSeatedAndPlay) {
  Queued ann(SignUp("ann", *auth_, game_.get()));
  Queued bob(SignUp("bob", *auth_, game_.get()));
  const auto anns = ann.sessions.Next(IsStarted);
  const auto bobs = bob.sessions.Next(IsStarted);
  ASSERT_TRUE(anns.has_value() && anns->ok());
  ASSERT_TRUE(bobs.has_value() && bobs->ok());
  EXPECT_THAT((*anns)->user_ids, UnorderedElementsAre(ann.user_id(), bob.user_id()));
  const std::string address = TextOf(**anns, "address");
  EXPECT_EQ(TextOf(**bobs, "address"), address);
  EXPECT_EQ(TextOf(**anns, "match_id"), TextOf(**bobs, "match_id"));
  const std::string ticket = TextOf(**anns, "join_ticket");
  EXPECT_NE(ticket, "");
  EXPECT_NE(ticket, TextOf(**bobs, "join_ticket"));

  TcpPeer anns_seat(address);
  ASSERT_TRUE(anns_seat.Send("{\"ticket\":\"" + ticket + "\"}\n"));
  EXPECT_THAT(anns_seat.ReadLine(), Optional(HasSubstr("\"welcome\"")));
  TcpPeer bobs_seat(address);
  ASSERT_TRUE(bobs_seat.Send("{\"ticket\":\"" + TextOf(**bobs, "join_ticket") + "\"}\n"));
  EXPECT_THAT(bobs_seat.ReadLine(), Optional(HasSubstr("\"welcome\"")));
  EXPECT_THAT(anns_seat.ReadLineWith(bob.user_id()), Optional(HasSubstr("\"state\""))) << "on one grid";
  TcpPeer copycat(address);
  ASSERT_TRUE(copycat.Send("{\"ticket\":\"" + ticket + "\"}\n"));
  EXPECT_THAT(copycat.ReadToEnd(), Optional(HasSubstr("\"error\""))) << "a ticket is good for one use";

  // The id of the queue place goes on as the session: its events reach the other player.
  Inbox<StatusOr<GameEvent>> heard;
  auto listening = bob.client->games().StreamEvents(
      {.session_id = bob.session_id, .game_id = "arena", .after_sequence = 0},
      [&](StatusOr<GameEvent> event) { heard.Put(event); });
  const auto named = [](const std::string& name) {
    return [name](const StatusOr<GameEvent>& event) { return !event.ok() || event->name == name; };
  };
  GameEvent event;
  event.name = "ready";
  ASSERT_TRUE(listening.Send(event).ok());
  ASSERT_TRUE(heard.Next(named("ready")).has_value());
  auto speaking = ann.client->games().StreamEvents(
      {.session_id = ann.session_id, .game_id = "arena", .after_sequence = 0},
      [](const StatusOr<GameEvent>&) {});
  event.name = "gg";
  ASSERT_TRUE(speaking.Send(event).ok());
  const auto gg = heard.Next(named("gg"));
  ASSERT_TRUE(gg.has_value());
  ASSERT_TRUE(gg->ok()) << gg->status();
  EXPECT_EQ((*gg)->player_id, ann.user_id());

  // Played, it is in the history of both, under whichever name they know it by.
  ScoreSubmission score{.game_id = "arena", .instance_id = ann.session_id, .value = 3};
  ASSERT_TRUE(ann.client->scores().SubmitScore(score).ok());
  EXPECT_EQ(ann.client->matches().Get({.id = ann.session_id}).status().code(), StatusCode::kNotFound);
  for (Queued* player : {&ann, &bob}) {
    JoinLeaveRequest leave = ToArena(JoinLeaveAction::kLeave);
    leave.session_id = player->session_id;
    ASSERT_TRUE(player->client->games().JoinLeave(leave).ok());
  }
  for (Queued* player : {&ann, &bob}) {
    const auto history = player->client->matches().List({});
    ASSERT_TRUE(history.ok()) << history.status();
    ASSERT_EQ(history->matches.size(), 1U);
    const PlayedMatch& match = history->matches[0];
    EXPECT_EQ(match.id, TextOf(**anns, "match_id"));
    EXPECT_EQ(match.end, MatchEnd::kAbandoned);
    ASSERT_EQ(match.players.size(), 2U);
    const auto same = player->client->matches().Get({.id = player->session_id});
    ASSERT_TRUE(same.ok()) << same.status();
    EXPECT_EQ(same->players, match.players);
    for (const MatchPlayer& played : match.players) {
      EXPECT_EQ(played.scores.size(), played.player_id == ann.user_id() ? 1U : 0U);
    }
  }
}

TEST_F(MatchQueueTest, WhoLeavesTheQueueIsNotMatched) {
  Queued ann(SignUp("ann", *auth_, game_.get()));
  const auto left = ann.client->games().JoinLeave(ToArena(JoinLeaveAction::kLeave));
  ASSERT_TRUE(left.ok()) << left.status();
  Queued bob(SignUp("bob", *auth_, game_.get()));
  Queued cid(SignUp("cid", *auth_, game_.get()));
  const auto bobs = bob.sessions.Next(IsStarted);
  ASSERT_TRUE(bobs.has_value() && bobs->ok());
  EXPECT_THAT((*bobs)->user_ids, UnorderedElementsAre(bob.user_id(), cid.user_id()));
}

TEST_F(MatchQueueTest, WhoClosesTheWatchIsNotMatched) {
  game_.reset();
  StartTheGame({"--disconnect-grace", "1h"});  // Not the queue's.
  Queued ann(SignUp("ann", *auth_, game_.get()));
  ASSERT_TRUE(ann.sessions.Next().has_value()) << "the stream is open";
  ann.watch.Cancel();
  EXPECT_TRUE(Eventually([&] {
    const auto place = ann.client->games().GetSession({.id = ann.session_id, .game_id = "arena"});
    return place.ok() && place->sessions.at(0).state == SessionState::kDeleted;
  }));
  Queued bob(SignUp("bob", *auth_, game_.get()));
  Queued cid(SignUp("cid", *auth_, game_.get()));
  const auto bobs = bob.sessions.Next(IsStarted);
  ASSERT_TRUE(bobs.has_value() && bobs->ok());
  EXPECT_THAT((*bobs)->user_ids, UnorderedElementsAre(bob.user_id(), cid.user_id()));
}

TEST_F(MatchQueueTest, PlacesInTheQueueSurviveAKillOfTheGameServer) {
  const auto before = SignUp("ann", *auth_, game_.get());
  const auto place = before->games().JoinLeave(ToArena(JoinLeaveAction::kJoin));
  ASSERT_TRUE(place.ok()) << place.status();
  game_->Kill();
  StartTheGame();

  const auto ann = ClientOf(auth_.get(), game_.get());
  ann->SetTokens(before->tokens());
  Inbox<StatusOr<Session>> sessions;
  const auto watch =
      ann->games().WatchQueue(place->id, [&](StatusOr<Session> session) { sessions.Put(session); });
  Queued bob(SignUp("bob", *auth_, game_.get()));
  const auto started = sessions.Next(IsStarted);
  ASSERT_TRUE(started.has_value());
  ASSERT_TRUE(started->ok()) << started->status();
  EXPECT_THAT((*started)->user_ids, UnorderedElementsAre(before->tokens().user_id, bob.user_id()));
}

TEST_F(MatchQueueTest, TheMakersLinesHaveTheIdOfThePlayersCall) {
  game_.reset();
  maker_.reset();
  maker_ = StartMaker(folder_, {"--jwks", JwksUrl(*auth_), "--verbose"});
  StartTheGame();
  const auto account = SignUp("ann", *auth_, game_.get());
  std::unique_ptr<Client> ann;
  {
    GrpcTransportOptions servers;
    servers.endpoints.game = game_->address("grpc");
    const RequestScope scope("anns-call.1");
    ann = std::make_unique<Client>(servers::ForCurrentRequest(MakeGrpcTransport(servers)));
  }
  ann->SetTokens(account->tokens());
  ASSERT_TRUE(ann->games().JoinLeave(ToArena(JoinLeaveAction::kJoin)).ok());
  ASSERT_TRUE(ann->games().JoinLeave(ToArena(JoinLeaveAction::kLeave)).ok());
  EXPECT_EQ(maker_->Terminate(), 0);
  const std::string& log = maker_->process().errors();
  EXPECT_THAT(log, ContainsRegex("MatchmakingService/CreateTicket [^\n]* request_id=anns-call.1\n"));
  EXPECT_THAT(log, ContainsRegex("MatchmakingService/CancelTicket [^\n]* request_id=anns-call.1\n"));
}

// The maker takes connections and never says a word.
TEST(SilentMakerTest, HoldsUpNobodyButThoseWhoQueue) {
  Inbox<StatusOr<Session>> answers;
  const TemporaryDirectory folder;
  const TakenPort maker;
  const auto auth = StartAuth(folder);
  const auto game = StartGame(folder, *auth, {"--games", "arena=Arena", "--maker", maker.address()});
  const auto other = SignUp("ann", *auth, game.get());
  ClientOptions patient;
  patient.call_timeout = std::chrono::seconds(60);
  patient.retry.max_attempts = 1;
  const auto queueing = ClientOf(auth.get(), game.get(), nullptr, patient);
  queueing->SetTokens(other->tokens());
  std::vector<Call> calls;
  for (int i = 0; i < 100; ++i) {
    calls.push_back(queueing->games().JoinLeave(
        ToArena(JoinLeaveAction::kJoin), [&](StatusOr<Session> place) { answers.Put(std::move(place)); }));
  }
  // Once one is shed, all threads and places for waiting are taken.
  const auto shed = answers.Next(
      [](const StatusOr<Session>& place) { return place.status().code() == StatusCode::kResourceExhausted; });
  ASSERT_TRUE(shed.has_value());
  EXPECT_GT(RetryAfterOf(shed->status()).value_or(std::chrono::milliseconds(0)).count(), 0);

  const CallOptions brief{.timeout = std::chrono::seconds(5), .idempotency_key = {}};
  Player profile;
  profile.username = "ann";
  EXPECT_TRUE(other->players().CreatePlayer(profile, brief).ok());
  const auto games = other->games().GetGame({.id = "arena", .limit = 0, .cursor = {}}, brief);
  EXPECT_TRUE(games.ok()) << games.status();

  const auto signalled = std::chrono::steady_clock::now();
  EXPECT_EQ(game->Terminate(), 0) << game->process().errors();
  EXPECT_LT(std::chrono::steady_clock::now() - signalled, std::chrono::seconds(15))
      << "calls that still wait are ended with the drain";
}

}  // namespace
}  // namespace oofgg::testing
