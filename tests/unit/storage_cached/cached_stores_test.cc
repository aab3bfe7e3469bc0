// What the cached stores promise beside what every store does (tests/conformance/game): what is at hand, that
// it is never what was replaced, and how old it may be where others write too.

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>

#include "oofgg/testing/fake_clock.h"
#include "storage/cached/game/cached_game_store.h"
#include "storage/cached/game/cached_player_store.h"
#include "storage/cached/game/cached_score_store.h"
#include "storage/cached/game/cached_session_store.h"
#include "storage/memory/game/memory_game_store.h"
#include "storage/memory/game/memory_player_store.h"
#include "storage/memory/game/memory_score_store.h"
#include "storage/memory/game/memory_session_store.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;

Player PlayerOf(const std::string& id, const std::string& team) {
  Player player;
  player.id = id;
  player.username = id;
  player.team = team;
  return player;
}

/// A store in which something happens between the reading of a row and the answer.
class InterruptedPlayers final : public game::PlayerStore {
 public:
  explicit InterruptedPlayers(game::PlayerStore& inner) : inner_(inner) {}

  Status InsertPlayer(const Player& player) override { return inner_.InsertPlayer(player); }
  StatusOr<Player> FindPlayer(std::string_view id) override {
    ++reads;
    auto found = inner_.FindPlayer(id);
    if (after_read) std::exchange(after_read, nullptr)();
    return found;
  }
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override {
    reads += ids.size();
    auto found = inner_.FindPlayers(ids);
    if (after_read) std::exchange(after_read, nullptr)();
    return found;
  }
  StatusOr<Player> UpdatePlayer(const Player& player) override {
    auto updated = inner_.UpdatePlayer(player);
    if (after_write) std::exchange(after_write, nullptr)();
    return updated;
  }
  StatusOr<bool> ErasePlayer(std::string_view id) override { return inner_.ErasePlayer(id); }

  std::function<void()> after_read;
  std::function<void()> after_write;
  std::size_t reads = 0;

 private:
  game::PlayerStore& inner_;
};

class CachedPlayersTest : public ::testing::Test {
 protected:
  CachedPlayersTest() {
    EXPECT_TRUE(rows_.InsertPlayer(PlayerOf("ann", "old")).ok());
    EXPECT_TRUE(rows_.InsertPlayer(PlayerOf("bob", "old")).ok());
  }

  /// As another caller of this process does it.
  Player Change(game::PlayerStore& store, const std::string& team) {
    Player player = store.FindPlayerToChange("ann").value();
    player.team = team;
    return store.UpdatePlayer(player).value();
  }

  testing::FakeClock clock_;
  MemoryPlayerStore rows_;
  InterruptedPlayers* inner_ = new InterruptedPlayers(rows_);
  CachedPlayerStore store_{std::unique_ptr<game::PlayerStore>(inner_), clock_};
};

TEST_F(CachedPlayersTest, WhatWasReadIsAtHand) {
  EXPECT_EQ(store_.PlayerAtHand("ann"), nullptr);
  EXPECT_EQ(store_.FindPlayer("ann")->team, "old");
  ASSERT_NE(store_.PlayerAtHand("ann"), nullptr);
  EXPECT_EQ(*store_.PlayerAtHand("ann"), *rows_.FindPlayer("ann"));
  EXPECT_EQ(store_.FindPlayer("ann")->team, "old");
  EXPECT_EQ(inner_->reads, 1U);
}

TEST_F(CachedPlayersTest, WhatWasWrittenIsAtHand) {
  EXPECT_TRUE(store_.InsertPlayer(PlayerOf("eve", "")).ok());
  EXPECT_EQ(*store_.PlayerAtHand("eve"), *rows_.FindPlayer("eve"));
  const Player changed = Change(store_, "new");
  EXPECT_EQ(*store_.PlayerAtHand("ann"), changed);
  EXPECT_TRUE(store_.ErasePlayer("ann").value());
  EXPECT_EQ(store_.PlayerAtHand("ann"), nullptr);
  EXPECT_EQ(store_.FindPlayer("ann").status().code(), StatusCode::kNotFound);
}

TEST_F(CachedPlayersTest, AReadThatBeganBeforeAWriteDoesNotPutTheOldRowBack) {
  inner_->after_read = [&] { Change(store_, "new"); };
  EXPECT_EQ(store_.FindPlayer("ann")->team, "old");  // It was asked before.
  EXPECT_EQ(store_.FindPlayer("ann")->team, "new");
  inner_->after_read = [&] { EXPECT_TRUE(store_.ErasePlayer("bob").ok()); };
  const std::vector<std::string> ids = {"ann", "bob"};
  EXPECT_EQ(store_.FindPlayers(ids)->size(), 2U);
  EXPECT_EQ(store_.FindPlayers(ids)->size(), 1U);
}

TEST_F(CachedPlayersTest, OfTwoWritesAtOnceTheLastIsTold) {
  Player player = store_.FindPlayer("ann").value();
  player.team = "first";
  inner_->after_write = [&] { Change(store_, "last"); };
  EXPECT_EQ(store_.UpdatePlayer(player)->team, "first");
  EXPECT_EQ(store_.FindPlayer("ann")->team, "last");
}

TEST_F(CachedPlayersTest, AWriteThatFailedIsReadAnew) {
  Player stale = store_.FindPlayer("ann").value();
  Change(rows_, "of another server");
  EXPECT_EQ(store_.UpdatePlayer(stale).status().code(), StatusCode::kAborted);
  EXPECT_EQ(store_.FindPlayer("ann")->team, "of another server");
}

TEST_F(CachedPlayersTest, OfManyOnlyThoseThatAreMissingAreRead) {
  EXPECT_TRUE(store_.FindPlayer("ann").ok());
  const std::vector<std::string> ids = {"ann", "bob", "nobody"};
  EXPECT_EQ(store_.FindPlayers(ids)->size(), 2U);
  EXPECT_EQ(inner_->reads, 3U);
  EXPECT_NE(store_.PlayerAtHand("bob"), nullptr);
}

TEST_F(CachedPlayersTest, WhereOthersWriteARowIsToldForTheStatedTime) {
  CachedPlayerStore store(std::make_unique<InterruptedPlayers>(rows_), clock_, {.max_age = 2s});
  EXPECT_EQ(store.FindPlayer("ann")->team, "old");
  Change(rows_, "new");
  clock_.Advance(2s);
  EXPECT_EQ(store.FindPlayer("ann")->team, "old");
  EXPECT_EQ(store.FindPlayerToChange("ann")->team, "new");
  clock_.Advance(1ms);
  EXPECT_EQ(store.PlayerAtHand("ann"), nullptr);
  EXPECT_EQ(store.FindPlayer("ann")->team, "new");
  EXPECT_EQ(Change(store, "ours").version, 3);
  EXPECT_EQ(store.FindPlayer("ann")->team, "ours");
}

TEST(CachedGames, AreAtHandOnceReadOrWritten) {
  testing::FakeClock clock;
  CachedGameStore store(std::make_unique<MemoryGameStore>(), clock);
  Game game;
  game.id = "arena";
  game.name = "Arena";
  ASSERT_TRUE(store.CreateGame(game, {}, 0).ok());
  EXPECT_EQ(store.GameAtHand("arena")->name, "Arena");
  game = *store.GameAtHand("arena");
  game.name = "Ring";
  ASSERT_TRUE(store.UpdateGame(game).ok());
  EXPECT_EQ(store.GameAtHand("arena")->name, "Ring");
  EXPECT_EQ(*store.GameAtHand("arena"), *store.FindGameToChange("arena"));
}

game::SessionRecord SessionOf(const std::string& id) {
  game::SessionRecord session;
  session.id = id;
  session.game_id = "arena";
  session.owner_id = "ann";
  session.members = {{"ann", "", ""}};
  return session;
}

TEST(CachedSessions, LiveOnesAreAtHandAsTheyAre) {
  testing::FakeClock clock;
  CachedSessionStore store(std::make_unique<MemorySessionStore>(), clock);
  game::SessionRecord session = store.CreateSession(SessionOf("s"), {}, 0).value();
  EXPECT_EQ(*store.SessionAtHand("s"), session);
  session.members.push_back({"bob", "", ""});
  session = store.UpdateSession(session).value();
  EXPECT_EQ(*store.SessionAtHand("s"), session);
  EXPECT_TRUE(store.EraseSession("s").ok());
  EXPECT_EQ(store.SessionAtHand("s"), nullptr);
  EXPECT_EQ(store.FindSession("s").status().code(), StatusCode::kNotFound);
}

TEST(CachedSessions, WhatASweepTakesIsNotAtHand) {
  testing::FakeClock clock;
  CachedSessionStore store(std::make_unique<MemorySessionStore>(), clock);
  game::SessionRecord match = store.CreateSession(SessionOf("match"), {}, 0).value();
  game::SessionRecord place = SessionOf("place");
  place.alias_of = "match";
  ASSERT_TRUE(store.CreateSession(place, {}, 0).ok());
  EXPECT_TRUE(store.FindSession("place").ok());
  EXPECT_EQ(store.SessionAtHand("place"), nullptr);
  match.state = SessionState::kFinished;
  ASSERT_TRUE(store.UpdateSession(match).ok());
  EXPECT_TRUE(store.FindSession("match").ok());
  EXPECT_EQ(store.SessionAtHand("match"), nullptr);
}

TEST(CachedScores, OnesThatWereFoundAreAtHandUntilTheyAreErased) {
  testing::FakeClock clock;
  CachedScoreStore store(std::make_unique<MemoryScoreStore>(), clock);
  std::vector<std::int64_t> orders;
  for (const char* player : {"ann", "bob"}) {
    Score score;
    score.id = player;
    score.player_id = player;
    score.game_id = "arena";
    score.score_type = "wins";
    orders.push_back(store.InsertScore(score, {}, {})->record.order);
  }
  EXPECT_EQ(store.ScoreAtHand(orders[0]), nullptr);
  EXPECT_EQ(store.FindScores(orders)->size(), 2U);
  EXPECT_EQ(store.ScoreAtHand(orders[0])->score.player_id, "ann");
  EXPECT_TRUE(store.EraseScores("ann", 10).ok());
  EXPECT_EQ(store.ScoreAtHand(orders[0]), nullptr);
  EXPECT_EQ(store.ScoreAtHand(orders[1])->score.player_id, "bob");
  EXPECT_EQ(store.FindScores(orders)->size(), 1U);
}

}  // namespace
}  // namespace oofgg::storage
