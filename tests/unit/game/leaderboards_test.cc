#include "game/leaderboards.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using std::chrono::hours;
using std::chrono::sys_days;

// 2030-01-02, a Wednesday, noon.
constexpr WallTime kNoon = sys_days(std::chrono::year(2030) / 1 / 2) + hours(12);

std::string Text(const Leaderboards::Page& page) {
  std::string text;
  for (const RankedScore& entry : page.entries) {
    text += std::to_string(entry.rank) + ":" + entry.player_id + "=" + std::to_string(entry.value) + "@" +
            std::to_string(entry.order) + " ";
  }
  return text;
}

/// Scores that come to a store and the lists, and the same in the plainest way there is: all scores, gone
/// through for each question.
class LeaderboardsAgainstModel : public ::testing::TestWithParam<std::tuple<ScoreOrder, ScoreKeep, int>> {
 protected:
  static constexpr std::string_view kType = "t";

  ScoreRule rule() const { return {.order = std::get<0>(GetParam()), .keep = std::get<1>(GetParam())}; }

  std::unique_ptr<Leaderboards> MakeBoards() {
    auto boards = std::make_unique<Leaderboards>(32, clock_);
    boards->Open("arena", kType, rule());
    return boards;
  }

  // Stores a score; what the lists are to be told of it waits.
  void Store(std::string player, std::int64_t value) {
    Score score;
    score.id = std::to_string(scores_.size());
    score.player_id = std::move(player);
    score.game_id = "arena";
    score.score_type = kType;
    score.value = value;
    score.created_at = clock_.WallNow();
    const auto stored = store_.InsertScore(score, rule(), {});
    ASSERT_TRUE(stored.ok()) << stored.status();
    scores_.push_back(stored->record);
    waiting_.push_back(*stored);
  }

  void Tell(Leaderboards& boards, const StoredScore& stored) {
    const Score& score = stored.record.score;
    for (const ScorePeriod period : kScorePeriods) {
      boards.Submit({"arena", kType, period}, PeriodStart(period, score.created_at), score.player_id,
                    *stored.standings[static_cast<std::size_t>(period)]);
    }
  }

  // In any order, some of it twice.
  void TellAll(Leaderboards& boards) {
    for (std::size_t i = waiting_.size(); i > 1; --i) std::swap(waiting_[i - 1], waiting_[random_.Below(i)]);
    for (const StoredScore& stored : waiting_) {
      Tell(boards, stored);
      if (random_.Below(4) == 0) Tell(boards, waiting_[random_.Below(waiting_.size())]);
    }
    waiting_.clear();
  }

  std::string Expected(ScorePeriod period) const {
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> best;  // Value and place, by player.
    for (const auto& [score, place] : scores_) {
      if (PeriodStart(period, score.created_at) != PeriodStart(period, clock_.WallNow())) continue;
      const auto [mine, first] = best.try_emplace(score.player_id, score.value, place);
      if (first) continue;
      auto& [value, order] = mine->second;
      const bool better = rule().order == ScoreOrder::kAscending ? score.value < value : score.value > value;
      if (rule().keep == ScoreKeep::kBest && !better) continue;
      value = rule().keep == ScoreKeep::kSum ? value + score.value : score.value;
      order = place;
    }
    std::vector<std::pair<std::string, std::pair<std::int64_t, std::int64_t>>> all(best.begin(), best.end());
    std::sort(all.begin(), all.end(), [this](const auto& a, const auto& b) {
      if (a.second.first == b.second.first) return a.second.second < b.second.second;
      return (a.second.first < b.second.first) == (rule().order == ScoreOrder::kAscending);
    });
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
      text += std::to_string(i + 1) + ":" + all[i].first + "=" + std::to_string(all[i].second.first) + "@" +
              std::to_string(all[i].second.second) + " ";
    }
    return text;
  }

  void ExpectRight(Leaderboards& boards) {
    for (const ScorePeriod period : kScorePeriods) {
      const auto page = boards.Top({"arena", kType, period}, std::nullopt, 1'000);
      ASSERT_EQ(Text(page), Expected(period)) << PeriodName(period);
      ASSERT_EQ(page.total, page.entries.size());
    }
  }

  testing::FakeClock clock_{kNoon};
  SeededRandom random_{static_cast<std::uint64_t>(std::get<2>(GetParam()))};
  storage::MemoryScoreStore store_;
  std::vector<ScoreRecord> scores_;
  std::vector<StoredScore> waiting_;
};

TEST_P(LeaderboardsAgainstModel, EndTheSameInWhateverOrderScoresArriveAndAfterARebuild) {
  auto boards = MakeBoards();
  for (int step = 0; step < 60; ++step) {
    for (int i = 0; i < 30; ++i) {
      Store("p" + std::to_string(random_.Below(120)), static_cast<std::int64_t>(random_.Below(40)) - 20);
    }
    TellAll(*boards);
    clock_.Advance(hours(random_.Below(30)));  // Past many days, some weeks and a month.
    if (step % 6 == 0) {
      ASSERT_NO_FATAL_FAILURE(ExpectRight(*boards));
      Leaderboards rebuilt(32, clock_);
      const auto find_rule = [this](std::string_view, std::string_view) { return std::optional(rule()); };
      ASSERT_TRUE(rebuilt.Rebuild(store_, find_rule).ok());
      ASSERT_NO_FATAL_FAILURE(ExpectRight(rebuilt));
    }
  }
  ASSERT_NO_FATAL_FAILURE(ExpectRight(*boards));
}

TEST_P(LeaderboardsAgainstModel, ThreadsThatSubmitAtOnceEndTheSame) {
  for (int i = 0; i < 400; ++i)
    Store("p" + std::to_string(i % 50), static_cast<std::int64_t>(random_.Below(100)));
  auto boards = MakeBoards();
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < waiting_.size(); i += 2)
        Tell(*boards, waiting_[i]);  // Each by two threads.
      (void)boards->Around({"arena", kType}, "p1", 5);
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_NO_FATAL_FAILURE(ExpectRight(*boards));
}

std::string RuleName(const ::testing::TestParamInfo<LeaderboardsAgainstModel::ParamType>& test) {
  const auto& [order, keep, seed] = test.param;
  const std::string best = keep == ScoreKeep::kBest ? "Best" : keep == ScoreKeep::kLast ? "Last" : "Sum";
  return (order == ScoreOrder::kAscending ? "Lowest" : "Highest") + best + std::to_string(seed);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, LeaderboardsAgainstModel,
    ::testing::Combine(::testing::Values(ScoreOrder::kDescending, ScoreOrder::kAscending),
                       ::testing::Values(ScoreKeep::kBest, ScoreKeep::kLast, ScoreKeep::kSum),
                       ::testing::Values(1, 2)),
    RuleName);

class LeaderboardsTest : public ::testing::Test {
 protected:
  static constexpr ListId kDaily{"arena", "t", ScorePeriod::kDaily};
  static constexpr ListId kAllTime{"arena", "t", ScorePeriod::kAllTime};

  void Submit(const ListId& id, const std::string& player, std::int64_t value) {
    boards_.Submit(id, PeriodStart(id.period, clock_.WallNow()), player, {value, ++order_, clock_.WallNow()});
  }
  std::string Top(const ListId& id) { return Text(boards_.Top(id, std::nullopt, 100)); }

  testing::FakeClock clock_{kNoon};
  Leaderboards boards_{2, clock_};
  std::int64_t order_ = 0;
};

TEST_F(LeaderboardsTest, ADayEndsAtMidnightUtcAndAllTimeGoesOn) {
  boards_.Open("arena", "t", std::nullopt);
  Submit(kDaily, "ann", 5);
  Submit(kAllTime, "ann", 5);
  clock_.Advance(hours(12) - std::chrono::nanoseconds(1));
  EXPECT_EQ(Top(kDaily), "1:ann=5@1 ");
  clock_.Advance(std::chrono::nanoseconds(1));
  const auto page = boards_.Top(kDaily, std::nullopt, 10);
  EXPECT_EQ(Text(page), "");
  EXPECT_EQ(page.total, 0u);
  EXPECT_EQ(page.last_updated, WallTime());
  EXPECT_EQ(page.period_start, sys_days(std::chrono::year(2030) / 1 / 3));
  EXPECT_EQ(Top(kAllTime), "1:ann=5@2 ");
}

TEST_F(LeaderboardsTest, AScoreOfYesterdayThatArrivesLateIsNotOfToday) {
  boards_.Open("arena", "t", std::nullopt);
  const sys_days yesterday = PeriodStart(ScorePeriod::kDaily, clock_.WallNow());
  clock_.Advance(hours(24));
  Submit(kDaily, "bob", 1);
  boards_.Submit(kDaily, yesterday, "ann", {9, 9, kNoon});
  EXPECT_EQ(Top(kDaily), "1:bob=1@1 ");
}

TEST_F(LeaderboardsTest, AClockThatStepsBackOverMidnightLosesNothing) {
  boards_.Open("arena", "t", std::nullopt);
  clock_.Advance(hours(12));
  Submit(kDaily, "ann", 5);
  clock_.SetWall(kNoon);
  EXPECT_EQ(Top(kDaily), "1:ann=5@1 ");
}

TEST_F(LeaderboardsTest, AroundAPlayerIsAFullPageWithThePlayerInTheMiddle) {
  boards_.Open("arena", "t", std::nullopt);
  for (int i = 1; i <= 9; ++i) Submit(kAllTime, "p" + std::to_string(i), 100 - i);
  const auto ranks = [this](const std::string& player, std::size_t limit) {
    std::string text;
    for (const auto& entry : boards_.Around(kAllTime, player, limit).entries) {
      text += std::to_string(entry.rank);
    }
    return text;
  };
  EXPECT_EQ(ranks("p5", 3), "456");
  EXPECT_EQ(ranks("p5", 4), "3456");
  EXPECT_EQ(ranks("p1", 3), "123");
  EXPECT_EQ(ranks("p2", 5), "12345");
  EXPECT_EQ(ranks("p9", 3), "789");
  EXPECT_EQ(ranks("p5", 1), "5");
  EXPECT_EQ(ranks("p5", 100), "123456789");
  EXPECT_EQ(ranks("nobody", 3), "");
}

TEST_F(LeaderboardsTest, TypesThatAGameNamesDoNotCountAsMadeUp) {
  const auto may_open = [this](const char* type, const std::optional<ScoreRule>& rule) {
    return boards_.CheckMayOpen("arena", type, rule).code();
  };
  EXPECT_EQ(may_open("a", std::nullopt), StatusCode::kOk);
  boards_.Open("arena", "a", std::nullopt);
  boards_.Open("arena", "b", std::nullopt);
  EXPECT_EQ(may_open("c", std::nullopt), StatusCode::kResourceExhausted);
  EXPECT_EQ(may_open("b", std::nullopt), StatusCode::kOk) << "it is there";
  EXPECT_EQ(may_open("named", ScoreRule()), StatusCode::kOk);
  boards_.Open("arena", "a", ScoreRule());  // Named from now on.
  EXPECT_EQ(may_open("c", std::nullopt), StatusCode::kOk);
}

TEST_F(LeaderboardsTest, ListsThatNobodyOpenedAreEmpty) {
  EXPECT_EQ(Top(kDaily), "");
  Submit(kDaily, "ann", 5);
  EXPECT_EQ(Top(kDaily), "");
  EXPECT_EQ(boards_.Around(kDaily, "ann", 5).total, 0u);
  boards_.Remove("ann");
}

TEST_F(LeaderboardsTest, ExtremesKeepTheirOrderBothWays) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  boards_.Open("arena", "t", ScoreRule{.order = ScoreOrder::kAscending});
  Submit(kAllTime, "most", kMost);
  Submit(kAllTime, "least", kLeast);
  Submit(kAllTime, "zero", 0);
  const auto page = boards_.Top(kAllTime, std::nullopt, 3);
  ASSERT_EQ(page.entries.size(), 3u);
  EXPECT_EQ(page.entries[0].value, kLeast);
  EXPECT_EQ(page.entries[1].value, 0);
  EXPECT_EQ(page.entries[2].value, kMost);
  EXPECT_EQ(boards_.Top(kAllTime, Leaderboards::Position{kLeast, 2}, 3).entries.size(), 2u);
}

}  // namespace
}  // namespace oofgg::game
