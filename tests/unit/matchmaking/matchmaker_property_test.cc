// Random histories against the promises of matchmaker.h. A failure names its seed; OOFGG_PROPERTY_SEEDS
// asks for more of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/matchmaking/matchmaker.h"
#include "oofgg/random.h"
#include "tests/support/histories.h"
#include "tests/unit/matchmaking/brute_force.h"

namespace oofgg {
namespace {

using testing::BruteForce;
using testing::PlainMatch;
using testing::PlainRules;
using testing::PlainTicket;

// Slopes below divide 100 points a second, so every instant falls on this grid.
constexpr std::int64_t kTickMs = 10;

std::uint64_t Seeds(std::uint64_t usual) {
  const char* wanted = std::getenv("OOFGG_PROPERTY_SEEDS");
  return wanted == nullptr ? testing::Histories(usual) : std::strtoull(wanted, nullptr, 10);
}

TimePoint At(std::int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }

template <typename T>
T Pick(RandomSource& random, const std::vector<T>& from) {
  return from[random.Below(from.size())];
}

std::int64_t Between(RandomSource& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random.Below(static_cast<std::uint64_t>(high - low + 1)));
}

PlainRules RandomRules(RandomSource& random, int teams, int players_per_team) {
  PlainRules rules{.teams = teams, .players_per_team = players_per_team};
  rules.has_window = random.Below(8) != 0;
  rules.initial = Pick<std::int64_t>(random, {0, 0, 5, 20});
  rules.widen_per_second = Pick<std::int64_t>(random, {0, 5, 10, 20, 50, 100});
  rules.maximum = rules.widen_per_second == 0 ? rules.initial : rules.initial + Between(random, 1, 150);
  return rules;
}

PlainTicket RandomTicket(RandomSource& random, const PlainRules& rules, std::int64_t now_ms) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  PlainTicket ticket;
  for (int i = 0; i < 8; ++i) ticket.id += kDigits[random.Below(kDigits.size())];
  ticket.players = static_cast<int>(Between(random, 1, rules.players_per_team));
  if (random.Below(2) == 0) ticket.players = 1;
  ticket.number = random.Below(3) == 0 ? 100 : Between(random, 0, 200);
  ticket.mode = random.Below(6) == 0 ? "b" : "a";
  ticket.since_ms = now_ms;
  if (random.Below(8) == 0) ticket.since_ms -= std::min(now_ms, Between(random, 0, 300) * kTickMs);
  return ticket;
}

MatchTicket ToTicket(const PlainTicket& plain) {
  return {.id = plain.id,
          .players = plain.players,
          .numbers = {{"skill", static_cast<double>(plain.number)}},
          .strings = {{"mode", plain.mode}},
          .waiting_since = At(plain.since_ms)};
}

// Both engines side by side, and what any history must obey.
class History {
 public:
  History(const PlainRules& rules, std::size_t most_waiting)
      : rules_(rules),
        most_waiting_(most_waiting),
        engine_(*RuleSet::Parse(rules.ToJson())),
        brute_(rules, kTickMs) {}

  void Step(RandomSource& random) {
    switch (random.Below(8)) {
      case 0:
        return Remove(random);
      case 1:
      case 2:
        return Advance(Between(random, 0, 400) * kTickMs);
      default:
        return Add(random);
    }
  }

 private:
  void Add(RandomSource& random) {
    if (brute_.waiting().size() >= most_waiting_) return Remove(random);
    if (random.Below(3) != 0) now_ms_ += Between(random, 0, 50) * kTickMs;
    const PlainTicket ticket = RandomTicket(random, rules_, now_ms_);
    tickets_[ticket.id] = ticket;
    const auto next = engine_.NextEvent();
    const auto matches = engine_.AddTicket(ToTicket(ticket), At(now_ms_));
    ASSERT_TRUE(matches.ok()) << matches.status();
    if (next.has_value() && *next <= At(now_ms_)) {
      ASSERT_FALSE(matches->empty());
      EXPECT_EQ(matches->front().at, *next);
    }
    Compare(*matches, brute_.Add(ticket, now_ms_));
  }

  void Remove(RandomSource& random) {
    Advance(0);
    if (brute_.waiting().empty()) return;
    const std::string id = brute_.waiting()[random.Below(brute_.waiting().size())].id;
    EXPECT_TRUE(engine_.RemoveTicket(id));
    brute_.Remove(id);
  }

  void Advance(std::int64_t by_ms) {
    now_ms_ += by_ms;
    const auto next = engine_.NextEvent();
    const std::vector<Match> matches = engine_.Advance(At(now_ms_));
    EXPECT_EQ(!matches.empty(), next.has_value() && *next <= At(now_ms_));
    if (!matches.empty()) {
      EXPECT_EQ(matches.front().at, *next);
    }
    Compare(matches, brute_.Advance(now_ms_));
  }

  void Compare(const std::vector<Match>& matches, const std::vector<PlainMatch>& expected) {
    ASSERT_EQ(matches.size(), expected.size());
    for (std::size_t i = 0; i < matches.size(); ++i) {
      CheckTeams(matches[i]);
      std::set<std::string> tickets;
      for (const auto& team : matches[i].teams) tickets.insert(team.begin(), team.end());
      EXPECT_EQ(matches[i].at, At(expected[i].at_ms));
      EXPECT_EQ(tickets, std::set<std::string>(expected[i].tickets.begin(), expected[i].tickets.end()));
    }
    EXPECT_EQ(engine_.waiting(), brute_.waiting().size());
  }

  void CheckTeams(const Match& match) const {
    EXPECT_EQ(match.teams.size(), static_cast<std::size_t>(rules_.teams));
    for (const auto& team : match.teams) {
      int players = 0;
      for (const std::string& id : team) players += tickets_.at(id).players;
      EXPECT_EQ(players, rules_.players_per_team);
    }
  }

  PlainRules rules_;
  std::size_t most_waiting_;
  Matchmaker engine_;
  BruteForce brute_;
  std::int64_t now_ms_ = 0;
  std::map<std::string, PlainTicket> tickets_;
};

struct Shape {
  int teams;
  int players_per_team;
  std::size_t most_waiting;
};

std::string NameOf(const ::testing::TestParamInfo<Shape>& shape) {
  return std::to_string(shape.param.teams) + "x" + std::to_string(shape.param.players_per_team) + "_pool" +
         std::to_string(shape.param.most_waiting);
}

class MatchmakerPropertyTest : public ::testing::TestWithParam<Shape> {};

TEST_P(MatchmakerPropertyTest, MakesExactlyTheMatchesOfBruteForce) {
  const Shape shape = GetParam();
  for (std::uint64_t seed = 1; seed <= Seeds(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed * 1000 + static_cast<std::uint64_t>(shape.teams * 10 + shape.players_per_team));
    History history(RandomRules(random, shape.teams, shape.players_per_team), shape.most_waiting);
    for (int step = 0; step < 50; ++step) history.Step(random);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MatchmakerPropertyTest,
                         ::testing::Values(Shape{2, 1, 8}, Shape{2, 1, 40}, Shape{1, 2, 8}, Shape{2, 2, 8},
                                           Shape{3, 1, 8}, Shape{2, 3, 8}, Shape{3, 2, 8}, Shape{1, 4, 8},
                                           Shape{2, 5, 8}, Shape{4, 3, 12}, Shape{2, 4, 12}, Shape{2, 5, 16}),
                         NameOf);

// Beyond what brute force can follow: every match obeys the rules, nobody is in two, and a second engine
// that is asked at other times makes the same ones.
class MatchmakerSoundnessTest : public ::testing::TestWithParam<Shape> {};

TEST_P(MatchmakerSoundnessTest, LargePoolsObeyTheRulesAndRepeat) {
  SeededRandom random(static_cast<std::uint64_t>(GetParam().teams * 100 + GetParam().players_per_team));
  const PlainRules rules{.teams = GetParam().teams,
                         .players_per_team = GetParam().players_per_team,
                         .initial = 2,
                         .widen_per_second = 1,
                         .maximum = 30};
  Matchmaker engine(*RuleSet::Parse(rules.ToJson()));
  Matchmaker again(*RuleSet::Parse(rules.ToJson()));
  std::map<std::string, PlainTicket> waiting;
  std::vector<Match> made;
  std::vector<Match> made_again;
  const auto append = [](std::vector<Match>& to, const std::vector<Match>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  std::int64_t now_ms = 0;
  for (std::size_t i = 0; i < GetParam().most_waiting; ++i) {
    now_ms += Between(random, 0, 40);
    PlainTicket ticket = RandomTicket(random, rules, now_ms);
    ticket.number = Between(random, 0, 1000);
    waiting[ticket.id] = ticket;
    append(made, *engine.AddTicket(ToTicket(ticket), At(now_ms)));
    for (const std::int64_t before : {7, 3}) append(made_again, again.Advance(At(now_ms - before)));
    append(made_again, *again.AddTicket(ToTicket(ticket), At(now_ms)));
  }
  ASSERT_GT(made.size(), 3u);
  ASSERT_EQ(made.size(), made_again.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(made[i].at, made_again[i].at);
    EXPECT_EQ(made[i].teams, made_again[i].teams);
    std::vector<PlainTicket> members;
    for (const auto& team : made[i].teams) {
      int players = 0;
      for (const std::string& id : team) {
        ASSERT_TRUE(waiting.contains(id)) << id << " plays twice";
        members.push_back(waiting.extract(id).mapped());
        players += members.back().players;
      }
      EXPECT_EQ(players, rules.players_per_team);
    }
    const auto at_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(made[i].at.time_since_epoch()).count();
    for (const PlainTicket& a : members) {
      for (const PlainTicket& b : members) EXPECT_TRUE(Compatible(rules, a, b, at_ms));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MatchmakerSoundnessTest,
                         ::testing::Values(Shape{2, 1, 3000}, Shape{2, 5, 800}, Shape{3, 4, 800}), NameOf);

}  // namespace
}  // namespace oofgg
