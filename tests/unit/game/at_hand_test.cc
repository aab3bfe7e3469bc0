// What the facades answer from memory: always what they answer when they ask the store, or nothing.

#include <optional>
#include <string>
#include <vector>

#include "storage/cached/game/cached_game_store.h"
#include "storage/cached/game/cached_player_store.h"
#include "storage/cached/game/cached_score_store.h"
#include "storage/cached/game/cached_session_store.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

/// A game room on memory stores with storage/cached before them, as oofgg-game has it.
class AtHandTest : public ::testing::Test {
 protected:
  AtHandTest() {
    Game arena;
    arena.id = "arena";
    arena.name = "Arena";
    GameRoomOptions options;
    options.operators_games = {arena};
    auto room = GameRoom::Open({.players = players_,
                                .games = games_,
                                .sessions = sessions_,
                                .entities = entities_,
                                .scores = scores_,
                                .matches = matches_},
                               nullptr, clock_, random_, log_, options);
    EXPECT_TRUE(room.ok()) << room.status();
    room_ = *std::move(room);
  }

  void Submit(const std::string& player, std::int64_t value) {
    const auto entry = room_->scores().SubmitScore(As(player), Submission(value));
    ASSERT_TRUE(entry.ok()) << entry.status();
  }
  static ScoreSubmission Submission(std::int64_t value, std::string player = {}) {
    ScoreSubmission submission;
    submission.game_id = "arena";
    submission.value = value;
    submission.player_id = std::move(player);
    return submission;
  }

  testing::FakeClock clock_;
  SeededRandom random_{1};
  RecordingEventLog log_;
  storage::MemorySessionStore* rows_ = new storage::MemorySessionStore();
  storage::CachedPlayerStore players_{std::make_unique<storage::MemoryPlayerStore>(), clock_};
  storage::CachedGameStore games_{std::make_unique<storage::MemoryGameStore>(), clock_};
  storage::CachedSessionStore sessions_{std::unique_ptr<SessionStore>(rows_), clock_};
  storage::MemoryEntityStore entities_{*rows_};
  storage::CachedScoreStore scores_{std::make_unique<storage::MemoryScoreStore>(), clock_};
  storage::MemoryMatchStore matches_;
  std::unique_ptr<GameRoom> room_;
};

TEST_F(AtHandTest, ASessionIsShownToThoseWhoMaySeeItAndToThemAsItIs) {
  auto& sessions = room_->sessions();
  CreateSessionRequest request;
  request.game_id = "arena";
  request.user_ids = {"ann", "bob"};
  request.attributes = {{"map", std::string("desert")}};
  const Session made = sessions.CreateSession(As("ann"), request).value();
  UpdateSessionRequest start;
  start.id = made.id;
  start.state = SessionState::kStarted;  // Now it is open to nobody else.
  ASSERT_TRUE(sessions.UpdateSession(As("ann"), start).ok());

  const std::vector<CallContext> callers = {As("ann"), As("bob"), As("eve"), As("root", "admin"),
                                            As("server", "service")};
  for (const CallContext& caller : callers) {
    for (const char* game : {"", "arena", "chess"}) {
      const GetSessionRequest get{.id = made.id, .game_id = game};
      const auto at_hand = sessions.GetSessionAtHand(caller, get);
      const auto told = sessions.GetSession(caller, get);
      ASSERT_TRUE(at_hand.has_value()) << caller.caller->user_id;
      EXPECT_EQ(at_hand->status(), told.status()) << caller.caller->user_id << " " << game;
      if (!told.ok()) continue;
      ASSERT_EQ((*at_hand)->sessions.size(), 1U);
      const Session& session = (*at_hand)->sessions[0];
      EXPECT_EQ(session.state, SessionState::kStarted);
      EXPECT_EQ(session.version, told->sessions[0].version);
      EXPECT_EQ(session.user_ids, told->sessions[0].user_ids);
      EXPECT_EQ(session.attributes, told->sessions[0].attributes);
    }
  }
  EXPECT_EQ(sessions.GetSessionAtHand(As("eve"), {.id = made.id})->status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(AtHandTest, WhatTheStoreHasToSayIsNotAtHand) {
  auto& sessions = room_->sessions();
  EXPECT_EQ(sessions.GetSessionAtHand(As("ann"), {.id = "nothing"}), std::nullopt);
  EXPECT_EQ(sessions.GetSessionAtHand(As("ann"), {.id = "not an id"}), std::nullopt);
  EXPECT_EQ(sessions.GetSessionAtHand(As("ann"), {.game_id = "arena"}), std::nullopt);
  EXPECT_EQ(sessions.GetSessionAtHand(As("ann"), {.id = std::string(kGlobalSessionId)}), std::nullopt);
  EXPECT_EQ(sessions.GetSessionAtHand(Nobody(), {.id = "nothing"}), std::nullopt);
  EXPECT_EQ(room_->players().GetPlayerAtHand(As("ann"), {}), std::nullopt);
  EXPECT_EQ(room_->players().GetPlayerAtHand(Nobody(), {}), std::nullopt);
  EXPECT_EQ(room_->games().GetGameAtHand(As("ann"), {.id = "chess"}), std::nullopt);
  EXPECT_EQ(room_->games().GetGameAtHand(As("ann"), {}), std::nullopt);
  EXPECT_EQ(room_->games().GetGameAtHand(Nobody(), {.id = "arena"}), std::nullopt);
}

TEST_F(AtHandTest, AProfileWithoutTheEmailToAllButItsOwner) {
  auto& players = room_->players();
  Player ann;
  ann.username = "Ann";
  ann.email = "ann@example.org";
  ASSERT_TRUE(players.CreatePlayer(As("ann"), ann).ok());
  for (const char* caller : {"ann", "bob"}) {
    for (const char* id : {"ann", ""}) {
      const auto told = players.GetPlayer(As(caller), {.id = id});
      const auto at_hand = players.GetPlayerAtHand(As(caller), {.id = id});
      ASSERT_TRUE(at_hand.has_value()) << caller << id;
      EXPECT_EQ(**at_hand, *told) << caller << id;
    }
  }
  EXPECT_EQ((*players.GetPlayerAtHand(As("ann"), {}))->email, "ann@example.org");
  EXPECT_EQ((*players.GetPlayerAtHand(As("bob"), {.id = "ann"}))->email, "");
}

TEST_F(AtHandTest, WhoWasDeletedHasNothingAtHand) {
  ASSERT_TRUE(room_->players().GetPlayer(As("ann"), {}).ok());
  ASSERT_TRUE(room_->ErasePlayer({.user_id = "ann", .until = clock_.WallNow()}).ok());
  EXPECT_EQ(room_->players().GetPlayerAtHand(As("ann"), {}), std::nullopt);
  EXPECT_EQ(room_->players().GetPlayerAtHand(As("bob"), {.id = "ann"}), std::nullopt);
  EXPECT_FALSE(room_->scores().SubmitsTogether(As("ann"), Submission(1)));
}

TEST_F(AtHandTest, AGame) {
  const auto page = room_->games().GetGameAtHand(As("ann"), {.id = "arena"});
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ((*page)->games, room_->games().GetGame(As("ann"), {.id = "arena"})->games);
}

/// All of an entry.
std::string Described(const Leaderboard& board) {
  std::string text = board.game_id + " " + board.score_type + " " + board.time_period + " ";
  for (const LeaderboardEntry& entry : board.entries) {
    text += std::to_string(entry.rank) + ":" + entry.player_name + "/" + entry.score.player_id + "=" +
            std::to_string(entry.score.value) + "#" + entry.score.id + " ";
  }
  return text + board.next_cursor;
}

TEST_F(AtHandTest, ALeaderboardOnceItsScoresWereRead) {
  auto& scores = room_->scores();
  for (int i = 0; i < 5; ++i) Submit("player" + std::to_string(i), 10 * i);
  std::vector<LeaderboardRequest> requests(4);
  requests[1].limit = 2;
  requests[2].around_player_id = "player2";
  requests[3].player_ids = {"player1", "player4", "nobody"};
  for (LeaderboardRequest& request : requests) {
    request.game_id = "arena";
    const auto told = scores.GetLeaderboard(As("ann"), request);
    ASSERT_TRUE(told.ok()) << told.status();
    auto at_hand = scores.ReadLeaderboardAtHand(As("ann"), request);
    ASSERT_TRUE(at_hand.has_value());
    EXPECT_EQ(Described(TellPage(**std::move(at_hand))), Described(*told));
  }
  Submit("player5", 99);  // Not read yet.
  EXPECT_EQ(scores.ReadLeaderboardAtHand(As("ann"), requests[0]), std::nullopt);
  EXPECT_EQ(scores.ReadLeaderboardAtHand(Nobody(), requests[0]), std::nullopt);
  requests[2].around_player_id = "nobody";
  EXPECT_EQ(scores.ReadLeaderboardAtHand(As("ann"), requests[2])->status(),
            scores.GetLeaderboard(As("ann"), requests[2]).status());
}

TEST_F(AtHandTest, ARank) {
  auto& scores = room_->scores();
  Submit("ann", 5);
  Submit("bob", 7);
  const auto rank = scores.GetPlayerRankAtHand(As("ann"), {.game_id = "arena"});
  ASSERT_TRUE(rank.has_value());
  EXPECT_EQ((*rank)->rank, 2);
  EXPECT_EQ(scores.GetPlayerRankAtHand(As("eve"), {.game_id = "arena"})->status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(scores.GetPlayerRankAtHand(As("ann"), {.game_id = "chess"}), std::nullopt);
}

TEST_F(AtHandTest, ScoresSubmittedTogetherAreAnsweredAsIfAlone) {
  auto& scores = room_->scores();
  const CallContext ann = As("ann");
  const CallContext bob = As("bob");
  const CallContext nobody = Nobody();
  const ScoreSubmission first = Submission(5);
  const ScoreSubmission elsewhere = Submission(5, "bob");
  ScoreSubmission nowhere = Submission(5);
  nowhere.game_id = "chess";
  const ScoreSubmission second = Submission(9);
  const std::vector<ScoreFacade::SubmitCall> calls = {
      {ann, first}, {ann, elsewhere}, {ann, nowhere}, {bob, second}, {nobody, first}};
  const auto answers = scores.SubmitScores(calls);
  ASSERT_EQ(answers.size(), calls.size());
  ASSERT_TRUE(answers[0].ok()) << answers[0].status();
  EXPECT_EQ(answers[0]->score.player_id, "ann");
  EXPECT_EQ(answers[0]->rank, 1);
  EXPECT_EQ(answers[1].status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(answers[2].status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(answers[3].ok()) << answers[3].status();
  EXPECT_EQ(answers[3]->score.player_id, "bob");
  EXPECT_EQ(answers[3]->rank, 1);
  EXPECT_EQ(answers[4].status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(scores.GetPlayerRank(ann, {.game_id = "arena"})->rank, 2);
}

TEST_F(AtHandTest, ScoresGoTogetherWhereTheStoreGainsByIt) {
  EXPECT_FALSE(room_->scores().SubmitsTogether(As("ann"), Submission(1))) << "memory has no commit to share";
}

}  // namespace
}  // namespace oofgg::game
