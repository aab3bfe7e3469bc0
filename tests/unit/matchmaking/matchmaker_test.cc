#include "oofgg/matchmaking/matchmaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace oofgg {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kDuel = R"({
  "version": 1, "name": "duel", "teams": 2, "players_per_team": 1, "equal": ["mode"],
  "windows": [{"attribute": "skill", "initial": 50, "widen_per_second": 10, "maximum": 500}]
})";
constexpr std::string_view kTrios = R"({"version": 1, "name": "trios", "teams": 2, "players_per_team": 3})";

constexpr TimePoint kStart{1000s};

Matchmaker Make(std::string_view json) { return Matchmaker(*RuleSet::Parse(json)); }

MatchTicket Duelist(std::string id, double skill, std::string mode = "ranked") {
  return {.id = std::move(id),
          .players = 1,
          .numbers = {{"skill", skill}},
          .strings = {{"mode", std::move(mode)}}};
}

MatchTicket Party(std::string id, int players) { return {.id = std::move(id), .players = players}; }

std::vector<Match> Add(Matchmaker& matchmaker, const MatchTicket& ticket, TimePoint now) {
  auto matches = matchmaker.AddTicket(ticket, now);
  EXPECT_TRUE(matches.ok()) << matches.status();
  return matches.ok() ? *std::move(matches) : std::vector<Match>();
}

TEST(MatchmakerTest, ANewTicketIsMatchedAtOnce) {
  Matchmaker matchmaker = Make(kDuel);
  EXPECT_THAT(Add(matchmaker, Duelist("a", 1500), kStart), IsEmpty());
  const auto matches = Add(matchmaker, Duelist("b", 1550), kStart + 3s);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].at, kStart + 3s);
  EXPECT_THAT(matches[0].teams, ElementsAre(ElementsAre("a"), ElementsAre("b")));
  EXPECT_EQ(matchmaker.waiting(), 0u);
}

TEST(MatchmakerTest, WideningIsComputedNotPolled) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart);
  EXPECT_EQ(matchmaker.NextEvent(), std::nullopt);
  EXPECT_THAT(Add(matchmaker, Duelist("b", 1100), kStart + 2s), IsEmpty());
  // The younger ticket accepts 100 after (100 - 50) / 10 = 5 s.
  ASSERT_EQ(matchmaker.NextEvent(), kStart + 7s);
  EXPECT_THAT(matchmaker.Advance(kStart + 7s - 1ns), IsEmpty());
  const auto matches = matchmaker.Advance(kStart + 7s);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].at, kStart + 7s);
  EXPECT_EQ(matchmaker.NextEvent(), std::nullopt);
}

TEST(MatchmakerTest, ALateAdvanceStillSaysWhenTheMatchCameToBe) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart);
  (void)Add(matchmaker, Duelist("b", 1060), kStart);
  const auto matches = matchmaker.Advance(kStart + 1h);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_EQ(matches[0].at, kStart + 1s);
}

TEST(MatchmakerTest, BeyondTheMaximumNobodyIsMatched) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart);
  (void)Add(matchmaker, Duelist("b", 1500.5), kStart);
  EXPECT_EQ(matchmaker.NextEvent(), std::nullopt);
  EXPECT_THAT(matchmaker.Advance(kStart + 1000h), IsEmpty());
  (void)Add(matchmaker, Duelist("c", 500), kStart + 1000h);
  EXPECT_EQ(matchmaker.NextEvent(), kStart + 1000h + 45s);
}

TEST(MatchmakerTest, StringsMustBeEqual) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000, "ranked"), kStart);
  EXPECT_THAT(Add(matchmaker, Duelist("b", 1000, "casual"), kStart), IsEmpty());
  EXPECT_EQ(matchmaker.NextEvent(), std::nullopt);
  EXPECT_THAT(Add(matchmaker, Duelist("c", 1000, "casual"), kStart), SizeIs(1));
}

TEST(MatchmakerTest, StringsAreKeptApartWhateverTheyContain) {
  Matchmaker matchmaker =
      Make(R"({"version": 1, "name": "x", "teams": 2, "players_per_team": 1, "equal": ["a", "b"]})");
  (void)Add(matchmaker, {.id = "1", .strings = {{"a", "x1:"}, {"b", "y"}}}, kStart);
  EXPECT_THAT(Add(matchmaker, {.id = "2", .strings = {{"a", "x"}, {"b", "1:y"}}}, kStart), IsEmpty());
}

TEST(MatchmakerTest, TheLongestWaitingIsPreferredThenTheSmallestId) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("young", 950), kStart + 1s);
  (void)Add(matchmaker, Duelist("old", 1050), kStart + 2s);
  matchmaker.RemoveTicket("old");
  MatchTicket returning = Duelist("old", 1050);
  returning.waiting_since = kStart;
  (void)Add(matchmaker, returning, kStart + 2s);
  auto matches = Add(matchmaker, Duelist("new", 1000), kStart + 3s);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_THAT(matches[0].teams, ElementsAre(ElementsAre("old"), ElementsAre("new")));

  (void)Add(matchmaker, Duelist("z", 2050), kStart + 4s);
  (void)Add(matchmaker, Duelist("y", 1951), kStart + 4s);
  matches = Add(matchmaker, Duelist("x", 2000), kStart + 4s);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_THAT(matches[0].teams, ElementsAre(ElementsAre("x"), ElementsAre("y")));
}

TEST(MatchmakerTest, ANeighbourThatLeavesUncoversTheNextOne) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart);
  (void)Add(matchmaker, Duelist("b", 1060), kStart);
  (void)Add(matchmaker, Duelist("c", 1160), kStart);
  EXPECT_EQ(matchmaker.NextEvent(), kStart + 1s);
  EXPECT_TRUE(matchmaker.RemoveTicket("b"));
  EXPECT_FALSE(matchmaker.RemoveTicket("b"));
  EXPECT_EQ(matchmaker.NextEvent(), kStart + 11s);
  EXPECT_THAT(matchmaker.Advance(kStart + 11s), SizeIs(1));
}

TEST(MatchmakerTest, AReturningTicketKeepsItsWaitingTime) {
  Matchmaker matchmaker = Make(kDuel);
  MatchTicket a = Duelist("a", 1000);
  MatchTicket b = Duelist("b", 1100);
  a.waiting_since = kStart - 100s;
  b.waiting_since = kStart - 4s;
  (void)Add(matchmaker, a, kStart);
  (void)Add(matchmaker, b, kStart);
  EXPECT_EQ(matchmaker.NextEvent(), kStart + 1s);
  // One that claims to come from the future waits from now on.
  MatchTicket c = Duelist("c", 3000);
  c.waiting_since = kNever;
  (void)Add(matchmaker, c, kStart);
  EXPECT_THAT(Add(matchmaker, Duelist("d", 3050), kStart), SizeIs(1));
}

TEST(MatchmakerTest, PartiesFillTeamsAndAreNeverSplit) {
  Matchmaker matchmaker = Make(kTrios);
  EXPECT_THAT(Add(matchmaker, Party("duo1", 2), kStart), IsEmpty());
  EXPECT_THAT(Add(matchmaker, Party("duo2", 2), kStart), IsEmpty());
  // Three duos are six players, but no way to make two teams of three.
  EXPECT_THAT(Add(matchmaker, Party("duo3", 2), kStart), IsEmpty());
  EXPECT_THAT(Add(matchmaker, Party("solo1", 1), kStart), IsEmpty());
  const auto matches = Add(matchmaker, Party("solo2", 1), kStart);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_THAT(matches[0].teams, ElementsAre(ElementsAre("duo1", "solo1"), ElementsAre("duo2", "solo2")));
  EXPECT_EQ(matchmaker.waiting(), 1u);
}

TEST(MatchmakerTest, OneTeamOfFriendsNeedsNobodyElse) {
  Matchmaker matchmaker = Make(R"({"version": 1, "name": "raid", "teams": 1, "players_per_team": 3})");
  EXPECT_THAT(Add(matchmaker, Party("a", 3), kStart), SizeIs(1));
  EXPECT_THAT(Add(matchmaker, Party("b", 2), kStart), IsEmpty());
  EXPECT_THAT(Add(matchmaker, Party("c", 1), kStart), SizeIs(1));
}

TEST(MatchmakerTest, ManyTeams) {
  Matchmaker matchmaker = Make(R"({"version": 1, "name": "royale", "teams": 100, "players_per_team": 1})");
  for (int i = 0; i < 99; ++i) {
    EXPECT_THAT(Add(matchmaker, Party(std::to_string(i), 1), kStart), IsEmpty());
  }
  const auto matches = Add(matchmaker, Party("last", 1), kStart);
  ASSERT_THAT(matches, SizeIs(1));
  EXPECT_THAT(matches[0].teams, SizeIs(100));
}

TEST(MatchmakerTest, ADefaultStandsInForAMissingNumber) {
  Matchmaker matchmaker = Make(R"({"version": 1, "name": "x", "teams": 2, "players_per_team": 1,
      "windows": [{"attribute": "skill", "initial": 10, "default": 1500}]})");
  (void)Add(matchmaker, {.id = "a"}, kStart);
  EXPECT_THAT(Add(matchmaker, {.id = "b", .numbers = {{"skill", 1511}}}, kStart), IsEmpty());
  EXPECT_THAT(Add(matchmaker, {.id = "c", .numbers = {{"skill", 1510}}}, kStart), SizeIs(1));
}

TEST(MatchmakerTest, TimeDoesNotRunBackwards) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart + 10s);
  (void)Add(matchmaker, Duelist("b", 1060), kStart);
  EXPECT_EQ(matchmaker.NextEvent(), kStart + 11s);
}

TEST(MatchmakerTest, RefusesWhatTheRulesCannotJudge) {
  struct Case {
    MatchTicket ticket;
    std::string message;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  MatchTicket no_mode = Duelist("a", 1);
  no_mode.strings.clear();
  MatchTicket no_skill = Duelist("a", 1);
  no_skill.numbers = {{"Skill", 1}};
  MatchTicket crowd = Duelist("a", 1);
  crowd.players = 2;
  MatchTicket nobody = Duelist("a", 1);
  nobody.players = 0;
  const std::vector<Case> cases = {
      {Duelist("", 1), "id: is empty; give a unique one"},
      {no_mode, "strings.mode: is missing; this game matches by it"},
      {no_skill, "numbers.skill: is missing; this game matches by it"},
      {Duelist("a", nan), "numbers.skill: is not a number from -1e9 to 1e9"},
      {Duelist("a", infinity), "numbers.skill: is not a number from -1e9 to 1e9"},
      {Duelist("a", -infinity), "numbers.skill: is not a number from -1e9 to 1e9"},
      {Duelist("a", 1.1e9), "numbers.skill: is not a number from -1e9 to 1e9"},
      {crowd, "players: are 2; a team has 1, and a party at least 1"},
      {nobody, "players: are 0; a team has 1, and a party at least 1"},
  };
  for (const Case& tried : cases) {
    Matchmaker matchmaker = Make(kDuel);
    const auto matches = matchmaker.AddTicket(tried.ticket, kStart);
    EXPECT_EQ(matches.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(matches.status().message(), tried.message);
    EXPECT_EQ(matchmaker.waiting(), 0u);
  }
}

TEST(MatchmakerTest, AnIdWaitsOnce) {
  Matchmaker matchmaker = Make(kDuel);
  (void)Add(matchmaker, Duelist("a", 1000), kStart);
  EXPECT_EQ(matchmaker.AddTicket(Duelist("a", 9000), kStart).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(matchmaker.waiting(), 1u);
}

}  // namespace
}  // namespace oofgg
