#include "game/leaderboard_sync.h"

#include <array>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::hours;
using std::chrono::sys_days;

constexpr WallTime kMidday = sys_days(std::chrono::year(2030) / 1 / 2) + hours(12);
constexpr std::array kTypes = {"default", "laps", "last", "sum"};

/// Connects instances. News wait until the test lets them go, in the order that it likes.
class FakeNewsHub {
 public:
  class End final : public StandingChannel {
   public:
    explicit End(FakeNewsHub& hub) : hub_(hub) {}
    void Tell(const StandingNews& news) override {
      for (End& other : hub_.ends_) {
        if (&other != this) hub_.waiting_.emplace_back(&other, news);
      }
    }
    void Listen(Listener* listener) override { listener_ = listener; }
    void Hear(const StandingNews& news) const {
      if (listener_ != nullptr) listener_->OnNews({&news, 1});
    }
    void Gap() const { listener_->OnGap(); }

   private:
    FakeNewsHub& hub_;
    Listener* listener_ = nullptr;
  };

  End& Add() { return ends_.emplace_back(*this); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  void DeliverAll() {
    while (!waiting_.empty()) {
      const auto [end, news] = std::move(waiting_.front());
      waiting_.pop_front();
      end->Hear(news);
    }
  }
  /// One of those that wait; of ten one is lost and two come again later.
  void DeliverAny(RandomSource& random) {
    if (waiting_.empty()) return;
    std::swap(waiting_.front(), waiting_[random.Below(waiting_.size())]);
    const auto [end, news] = waiting_.front();
    const auto fate = random.Below(10);
    if (fate >= 2) waiting_.pop_front();
    if (fate != 9) end->Hear(news);
  }

 private:
  std::deque<End> ends_;
  std::deque<std::pair<End*, StandingNews>> waiting_;
};

/// Game rooms on the same stores, as servers on one database have them.
class LeaderboardSyncTest : public ::testing::Test {
 protected:
  struct Instance {
    FakeNewsHub::End* end = nullptr;
    std::unique_ptr<GameRoom> room;
  };

  LeaderboardSyncTest() {
    clock_.SetWall(kMidday);
    arena_.id = "arena";
    arena_.name = "Arena";
    arena_.score_rules = {{"laps", {.order = ScoreOrder::kAscending}},
                          {"last", {.keep = ScoreKeep::kLast}},
                          {"sum", {.keep = ScoreKeep::kSum}}};
  }

  std::unique_ptr<GameRoom> OpenRoom(ScoreStore& scores, StandingChannel* channel) {
    GameRoomOptions options;
    options.operators_games = {arena_};
    options.standing_channel = channel;
    auto room =
        GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, scores, match_store_},
                       nullptr, clock_, random_, log_, options);
    EXPECT_TRUE(room.ok()) << room.status();
    return *std::move(room);
  }
  Instance Start() {
    FakeNewsHub::End& end = hub_.Add();
    return {&end, OpenRoom(score_store_, &end)};
  }

  static ScoreSubmission Submission(const std::string& type, std::int64_t value) {
    ScoreSubmission submission;
    submission.game_id = "arena";
    submission.score_type = type;
    submission.value = value;
    return submission;
  }
  static Status Submit(GameRoom& room, const std::string& player, std::int64_t value,
                       const std::string& type = "default") {
    return room.scores().SubmitScore(As(player), Submission(type, value)).status();
  }
  /// What a server stores that dies before it tells anybody.
  void Store(const std::string& player, std::int64_t value, const std::string& type = "default") {
    Score score;
    score.id = "untold " + std::to_string(++untold_);
    score.player_id = player;
    score.game_id = "arena";
    score.score_type = type;
    score.value = value;
    score.created_at = clock_.WallNow();
    const auto rule = NamedRule(arena_.score_rules, type);
    ASSERT_TRUE(score_store_.InsertScore(score, rule.value_or(ScoreRule()), {}).ok());
  }

  static std::string Listed(GameRoom& room, const std::string& type = "default",
                            const std::string& period = "all_time") {
    LeaderboardRequest request;
    request.game_id = "arena";
    request.score_type = type;
    request.time_period = period;
    request.limit = 100;
    const auto board = room.scores().GetLeaderboard(As("anyone"), request);
    EXPECT_TRUE(board.ok()) << board.status();
    std::string text;
    for (const LeaderboardEntry& entry : board.value_or(Leaderboard()).entries) {
      text += std::to_string(entry.rank) + ":" + entry.score.player_id + "=" +
              std::to_string(entry.score.value) + " ";
    }
    return text;
  }
  static std::string AllLists(GameRoom& room) {
    std::string text;
    for (const char* type : kTypes) {
      for (const ScorePeriod period : kScorePeriods) {
        text += std::string(type) + " " + std::string(PeriodName(period)) + " " +
                Listed(room, type, std::string(PeriodName(period))) + "\n";
      }
    }
    return text;
  }

  testing::FakeClock clock_;
  SeededRandom random_{1};
  RecordingEventLog log_;
  storage::MemoryPlayerStore player_store_;
  storage::MemoryGameStore game_store_;
  storage::MemorySessionStore session_store_;
  storage::MemoryEntityStore entity_store_{session_store_};
  storage::MemoryScoreStore score_store_;
  storage::MemoryMatchStore match_store_;
  Game arena_;
  FakeNewsHub hub_;
  int untold_ = 0;
};

TEST_F(LeaderboardSyncTest, ScoresOfAnotherInstanceFixTheRuleBeforeTheyAreHeardOf) {
  const Instance one = Start();
  Store("ann", 3, "laps");
  UpdateGameRequest update;
  update.id = "arena";
  update.score_rules = ScoreRules();
  const Status changed = one.room->games().UpdateGame(As("root", "admin"), update).status();
  EXPECT_EQ(ReasonOf(changed), "SCORE_RULE_FIXED") << changed;
}

TEST_F(LeaderboardSyncTest, AScoreIsOnTheListsOfAllInstancesOnceTheyHearOfIt) {
  const Instance one = Start();
  const Instance two = Start();
  ASSERT_TRUE(Submit(*one.room, "ann", 7, "laps").ok());
  ASSERT_TRUE(Submit(*two.room, "bob", 5, "laps").ok());
  EXPECT_EQ(Listed(*one.room, "laps"), "1:ann=7 ");
  hub_.DeliverAll();
  for (const std::string period : {"all_time", "daily", "weekly", "monthly"}) {
    EXPECT_EQ(Listed(*one.room, "laps", period), "1:bob=5 2:ann=7 ");
    EXPECT_EQ(Listed(*two.room, "laps", period), "1:bob=5 2:ann=7 ");
  }
}

TEST_F(LeaderboardSyncTest, WithoutAChannelOthersReadItWithinTheInterval) {
  const auto one = OpenRoom(score_store_, nullptr);
  const auto two = OpenRoom(score_store_, nullptr);
  ASSERT_TRUE(Submit(*one, "ann", 7, "last").ok());
  ASSERT_TRUE(Submit(*one, "ann", 3, "last").ok());
  clock_.Advance(LeaderboardSync::kInterval - std::chrono::nanoseconds(1));
  ASSERT_TRUE(two->FollowScores().ok());
  EXPECT_EQ(Listed(*two, "last"), "") << "not yet";
  clock_.Advance(std::chrono::nanoseconds(1));
  ASSERT_TRUE(two->FollowScores().ok());
  EXPECT_EQ(Listed(*two, "last"), "1:ann=3 ");
}

TEST_F(LeaderboardSyncTest, MoreThanIsReadAtOnceIsReadToTheEnd) {
  const auto one = OpenRoom(score_store_, nullptr);
  for (int i = 0; i < 1'234; ++i) Store("p" + std::to_string(i), i);
  clock_.Advance(LeaderboardSync::kInterval);
  ASSERT_TRUE(one->FollowScores().ok());
  PlayerRankRequest request;
  request.player_id = "p0";
  request.game_id = "arena";
  EXPECT_EQ(one->scores().GetPlayerRank(As("ann"), request)->rank, 1'234);
}

TEST_F(LeaderboardSyncTest, AfterAGapAllIsReadAtOnce) {
  const Instance one = Start();
  ASSERT_TRUE(one.room->FollowScores().ok());
  Store("ann", 7);
  ASSERT_TRUE(one.room->FollowScores().ok());
  EXPECT_EQ(Listed(*one.room), "");
  one.end->Gap();
  ASSERT_TRUE(one.room->FollowScores().ok());
  EXPECT_EQ(Listed(*one.room), "1:ann=7 ");
}

TEST_F(LeaderboardSyncTest, WhoIsErasedAtOneInstanceIsOffTheListsOfAll) {
  const Instance one = Start();
  const Instance two = Start();
  ASSERT_TRUE(Submit(*one.room, "ann", 7).ok());
  hub_.DeliverAll();
  ASSERT_TRUE(one.room->ErasePlayer({.user_id = "ann", .until = kMidday + hours(24)}).ok());
  hub_.DeliverAll();
  EXPECT_EQ(Listed(*two.room), "");
}

TEST_F(LeaderboardSyncTest, NewsOfSomebodyErasedThatComeLateArePassedOver) {
  const Instance one = Start();
  const Instance two = Start();
  ASSERT_TRUE(Submit(*one.room, "ann", 7).ok());
  ASSERT_TRUE(two.room->ErasePlayer({.user_id = "ann", .until = kMidday + hours(24)}).ok());
  hub_.DeliverAll();
  EXPECT_EQ(Listed(*two.room), "");
  EXPECT_EQ(Listed(*one.room), "");
}

TEST_F(LeaderboardSyncTest, OneClockFarAheadEndsNoListsOfTheOthers) {
  const Instance one = Start();
  ASSERT_TRUE(Submit(*one.room, "ann", 7).ok());
  StandingNews news;
  news.score = {.player_id = "bob",
                .game_id = "arena",
                .score_type = "default",
                .order = 2,
                .created_at = kMidday + hours(24),
                .values = {9, 9, 9, 9}};
  one.end->Hear(news);
  EXPECT_EQ(Listed(*one.room, "default", "daily"), "1:ann=7 ");
  EXPECT_EQ(Listed(*one.room), "1:bob=9 2:ann=7 ");
}

/// A database in which some scores are not committed yet, of lower orders than others that are.
class SlowScoreStore final : public ScoreStore {
 public:
  explicit SlowScoreStore(ScoreStore& store) : store_(store) {}

  std::set<std::int64_t> uncommitted;
  std::string read;  ///< The ranges that were asked for.

  StatusOr<StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                    const CreationKey& key) override {
    return store_.InsertScore(score, rule, key);
  }
  StatusOr<std::vector<ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                std::int64_t before, std::size_t limit) override {
    return store_.ListScores(player_id, game_id, before, limit);
  }
  StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) override {
    return store_.CountScores(player_id, game_id);
  }
  StatusOr<std::vector<ScoreRecord>> ListInstanceScores(std::span<const InstanceSeat> seats,
                                                        std::size_t limit) override {
    return store_.ListInstanceScores(seats, limit);
  }
  StatusOr<bool> HasLists(std::string_view game_id, std::string_view score_type) override {
    return store_.HasLists(game_id, score_type);
  }
  StatusOr<std::vector<ScoreRecord>> FindScores(std::span<const std::int64_t> orders) override {
    return store_.FindScores(orders);
  }
  Status VisitStandings(WallTime /*now*/, absl::FunctionRef<Status(const StandingRow&)> /*visit*/) override {
    return {};
  }
  StatusOr<ScoreHorizon> FindHorizon() override {
    OOFGG_ASSIGN_OR_RETURN(ScoreHorizon horizon, store_.FindHorizon());
    horizon.settled = uncommitted.empty();
    return horizon;
  }
  StatusOr<std::vector<CountedScore>> ListCounted(std::int64_t after, std::int64_t last) override {
    read += std::to_string(after + 1) + "-" + std::to_string(last) + " ";
    OOFGG_ASSIGN_OR_RETURN(auto counted, store_.ListCounted(after, last));
    std::erase_if(counted, [this](const CountedScore& score) { return uncommitted.contains(score.order); });
    return counted;
  }
  StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) override {
    return store_.EraseScores(player_id, limit);
  }
  StatusOr<bool> Purge(const Sweep& sweep) override { return store_.Purge(sweep); }

 private:
  ScoreStore& store_;
};

TEST_F(LeaderboardSyncTest, AScoreThatIsCommittedBehindLaterOnesIsNotPassedOver) {
  SlowScoreStore slow(score_store_);
  const auto room = OpenRoom(slow, nullptr);
  Store("ann", 7);
  Store("bob", 5);
  slow.uncommitted = {1};
  const auto follow = [&] {
    clock_.Advance(LeaderboardSync::kInterval);
    ASSERT_TRUE(room->FollowScores().ok());
  };
  follow();
  EXPECT_EQ(Listed(*room), "1:bob=5 ");
  follow();
  slow.uncommitted = {};
  follow();
  EXPECT_EQ(Listed(*room), "1:ann=7 2:bob=5 ");
}

TEST_F(LeaderboardSyncTest, WhatIsTheirOwnOrWasToldIsNotRead) {
  SlowScoreStore watched(score_store_);
  FakeNewsHub::End& end = hub_.Add();
  const auto room = OpenRoom(watched, &end);
  const Instance other = Start();
  const auto follow = [&] {
    clock_.Advance(LeaderboardSync::kInterval);
    ASSERT_TRUE(room->FollowScores().ok());
  };
  follow();
  ASSERT_TRUE(Submit(*room, "ann", 7).ok());
  ASSERT_TRUE(Submit(*other.room, "bob", 5).ok());
  ASSERT_TRUE(Submit(*other.room, "bob", 3).ok()) << "which does not count";
  hub_.DeliverAll();
  follow();
  EXPECT_EQ(watched.read, "");
  Store("cid", 1);
  ASSERT_TRUE(Submit(*room, "ann", 9).ok());
  Store("dan", 2);
  ASSERT_TRUE(Submit(*other.room, "bob", 6).ok());
  hub_.DeliverAll();
  follow();
  EXPECT_EQ(watched.read, "4-6 ");
  EXPECT_EQ(Listed(*room), "1:ann=9 2:bob=6 3:dan=2 4:cid=1 ");
  follow();
  EXPECT_EQ(watched.read, "4-6 ");
}

TEST_F(LeaderboardSyncTest, AScoreUnderWayWhenTheServerStartsIsNotPassedOver) {
  SlowScoreStore slow(score_store_);
  Store("ann", 7);
  slow.uncommitted = {1};
  const auto room = OpenRoom(slow, nullptr);
  slow.uncommitted = {};
  clock_.Advance(LeaderboardSync::kInterval);
  ASSERT_TRUE(room->FollowScores().ok());
  EXPECT_EQ(Listed(*room), "1:ann=7 ");
}

/// Instances that come and go, news that are lost, doubled and late, servers that die before they tell, and
/// players who are erased: all lists end as those of a server that starts afresh.
class LeaderboardHistories : public LeaderboardSyncTest, public ::testing::WithParamInterface<int> {
 protected:
  std::string AnyPlayer() { return "p" + std::to_string(random_.Below(12)); }
  Instance& AnyInstance() { return instances_[random_.Below(instances_.size())]; }

  void Step() {
    const auto roll = random_.Below(100);
    const std::string type = kTypes[random_.Below(kTypes.size())];
    const auto value = static_cast<std::int64_t>(random_.Below(30)) - 10;
    if (roll < 55) {
      const Status submitted = Submit(*AnyInstance().room, AnyPlayer(), value, type);
      ASSERT_TRUE(submitted.ok() || submitted.code() == StatusCode::kNotFound) << submitted;
    } else if (roll < 62) {
      Store(AnyPlayer(), value, type);
    } else if (roll < 88) {
      hub_.DeliverAny(random_);
    } else if (roll < 93) {
      clock_.Advance(std::chrono::seconds(random_.Below(20)));
      ASSERT_TRUE(AnyInstance().room->FollowScores().ok());
    } else if (roll < 95) {
      clock_.Advance(hours(random_.Below(9)));
    } else if (roll < 97) {
      Restart(AnyInstance());
    } else if (roll < 98) {
      erased_.push_back(AnyPlayer());
    } else if (!erased_.empty()) {
      Erase(AnyInstance(), erased_[random_.Below(erased_.size())]);
    }
  }
  void Restart(Instance& instance) {
    instance.room.reset();
    instance.room = OpenRoom(score_store_, instance.end);
  }
  // As the auth server tells it, to each instance in its time.
  void Erase(const Instance& instance, const std::string& player) {
    ASSERT_TRUE(instance.room->ErasePlayer({.user_id = player, .until = kMidday + hours(10'000)}).ok());
  }

  std::vector<Instance> instances_;
  std::vector<std::string> erased_;
};

TEST_P(LeaderboardHistories, EndEqualToTheTruth) {
  random_ = SeededRandom(static_cast<std::uint64_t>(GetParam()));
  for (int i = 0; i < 3; ++i) instances_.push_back(Start());
  for (int step = 0; step < 1'500; ++step) ASSERT_NO_FATAL_FAILURE(Step());
  for (const Instance& instance : instances_) {
    for (const std::string& player : erased_) Erase(instance, player);
  }
  while (hub_.waiting() > 0) hub_.DeliverAny(random_);
  clock_.Advance(LeaderboardSync::kInterval);
  for (const Instance& instance : instances_) ASSERT_TRUE(instance.room->FollowScores().ok());
  const std::string truth = AllLists(*OpenRoom(score_store_, nullptr));
  for (const Instance& instance : instances_) EXPECT_EQ(AllLists(*instance.room), truth);
}
INSTANTIATE_TEST_SUITE_P(Seeds, LeaderboardHistories, ::testing::Range(1, 13));

}  // namespace
}  // namespace oofgg::game
