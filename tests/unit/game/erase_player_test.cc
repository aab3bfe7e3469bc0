// What is left of a player whose account was deleted.

#include <algorithm>
#include <functional>
#include <utility>

#include "storage/memory/game/memory_player_store.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ErasePlayerTest : public GameRoomTest {
 protected:
  DeletedUser Deleted(const std::string& id) const {
    return {.user_id = id,
            .deleted_at = clock_.WallNow(),
            .until = clock_.WallNow() + std::chrono::hours(30 * 24)};
  }
  void Erase(const std::string& id) {
    const Status erased = room_->ErasePlayer(Deleted(id));
    ASSERT_TRUE(erased.ok()) << erased;
  }
  StatusOr<LeaderboardEntry> Submit(const CallContext& context, const std::string& player,
                                    const std::string& type = {}) {
    ScoreSubmission submission;
    submission.game_id = "arena";
    submission.score_type = type;
    submission.value = 5;
    submission.player_id = player;
    return room_->scores().SubmitScore(context, submission);
  }
  std::vector<std::string> Listed(const std::string& type = {}) {
    LeaderboardRequest request;
    request.game_id = "arena";
    request.score_type = type;
    const auto board = room_->scores().GetLeaderboard(As("anyone"), request);
    EXPECT_TRUE(board.ok()) << board.status();
    std::vector<std::string> players;
    for (const LeaderboardEntry& entry : board.value_or(Leaderboard()).entries) {
      players.push_back(entry.score.player_id);
    }
    return players;
  }
  std::int64_t ScoresOf(const std::string& player) {
    PlayerScoresRequest request;
    request.player_id = player;
    return room_->scores().GetPlayerScores(As("anyone"), request)->total_count;
  }
};

TEST_F(ErasePlayerTest, ScoresProfileAndPlacesOnTheListsAreGone) {
  for (const char* player : {"ann", "bob"}) {
    ASSERT_TRUE(Submit(As(player), player).ok());
    ASSERT_TRUE(Submit(As(player), player, "kills").ok());
  }
  Erase("ann");
  EXPECT_THAT(Listed(), ElementsAre("bob"));
  EXPECT_THAT(Listed("kills"), ElementsAre("bob"));
  EXPECT_EQ(ScoresOf("ann"), 0);
  EXPECT_EQ(ScoresOf("bob"), 2);
  EXPECT_THAT(room_->players().GetPlayer(As("bob"), {.id = "ann"}).status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(std::count_if(log_.records.begin(), log_.records.end(),
                          [](const auto& record) { return record.kind == "player.erased"; }),
            1);
  Restart();
  EXPECT_THAT(Listed(), ElementsAre("bob"));
}

TEST_F(ErasePlayerTest, AgainDoesNoHarmAndSaysNothing) {
  Erase("ann");
  ASSERT_TRUE(Submit(As("bob"), "bob").ok());
  Erase("bob");
  const std::size_t said = log_.records.size();
  Erase("bob");
  Restart();  // Which hears of it again.
  Erase("bob");
  EXPECT_EQ(log_.records.size(), said);
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(ErasePlayerTest, NothingNewIsKeptOfThem) {
  Erase("ann");
  const auto late = Submit(As("server", "service"), "ann");
  EXPECT_THAT(late.status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(ReasonOf(late.status()), "ACCOUNT_DELETED");
  EXPECT_EQ(ReasonOf(room_->players().GetPlayer(As("ann"), {}).status()), "ACCOUNT_DELETED");
  EXPECT_EQ(ReasonOf(room_->players().CreatePlayer(As("ann"), {}).status()), "ACCOUNT_DELETED");
  EXPECT_EQ(ScoresOf("ann"), 0);
}

TEST_F(ErasePlayerTest, WhatACallUnderWayKeptGoesWithTheNextSweep) {
  Erase("ann");
  Player late;
  late.id = "ann";
  Score score;
  score.id = "1";
  score.player_id = "ann";
  score.game_id = "arena";
  ASSERT_TRUE(player_store_.InsertPlayer(late).ok());
  ASSERT_TRUE(score_store_.InsertScore(score, {}, {}).ok());
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_THAT(player_store_.FindPlayer("ann").status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(score_store_.CountScores("ann", "").value(), 0);
}

TEST_F(ErasePlayerTest, ThePlaceInTheQueueIsGone) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.action = JoinLeaveAction::kJoin;
  const auto place = room_->sessions().JoinLeave(As("ann"), join);
  ASSERT_TRUE(place.ok()) << place.status();
  ASSERT_EQ(maker_.live_watches(), 1u);
  Erase("ann");
  EXPECT_THAT(session_store_.FindSession(place->id).status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(maker_.live_watches(), 0u);
}

TEST_F(ErasePlayerTest, OfTheirSessionsThoseOfOthersGoOn) {
  const std::string shared = MakeSession({"ann", "bob"}).id;
  const std::string alone = MakeSession({"ann"}).id;
  const std::string others = MakeSession({"bob", "cyd"}).id;
  Erase("ann");
  const auto left = session_store_.FindSession(shared);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->owner_id, "bob");
  ASSERT_EQ(left->members.size(), 1u);
  EXPECT_EQ(left->members[0].user_id, "bob");
  EXPECT_THAT(session_store_.FindSession(alone).status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(session_store_.FindSession(others)->version, 1);
  EXPECT_TRUE(session_store_.ListSessionsOf("ann", 10)->empty());
}

TEST_F(ErasePlayerTest, AMatchKeepsItsOtherPlayers) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.action = JoinLeaveAction::kJoin;
  for (const char* player : {"ann", "bob"}) {
    ASSERT_TRUE(room_->sessions().JoinLeave(As(player), join).ok());
  }
  maker_.Match("m1", {"ann", "bob"});
  Erase("ann");
  const auto match = session_store_.FindSession("m1");
  ASSERT_TRUE(match.ok()) << match.status();
  EXPECT_EQ(match->owner_id, "") << "a match belongs to nobody";
  EXPECT_EQ(match->members.size(), 1u);
  EXPECT_TRUE(session_store_.ListSessionsOf("ann", 10)->empty())
      << "her place, now another name of the match";
}

TEST_F(ErasePlayerTest, TheyComeIntoNoSessionAndNoQueue) {
  const std::string open = MakeSession({"bob"}).id;
  Erase("ann");
  CreateSessionRequest create;
  create.game_id = "arena";
  EXPECT_EQ(ReasonOf(room_->sessions().CreateSession(As("ann"), create).status()), "ACCOUNT_DELETED");
  create.user_ids = {"bob", "ann"};
  const auto named = room_->sessions().CreateSession(As("bob"), create).status();
  EXPECT_THAT(named, HasCode(StatusCode::kNotFound));
  EXPECT_EQ(ReasonOf(named), "ACCOUNT_DELETED");
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.action = JoinLeaveAction::kJoin;
  EXPECT_EQ(ReasonOf(room_->sessions().JoinLeave(As("ann"), join).status()), "ACCOUNT_DELETED");
  join.session_id = open;
  EXPECT_EQ(ReasonOf(room_->sessions().JoinLeave(As("ann"), join).status()), "ACCOUNT_DELETED");
  EXPECT_TRUE(session_store_.ListSessionsOf("ann", 10)->empty());
  EXPECT_TRUE(maker_.entries.empty());
}

TEST_F(ErasePlayerTest, AMatchMadeBeforeTheMakerHeardLeavesThemOut) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.action = JoinLeaveAction::kJoin;
  for (const char* player : {"ann", "bob"}) {
    ASSERT_TRUE(room_->sessions().JoinLeave(As(player), join).ok());
  }
  Erase("ann");
  maker_.Match("m1", {"ann", "bob"});
  const auto match = session_store_.FindSession("m1");
  ASSERT_TRUE(match.ok()) << match.status();
  ASSERT_EQ(match->members.size(), 1u);
  EXPECT_EQ(match->members[0].user_id, "bob");
  EXPECT_EQ(match->members[0].join_ticket, "seat of bob");
}

TEST_F(ErasePlayerTest, AProfileThatIsStillThereIsNotShownToThem) {
  Erase("ann");
  Player late;
  late.id = "ann";
  ASSERT_TRUE(player_store_.InsertPlayer(late).ok());  // By a call under way.
  EXPECT_EQ(ReasonOf(room_->players().GetPlayer(As("ann"), {}).status()), "ACCOUNT_DELETED");
  EXPECT_EQ(ReasonOf(room_->players().UpdatePlayer(As("ann"), {}).status()), "ACCOUNT_DELETED");
  EXPECT_EQ(ReasonOf(Submit(As("server", "service"), "ann").status()), "ACCOUNT_DELETED");
}

/// Cannot erase one player while told so.
class StuckPlayers final : public PlayerStore {
 public:
  explicit StuckPlayers(PlayerStore& players) : players_(players) {}
  Status InsertPlayer(const Player& player) override { return players_.InsertPlayer(player); }
  StatusOr<Player> FindPlayer(std::string_view id) override { return players_.FindPlayer(id); }
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override {
    return players_.FindPlayers(ids);
  }
  StatusOr<Player> UpdatePlayer(const Player& player) override { return players_.UpdatePlayer(player); }
  StatusOr<bool> ErasePlayer(std::string_view id) override {
    ++erasures;
    if (on_erasure) on_erasure();
    if (id == stuck) return MakeStatus(StatusCode::kUnavailable, "the disk is full");
    return players_.ErasePlayer(id);
  }
  std::string stuck = "ann";
  int erasures = 0;
  std::function<void()> on_erasure;

 private:
  PlayerStore& players_;
};

class StuckPlayersTest : public ErasePlayerTest {
 protected:
  StuckPlayersTest() {
    auto room =
        GameRoom::Open({players_, game_store_, session_store_, entity_store_, score_store_, match_store_},
                       &maker_, clock_, random_, log_, options_);
    EXPECT_TRUE(room.ok()) << room.status();
    room_ = *std::move(room);
  }
  ~StuckPlayersTest() override { room_.reset(); }  // Before the store.
  void Add(const std::string& id) {
    Player player;
    player.id = id;
    ASSERT_TRUE(player_store_.InsertPlayer(player).ok());
  }
  bool IsKept(const std::string& id) { return player_store_.FindPlayer(id).ok(); }

  StuckPlayers players_{player_store_};
};

TEST_F(StuckPlayersTest, WhatFailsIsTriedAgainHoweverLongAgoItWas) {
  Add("ann");
  EXPECT_THAT(room_->ErasePlayer(Deleted("ann")), HasCode(StatusCode::kUnavailable));
  clock_.Advance(std::chrono::hours(48));
  EXPECT_THAT(room_->PurgeEnded(), HasCode(StatusCode::kUnavailable));
  players_.stuck.clear();
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_FALSE(IsKept("ann"));
}

TEST_F(StuckPlayersTest, OneWhoStaysHoldsUpNeitherTheOthersNorTheSweep) {
  SessionRecord ended;
  ended.id = "ended";
  ended.game_id = "arena";
  ended.state = SessionState::kFinished;
  ASSERT_TRUE(session_store_.CreateSession(ended, {}, 0).ok());
  const std::vector<std::string> all = {"amy", "ann", "bob"};
  for (const std::string& player : all) static_cast<void>(room_->ErasePlayer(Deleted(player)));
  for (const std::string& player : all) Add(player);  // By calls under way.
  EXPECT_THAT(room_->PurgeEnded(), HasCode(StatusCode::kUnavailable)) << "ann";
  EXPECT_FALSE(IsKept("amy"));
  EXPECT_FALSE(IsKept("bob"));
  clock_.Advance(options_.keep_ended);
  EXPECT_THAT(room_->PurgeEnded(), HasCode(StatusCode::kUnavailable));
  EXPECT_THAT(session_store_.FindSession("ended").status(), HasCode(StatusCode::kNotFound));
}

TEST_F(StuckPlayersTest, SettlesFromWhenItWasHeardAndNotLonger) {
  const DeletedUser outdated = Deleted("bob");
  clock_.Advance(std::chrono::hours(48));  // An outage.
  ASSERT_TRUE(room_->ErasePlayer(outdated).ok());
  Add("bob");  // By a call under way.
  clock_.Advance(ErasedPlayers::kSettling);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_FALSE(IsKept("bob"));
  EXPECT_EQ(players_.erasures, 2);
  clock_.Advance(ErasedPlayers::kSettling);
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(players_.erasures, 2) << "settled";
}

TEST_F(StuckPlayersTest, OneSweepComesAfterTheSettlingHoweverManyCameBefore) {
  ASSERT_TRUE(room_->ErasePlayer(Deleted("bob")).ok());
  ASSERT_TRUE(room_->PurgeEnded().ok());
  Add("bob");
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_FALSE(IsKept("bob"));
}

TEST_F(StuckPlayersTest, ASweepEndsBehindThePlayerItIsAt) {
  for (const char* player : {"amy", "bob", "cyd"}) ASSERT_TRUE(room_->ErasePlayer(Deleted(player)).ok());
  players_.erasures = 0;
  players_.on_erasure = [this] { room_->Drain(); };
  EXPECT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(players_.erasures, 1);
}

/// Lets others in before it writes or erases, once each.
class RacedSessions final : public SessionStore {
 public:
  explicit RacedSessions(SessionStore& sessions) : sessions_(sessions) {}
  StatusOr<SessionRecord> CreateSession(const SessionRecord& session, const CreationKey& key,
                                        std::uint32_t max_live) override {
    return sessions_.CreateSession(session, key, max_live);
  }
  StatusOr<SessionRecord> FindSession(std::string_view id) override { return sessions_.FindSession(id); }
  StatusOr<SessionRecord> UpdateSession(const SessionRecord& session) override {
    Run(before_update);
    return sessions_.UpdateSession(session);
  }
  StatusOr<SessionRecord> FindActive(std::string_view user_id, std::string_view game_id) override {
    return sessions_.FindActive(user_id, game_id);
  }
  StatusOr<std::vector<SessionRecord>> ListSessions(std::string_view game_id, std::string_view user_id,
                                                    std::size_t limit) override {
    return sessions_.ListSessions(game_id, user_id, limit);
  }
  StatusOr<std::vector<SessionRecord>> ListRunning(std::string_view after, std::size_t limit) override {
    return sessions_.ListRunning(after, limit);
  }
  StatusOr<std::vector<SessionRecord>> ListQueued() override { return sessions_.ListQueued(); }
  StatusOr<std::vector<SessionRecord>> ListSessionsOf(std::string_view user_id, std::size_t limit) override {
    return sessions_.ListSessionsOf(user_id, limit);
  }
  Status EraseSession(std::string_view id) override {
    Run(before_erase);
    return sessions_.EraseSession(id);
  }
  StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) override {
    return sessions_.NextStreamRun(session_id);
  }
  StatusOr<bool> Purge(const Sweep& sweep) override { return sessions_.Purge(sweep); }

  std::function<void()> before_update;
  std::function<void()> before_erase;

 private:
  static void Run(std::function<void()>& once) {
    if (const auto now = std::exchange(once, nullptr)) now();
  }
  SessionStore& sessions_;
};

class RacedSessionsTest : public ErasePlayerTest {
 protected:
  RacedSessionsTest() {
    auto room =
        GameRoom::Open({player_store_, game_store_, sessions_, entity_store_, score_store_, match_store_},
                       &maker_, clock_, random_, log_, options_);
    EXPECT_TRUE(room.ok()) << room.status();
    other_server_ = std::exchange(room_, *std::move(room));
  }
  ~RacedSessionsTest() override { room_.reset(); }  // Before the store.
  Status Join(const std::string& player, const std::string& session) {
    JoinLeaveRequest join;
    join.game_id = "arena";
    join.session_id = session;
    join.action = JoinLeaveAction::kJoin;
    return other_server_->sessions().JoinLeave(As(player), join).status();
  }

  std::unique_ptr<GameRoom> other_server_;  // On the same stores, without the race.
  RacedSessions sessions_{session_store_};
};

TEST_F(RacedSessionsTest, WhoJoinsBeforeTheLastPlayerIsTakenOutKeepsTheSession) {
  const std::string id = MakeSession({"ann"}).id;
  Status joined = MakeStatus(StatusCode::kUnknown, "not tried");
  sessions_.before_update = [&] { joined = Join("bob", id); };
  Erase("ann");
  EXPECT_TRUE(joined.ok()) << joined;
  const auto left = session_store_.FindSession(id);
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->state, SessionState::kCreated);
  EXPECT_EQ(left->owner_id, "bob");
  ASSERT_EQ(left->members.size(), 1u);
  EXPECT_EQ(left->members[0].user_id, "bob");
}

TEST_F(RacedSessionsTest, NobodyIsToldOfHavingJoinedASessionThatIsThenErased) {
  const std::string id = MakeSession({"ann"}).id;
  Status joined;
  sessions_.before_erase = [&] { joined = Join("bob", id); };
  Erase("ann");
  EXPECT_FALSE(joined.ok());
  EXPECT_THAT(session_store_.FindSession(id).status(), HasCode(StatusCode::kNotFound));
}

}  // namespace
}  // namespace oofgg::game
