// What was played, from the first move to the page that shows it: sessions as their players and servers
// change them, and the history that comes of it.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/match_attributes.h"
#include "tests/unit/game/match_store_proxy.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::seconds;

class MatchHistoryTest : public GameRoomTest {
 protected:
  Status Update(const CallContext& who, UpdateSessionRequest request) {
    return room_->sessions().UpdateSession(who, request).status();
  }
  Status Put(const std::string& who, const std::string& id, SessionState state, Attributes attributes = {}) {
    UpdateSessionRequest request{.id = id};
    request.state = state;
    request.attributes = std::move(attributes);
    return Update(As(who), request);
  }
  /// A session that has started.
  std::string Start(const std::vector<std::string>& players) {
    const std::string id = MakeSession(players).id;
    EXPECT_TRUE(Put(players.front(), id, SessionState::kStarted).ok());
    return id;
  }
  /// One that took a second.
  std::string Play(const std::vector<std::string>& players) {
    const std::string id = Start(players);
    clock_.Advance(seconds(1));
    EXPECT_TRUE(Put(players.front(), id, SessionState::kFinished).ok());
    return id;
  }
  Status Leave(const std::string& who, const std::string& id) {
    JoinLeaveRequest leave;
    leave.game_id = "arena";
    leave.session_id = id;
    leave.action = JoinLeaveAction::kLeave;
    return room_->sessions().JoinLeave(As(who), leave).status();
  }
  /// In the queue; its place.
  std::string Queue(const std::string& who) {
    JoinLeaveRequest join;
    join.game_id = "arena";
    join.action = JoinLeaveAction::kJoin;
    const auto place = room_->sessions().JoinLeave(As(who), join);
    EXPECT_TRUE(place.ok()) << place.status();
    return place.value_or(Session()).id;
  }
  void Score(const std::string& who, const std::string& instance, std::int64_t value,
             const std::string& type = {}) {
    ScoreSubmission score;
    score.game_id = "arena";
    score.instance_id = instance;
    score.value = value;
    score.score_type = type;
    EXPECT_TRUE(room_->scores().SubmitScore(As(who), score).ok());
  }
  std::vector<PlayedMatch> HistoryOf(const std::string& who) {
    const auto page = room_->matches().ListMatches(As(who), {.limit = 100});
    EXPECT_TRUE(page.ok()) << page.status();
    return page.value_or(MatchesPage()).matches;
  }
  PlayedMatch Get(const std::string& who, const std::string& id) {
    const auto match = room_->matches().GetMatch(As(who), {.id = id});
    EXPECT_TRUE(match.ok()) << match.status();
    return match.value_or(PlayedMatch());
  }
  static MatchPlayer PlayerIn(const PlayedMatch& match, const std::string& id) {
    for (const MatchPlayer& player : match.players) {
      if (player.player_id == id) return player;
    }
    ADD_FAILURE() << id << " is not in match " << match.id;
    return {};
  }
  [[nodiscard]] std::vector<EventRecord> Told(const std::string& kind) const { return log_.Of(kind); }
};

TEST_F(MatchHistoryTest, TellsWhoPlayedWithWhomForHowLongAndHowItCameOut) {
  EXPECT_TRUE(room_->players().CreatePlayer(As("ann"), {.username = "Annie"}).ok());
  const std::string id = Start({"ann", "bob"});
  const WallTime started = clock_.WallNow();
  EXPECT_THAT(room_->matches().GetMatch(As("ann"), {.id = id}).status(), HasCode(StatusCode::kNotFound));
  clock_.Advance(seconds(90));
  Score("ann", id, 7);
  Score("ann", id, 9);
  Score("ann", id, 61, "laps");
  MatchReport report;
  report.players["ann"] = {.result = MatchResult::kWin, .placement = 1};
  report.players["bob"] = {.result = MatchResult::kLoss, .placement = 2};
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished, base::AttributesOf(report)).ok());
  Score("bob", id, -3);  // Late, and still of this match.
  Score("eve", id, 99);  // Not hers.

  const std::vector<PlayedMatch> history = HistoryOf("bob");
  ASSERT_EQ(history.size(), 1U);
  const PlayedMatch& match = history[0];
  EXPECT_EQ(match.id, id);
  EXPECT_EQ(match.game_id, "arena");
  EXPECT_EQ(match.end, MatchEnd::kFinished);
  EXPECT_EQ(match.started_at, started);
  EXPECT_EQ(match.duration(), seconds(90));
  ASSERT_EQ(match.players.size(), 2U);
  EXPECT_EQ(match.players[0], (MatchPlayer{.player_id = "ann",
                                           .username = "Annie",
                                           .joined_at = started,
                                           .result = MatchResult::kWin,
                                           .placement = 1,
                                           .scores = {{"default", 9}, {"laps", 61}}}));
  EXPECT_EQ(match.players[1], (MatchPlayer{.player_id = "bob",
                                           .username = "bob",
                                           .joined_at = started,
                                           .result = MatchResult::kLoss,
                                           .placement = 2,
                                           .scores = {{"default", -3}}}));
  EXPECT_EQ(Get("ann", id).players, match.players);
  EXPECT_EQ(HistoryOf("eve").size(), 0U);
}

TEST_F(MatchHistoryTest, WhatNobodyReportsOrSpellsIsNoResult) {
  const std::string id = Start({"ann", "bob"});
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished,
                  {{"result.ann", std::string("won")}, {"placement.ann", 0}, {"placement.bob", 1.5F}})
                  .ok());
  for (const MatchPlayer& player : Get("ann", id).players) {
    EXPECT_EQ(player.result, MatchResult::kNone);
    EXPECT_EQ(player.placement, 0);
    EXPECT_TRUE(player.scores.empty());
  }
}

TEST_F(MatchHistoryTest, ALobbyIsNoMatchButWhatIsFinishedIs) {
  ASSERT_TRUE(Leave("ann", MakeSession({"ann"}).id).ok());
  DeleteSessionRequest deletion{.id = MakeSession({"ann"}).id};
  ASSERT_TRUE(room_->sessions().DeleteSession(As("ann"), deletion).ok());
  Queue("ann");
  EXPECT_TRUE(HistoryOf("ann").empty());
  const std::string id = MakeSession({"ann"}).id;
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished).ok());
  EXPECT_EQ(Get("ann", id).duration(), seconds(0));
  EXPECT_TRUE(match_store_.ListOpen("", 10)->empty());
}

TEST_F(MatchHistoryTest, SaysHowAMatchEnded) {
  const std::string abandoned = Start({"ann", "bob"});
  clock_.Advance(seconds(10));
  ASSERT_TRUE(Leave("ann", abandoned).ok());
  const WallTime ann_left = clock_.WallNow();
  clock_.Advance(seconds(10));
  ASSERT_TRUE(Leave("bob", abandoned).ok());
  EXPECT_EQ(Get("ann", abandoned).end, MatchEnd::kAbandoned);
  EXPECT_EQ(PlayerIn(Get("ann", abandoned), "ann").left_at, ann_left);
  EXPECT_EQ(PlayerIn(Get("ann", abandoned), "bob").left_at, clock_.WallNow());

  const std::string deleted = Start({"ann"});
  ASSERT_TRUE(Put("ann", deleted, SessionState::kPaused).ok());
  ASSERT_TRUE(room_->sessions().DeleteSession(As("ann"), {.id = deleted}).ok());
  EXPECT_EQ(Get("ann", deleted).end, MatchEnd::kDeleted);

  const std::string emptied = Start({"ann"});
  UpdateSessionRequest nobody{.id = emptied};
  nobody.user_ids.emplace();
  ASSERT_TRUE(Update(As("ann"), nobody).ok());
  EXPECT_EQ(Get("ann", emptied).end, MatchEnd::kAbandoned);

  const std::string lost = Start({"ann"});
  OpenOn("ann", lost).handler->OnClose();
  clock_.Advance(options_.sessions.disconnect_grace);
  ASSERT_TRUE(room_->LeaveAbsent().ok());
  EXPECT_EQ(Get("ann", lost).end, MatchEnd::kHostLost);

  const std::string expired = Start({"ann"});
  ASSERT_TRUE(room_->PurgeEnded().ok());
  clock_.Advance(options_.sessions.idle_timeout);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(Get("ann", expired).end, MatchEnd::kExpired);
}

TEST_F(MatchHistoryTest, WhoComesAndGoesWhileItIsPlayedIsInIt) {
  const std::string id = Start({"ann", "bob"});
  clock_.Advance(seconds(5));
  UpdateSessionRequest change{.id = id};
  change.user_ids = {"ann", "cid"};
  ASSERT_TRUE(Update(As("ann"), change).ok());
  const WallTime changed = clock_.WallNow();
  clock_.Advance(seconds(5));
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished).ok());
  const PlayedMatch match = Get("bob", id);
  EXPECT_EQ(match.players.size(), 3U);
  EXPECT_EQ(PlayerIn(match, "bob").left_at, changed);
  EXPECT_EQ(PlayerIn(match, "cid").joined_at, changed);
  EXPECT_EQ(PlayerIn(match, "cid").left_at, std::nullopt);
  EXPECT_EQ(PlayerIn(match, "ann").left_at, std::nullopt);
}

TEST_F(MatchHistoryTest, AMatchOfTheMakerIsKnownByItsPlayersPlaces) {
  const std::string ann = Queue("ann");
  const std::string bob = Queue("bob");
  maker_.Match("m1", {"ann", "bob"});
  Score("ann", ann, 5);
  Score("bob", "m1", 6);
  Score("bob", ann, 7);  // Her place says nothing of him.
  clock_.Advance(seconds(30));
  UpdateSessionRequest finish{.id = "m1"};
  finish.state = SessionState::kFinished;
  finish.attributes = base::AttributesOf({.players = {{"bob", {.placement = 4}}},
                                          .teams = {{"0", {.result = MatchResult::kWin, .placement = 1}},
                                                    {"1", {.result = MatchResult::kLoss}}}});
  ASSERT_TRUE(Update(As("server", "service"), finish).ok());

  const PlayedMatch match = Get("ann", ann);
  EXPECT_EQ(match.id, "m1");
  EXPECT_EQ(match.duration(), seconds(30));
  EXPECT_EQ(HistoryOf("ann").size(), 1U) << "a place in the queue is no match";
  EXPECT_EQ(PlayerIn(match, "ann").team_id, "0");
  EXPECT_EQ(PlayerIn(match, "ann").result, MatchResult::kWin);
  EXPECT_EQ(PlayerIn(match, "ann").placement, 1);
  EXPECT_EQ(PlayerIn(match, "ann").scores, (std::vector<MatchScore>{{"default", 5}}));
  EXPECT_EQ(PlayerIn(match, "bob").result, MatchResult::kLoss);
  EXPECT_EQ(PlayerIn(match, "bob").placement, 4);
  EXPECT_EQ(PlayerIn(match, "bob").scores, (std::vector<MatchScore>{{"default", 6}}));
  EXPECT_EQ(Get("bob", bob).id, "m1");
  EXPECT_EQ(Get("bob", "m1").id, "m1");
  EXPECT_THAT(room_->matches().GetMatch(As("bob"), {.id = ann}).status(), HasCode(StatusCode::kNotFound));
}

// Anybody who knows the id of a match may submit scores with it, without end.
TEST_F(MatchHistoryTest, NobodyPushesScoresOutOfAMatchByAFlood) {
  const std::string id = Play({"ann", "bob"});
  Score("ann", id, 5);
  Score("bob", id, 7);
  Score("bob", id, 30, "laps");
  for (int i = 0; i < 4'200; ++i) Score(i % 2 == 0 ? "eve" : "bob", id, i);
  EXPECT_EQ(PlayerIn(Get("ann", id), "ann").scores, (std::vector<MatchScore>{{"default", 5}}));
  EXPECT_EQ(PlayerIn(Get("ann", id), "bob").scores,
            (std::vector<MatchScore>{{"laps", 30}, {"default", 4'199}}));
}

TEST_F(MatchHistoryTest, IsForThoseWhoPlayedServersAndAdmins) {
  const std::string id = Play({"ann"});
  const auto get = [&](const CallContext& who) {
    return room_->matches().GetMatch(who, {.id = id}).status();
  };
  const auto list = [&](const CallContext& who, const std::string& game = {}) {
    return room_->matches().ListMatches(who, {.player_id = "ann", .game_id = game}).status();
  };
  EXPECT_TRUE(get(As("ann")).ok());
  EXPECT_TRUE(list(As("ann")).ok());
  EXPECT_THAT(get(As("eve")), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(list(As("eve")), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(get(Nobody()), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(list(Nobody()), HasCode(StatusCode::kUnauthenticated));
  EXPECT_TRUE(get(As("root", "admin")).ok());
  EXPECT_TRUE(list(As("root", "admin")).ok());
  CallContext server = As("server", "service");
  server.caller->game_id = "arena";
  EXPECT_TRUE(get(server).ok());
  EXPECT_TRUE(list(server, "arena").ok());
  EXPECT_THAT(list(server), HasCode(StatusCode::kPermissionDenied)) << "that would be of all games";
  server.caller->game_id = "chess";
  EXPECT_THAT(get(server), HasCode(StatusCode::kPermissionDenied));
}

TEST_F(MatchHistoryTest, ComesByPageNewestFirst) {
  std::vector<std::string> played;
  for (int i = 0; i < 5; ++i) played.push_back(Play({"ann"}));
  std::reverse(played.begin(), played.end());
  std::vector<std::string> listed;
  ListMatchesRequest request{.limit = 2};
  int pages = 0;
  do {
    const auto page = room_->matches().ListMatches(As("ann"), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const PlayedMatch& match : page->matches) listed.push_back(match.id);
    request.cursor = page->next_cursor;
    ++pages;
  } while (!request.cursor.empty());
  EXPECT_EQ(listed, played);
  EXPECT_EQ(pages, 3);

  request.cursor = room_->matches().ListMatches(As("ann"), {.limit = 2})->next_cursor;
  EXPECT_TRUE(room_->matches().ListMatches(As("ann"), request).ok());
  request.game_id = "arena";
  EXPECT_EQ(FieldOf(room_->matches().ListMatches(As("ann"), request).status()), "cursor");
  request.game_id = "chess";
  request.cursor.clear();
  EXPECT_THAT(room_->matches().ListMatches(As("ann"), request).status(), HasCode(StatusCode::kNotFound));
  request = {.limit = 101};
  EXPECT_EQ(FieldOf(room_->matches().ListMatches(As("ann"), request).status()), "limit");
  EXPECT_EQ(FieldOf(room_->matches().GetMatch(As("ann"), {}).status()), "id");
}

// The process dies when the row says that it is over, and before the history does.
TEST_F(MatchHistoryTest, AnEndThatNobodyCouldNoteIsNotedLater) {
  const std::string finished = Start({"ann", "bob"});
  const std::string left = Start({"ann"});
  for (const std::string& id : {finished, left}) {
    SessionRecord row = session_store_.FindSession(id).value();
    row.state = SessionState::kFinished;
    row.attributes["result.ann"] = std::string("win");
    if (id == left) row.members.clear();
    ASSERT_TRUE(session_store_.UpdateSession(row).ok());
  }
  EXPECT_TRUE(HistoryOf("ann").empty());
  Restart();
  EXPECT_EQ(Get("bob", finished).end, MatchEnd::kFinished);
  EXPECT_EQ(PlayerIn(Get("bob", finished), "ann").result, MatchResult::kWin);
  EXPECT_EQ(Get("ann", left).end, MatchEnd::kAbandoned);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(Told("match.finished").size(), 2U) << "once each";
}

TEST_F(MatchHistoryTest, AMatchWhoseSessionIsGoneEndsToo) {
  const std::string id = Start({"ann"});
  ASSERT_TRUE(session_store_.EraseSession(id).ok());
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_TRUE(HistoryOf("ann").empty()) << "it may be about to be made";
  clock_.Advance(std::chrono::minutes(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(Get("ann", id).end, MatchEnd::kUnknown);
}

TEST_F(MatchHistoryTest, AStoreThatIsAwayHoldsUpNoGame) {
  MatchStoreProxy matches(match_store_);
  bool is_away = false;
  matches.before_call = [&is_away] {
    return is_away ? MakeStatus(StatusCode::kUnavailable, "away") : Status();
  };
  auto room =
      GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, score_store_, matches},
                     &maker_, clock_, random_, log_, options_);
  ASSERT_TRUE(room.ok()) << room.status();
  room_ = *std::move(room);
  const std::string ends = Start({"ann"});
  is_away = true;
  const std::string begins = Start({"bob"});
  ASSERT_TRUE(Put("ann", ends, SessionState::kFinished).ok());
  is_away = false;
  ASSERT_TRUE(Put("bob", begins, SessionState::kFinished).ok());
  EXPECT_EQ(HistoryOf("bob").size(), 1U);
  EXPECT_EQ(HistoryOf("ann").size(), 0U);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(HistoryOf("ann").size(), 1U);
  room_.reset();  // Before the store.
}

TEST_F(MatchHistoryTest, OfTwoServersThatSeeTheEndOneWritesAndTellsIt) {
  const std::string id = Start({"ann", "bob"});
  auto other =
      GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, score_store_, match_store_},
                     &maker_, clock_, random_, log_, options_);
  ASSERT_TRUE(other.ok()) << other.status();
  SessionRecord row = session_store_.FindSession(id).value();
  row.state = SessionState::kFinished;
  ASSERT_TRUE(session_store_.UpdateSession(row).ok());
  ASSERT_TRUE(room_->PurgeEnded().ok());
  ASSERT_TRUE((*other)->PurgeEnded().ok());
  EXPECT_EQ(HistoryOf("ann").size(), 1U);
  EXPECT_EQ(Told("match.finished").size(), 1U);
}

TEST_F(MatchHistoryTest, TellsTheEndThatWasStoredThoughOthersWroteInBetween) {
  MatchStoreProxy matches(match_store_);
  auto room =
      GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, score_store_, matches},
                     &maker_, clock_, random_, log_, options_);
  ASSERT_TRUE(room.ok()) << room.status();
  room_ = *std::move(room);
  const std::string id = Start({"ann"});
  matches.before_update = [&](const MatchRecord& match) {
    if (match.seats.size() != 1) return;
    MatchRecord other = match_store_.FindMatch(id).value();
    other.seats.push_back({.player_id = "bob", .joined_at = clock_.WallNow()});
    EXPECT_TRUE(match_store_.UpdateMatch(other).ok());
    clock_.Advance(seconds(1));
  };
  // Somebody else sweeps when it is told and not marked yet.
  auto other =
      GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, score_store_, match_store_},
                     &maker_, clock_, random_, log_, options_);
  matches.before_mark = [&] { EXPECT_TRUE((*other)->PurgeEnded().ok()); };
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished).ok());

  const auto told = Told("match.finished");
  ASSERT_EQ(told.size(), 2U) << "the other could not know";
  EXPECT_EQ(told[0].at, match_store_.FindMatch(id)->finished_at);
  EXPECT_EQ(told[0].fields[2], (std::pair<std::string, EventRecord::Value>("players", std::int64_t{2})));
  EXPECT_EQ(told[1].id, told[0].id);
  EXPECT_EQ(told[1].at, told[0].at);
  EXPECT_EQ(told[1].fields, told[0].fields);
  room_.reset();  // Before the store.
}

TEST_F(MatchHistoryTest, TellsTheEventLogWhatBeganAndWhatCameOfIt) {
  const std::string id = Start({"ann", "bob"});
  clock_.Advance(seconds(2));
  ASSERT_TRUE(Leave("bob", id).ok());
  ASSERT_TRUE(Put("ann", id, SessionState::kFinished, {{"result.ann", std::string("win")}}).ok());
  const auto started = Told("match.started");
  const auto finished = Told("match.finished");
  ASSERT_EQ(started.size(), 1U);
  ASSERT_EQ(finished.size(), 1U);
  EXPECT_EQ(started[0].key, id);
  EXPECT_EQ(finished[0].key, id);
  const auto field = [&](const std::string& name) -> EventRecord::Value {
    for (const auto& [key, value] : finished[0].fields) {
      if (key == name) return value;
    }
    ADD_FAILURE() << "no " << name;
    return {};
  };
  EXPECT_EQ(std::get<std::string>(field("game_id")), "arena");
  EXPECT_EQ(std::get<std::int64_t>(field("players")), 2);
  EXPECT_EQ(std::get<std::int64_t>(field("duration_ms")), 2'000);
  EXPECT_EQ(std::get<std::string>(field("how_ended")), "finished");
  const std::string roster = std::get<std::string>(field("roster"));
  EXPECT_NE(roster.find(R"("player_id":"ann","result":"win")"), std::string::npos) << roster;
  EXPECT_NE(roster.find(R"("left_at":)"), std::string::npos) << roster;
}

TEST_F(MatchHistoryTest, ForgetsWhoSomebodyWasWhoseAccountIsDeleted) {
  const std::string over = Play({"ann", "bob"});
  Score("ann", over, 5);
  const std::string alone = Start({"ann"});
  const std::string running = Start({"bob", "ann"});
  ASSERT_TRUE(room_->ErasePlayer({.user_id = "ann", .until = clock_.WallNow() + std::chrono::hours(1)}).ok());
  ASSERT_TRUE(Put("bob", running, SessionState::kFinished).ok());
  EXPECT_TRUE(HistoryOf("ann").empty());
  ASSERT_EQ(HistoryOf("bob").size(), 2U);
  for (const PlayedMatch& match : HistoryOf("bob")) {
    ASSERT_EQ(match.players.size(), 2U) << "that there was somebody stays";
    const auto somebody = std::find_if(match.players.begin(), match.players.end(),
                                       [](const MatchPlayer& player) { return player.player_id.empty(); });
    ASSERT_NE(somebody, match.players.end());
    EXPECT_EQ(somebody->username, "");
    EXPECT_TRUE(somebody->scores.empty());
  }
  EXPECT_EQ(match_store_.FindMatch(alone)->end, MatchEnd::kAbandoned);
  EXPECT_EQ(match_store_.FindMatch(alone)->seats[0].player_id, "");
}

TEST_F(MatchHistoryTest, KeepsAMatchForAsLongAsItIsTold) {
  options_.keep_matches = std::chrono::hours(48);
  Restart();
  Play({"ann"});
  const std::string running = Start({"ann"});
  auto stream = OpenOn("ann", running);
  clock_.Advance(std::chrono::hours(47));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(HistoryOf("ann").size(), 1U);
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_TRUE(HistoryOf("ann").empty());
  EXPECT_EQ(match_store_.ListOpen("", 10)->size(), 1U) << "what is played is not purged";
}

}  // namespace
}  // namespace oofgg::game
