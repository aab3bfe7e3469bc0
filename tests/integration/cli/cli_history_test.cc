// oofgg history: what it asks for, and what it makes of the answers.

#include "tests/integration/cli/scripted_shell.h"

namespace oofgg {
namespace {

using ::oofgg::testing::Answer;
using ::testing::HasSubstr;
namespace methods = wire::methods;

constexpr WallTime kBegun{std::chrono::seconds(1'800'014'400)};  // 2027-01-15T12:00:00Z

PlayedMatch MatchOf(std::string id) {
  return {.id = std::move(id),
          .game_id = "arena",
          .region = 3,
          .started_at = kBegun,
          .finished_at = kBegun + std::chrono::milliseconds(95'500),
          .end = MatchEnd::kHostLost,
          .players = {{.player_id = "u1",
                       .username = "ann",
                       .team_id = "0",
                       .joined_at = kBegun,
                       .result = MatchResult::kWin,
                       .placement = 1,
                       .scores = {{"default", 42}, {"laps", 7}}},
                      {.player_id = "u2", .username = "bob", .joined_at = kBegun, .left_at = kBegun},
                      {.joined_at = kBegun}}};
}

class CliHistoryTest : public testing::ScriptedCliTest {
 protected:
  CliHistoryTest() { SignIn(); }
};

TEST_F(CliHistoryTest, IsALineAMatch) {
  server_.Answer<methods::ListMatches>({.matches = {MatchOf("m1")}});
  const Answer answer = shell_.Run({"history"});
  EXPECT_EQ(answer.status, 0) << answer.errors;
  for (const char* cell :
       {"m1", "arena", "2027-01-15", "1 min 35 s", "host_lost", "win #1", "42, laps 7", "bob, somebody"}) {
    EXPECT_THAT(answer.output, HasSubstr(cell));
  }
  EXPECT_EQ(server_.Asked<methods::ListMatches>().player_id, "");
  EXPECT_EQ(server_.Asked<methods::ListMatches>().limit, 10);
}

TEST_F(CliHistoryTest, IsAnObjectAMatchInJson) {
  server_.Answer<methods::ListMatches>({.matches = {MatchOf("m1")}});
  const Json match = shell_.Run({"history", "--json", "--player", "u2", "--game", "arena"}).Object();
  EXPECT_EQ(match["match_id"], "m1");
  EXPECT_EQ(match["duration_ms"], 95'500);
  EXPECT_EQ(match["end"], "host_lost");
  ASSERT_EQ(match["players"].size(), 3U);
  EXPECT_EQ(match["players"][0], (Json{{"player_id", "u1"},
                                       {"player", "ann"},
                                       {"team_id", "0"},
                                       {"joined_at_ms", 1'800'014'400'000},
                                       {"left_at_ms", nullptr},
                                       {"result", "win"},
                                       {"placement", 1},
                                       {"scores", Json::parse(R"([{"score_type":"default","value":42},
                                                                  {"score_type":"laps","value":7}])")}}));
  EXPECT_EQ(match["players"][1]["left_at_ms"], 1'800'014'400'000);
  EXPECT_EQ(server_.Asked<methods::ListMatches>().player_id, "u2");
  EXPECT_EQ(server_.Asked<methods::ListMatches>().game_id, "arena");
}

TEST_F(CliHistoryTest, GoesOnFromPageToPage) {
  MatchesPage page{.matches = std::vector<PlayedMatch>(100, MatchOf("m1")), .next_cursor = "further"};
  server_.Answer<methods::ListMatches>(page);
  EXPECT_EQ(Lines(shell_.Run({"history", "--json", "--limit", "200"}).output).size(), 200U);
  EXPECT_EQ(server_.Count<methods::ListMatches>(), 2U);
  EXPECT_EQ(server_.Asked<methods::ListMatches>().cursor, "further");
  server_.Answer<methods::ListMatches>({});
  ExpectLine(shell_.Run({"history"}), "no matches; one is listed once it is over");
}

}  // namespace
}  // namespace oofgg
