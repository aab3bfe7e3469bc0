#include "oofgg/matchmaking/rule_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kArena = R"({
  "version": 1,
  "name": "arena.5v5",
  "teams": 2,
  "players_per_team": 5,
  "equal": ["mode", "region"],
  "windows": [
    {
      "attribute": "skill",
      "initial": 50,
      "widen_per_second": 10.5,
      "maximum": 500,
      "default": 1500
    }
  ]
})";

TEST(RuleSetTest, ReadsAllMembers) {
  const auto rules = RuleSet::Parse(kArena);
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->name(), "arena.5v5");
  EXPECT_EQ(rules->teams(), 2);
  EXPECT_EQ(rules->players_per_team(), 5);
  EXPECT_EQ(rules->players_per_match(), 10);
  EXPECT_THAT(rules->equal(), ElementsAre("mode", "region"));
  ASSERT_EQ(rules->windows().size(), 1u);
  const NumericWindow& window = rules->windows().front();
  EXPECT_EQ(window.attribute, "skill");
  EXPECT_EQ(window.initial, 50);
  EXPECT_EQ(window.widen_per_second, 10.5);
  EXPECT_EQ(window.maximum, 500);
  EXPECT_EQ(window.default_value, 1500);
}

TEST(RuleSetTest, OnlyTheShapeIsRequired) {
  const auto rules = RuleSet::Parse(R"({"version":1,"name":"any","teams":100,"players_per_team":1})");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_TRUE(rules->windows().empty());
  EXPECT_TRUE(rules->equal().empty());
}

TEST(RuleSetTest, AWindowMayStandStill) {
  const auto rules = RuleSet::Parse(R"({"version":1,"name":"any","teams":2,"players_per_team":1,
                                        "windows":[{"attribute":"level","initial":3}]})");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(rules->windows().front().maximum, 3);
  EXPECT_EQ(rules->windows().front().default_value, std::nullopt);
}

TEST(RuleSetTest, AByteOrderMarkAndEscapedNamesAreRead) {
  EXPECT_TRUE(
      RuleSet::Parse("\xEF\xBB\xBF{\"version\":1,\"n\\u0061me\":\"a\",\"teams\":2,\"players_per_team\":1}")
          .ok());
}

TEST(NumericWindowTest, WaitsUntilTheDifferenceIsAccepted) {
  const NumericWindow window{"skill", 50, 10, 500, std::nullopt};
  EXPECT_EQ(window.WaitFor(0), 0s);
  EXPECT_EQ(window.WaitFor(50), 0s);
  EXPECT_EQ(window.WaitFor(51), 100ms);
  EXPECT_EQ(window.WaitFor(500), 45s);
  EXPECT_EQ(window.WaitFor(500.001), Duration::max());
}

TEST(NumericWindowTest, WaitsAreWholeNanosecondsRoundedUp) {
  const NumericWindow thirds{"skill", 0, 3, 10, std::nullopt};
  EXPECT_EQ(thirds.WaitFor(1), 333'333'334ns);
  EXPECT_EQ(thirds.WaitFor(3), 1s);
  // On paper whole: 0.7 s must not come out as 0.7 s and a nanosecond.
  for (int difference = 1; difference <= 1000; ++difference) {
    const NumericWindow tenths{"skill", 0, 10, 1000, std::nullopt};
    EXPECT_EQ(tenths.WaitFor(difference), difference * 100ms);
  }
}

TEST(NumericWindowTest, AWaitOfCenturiesIsNever) {
  const NumericWindow flat{"skill", 0, 1e-9, 1e9, std::nullopt};
  EXPECT_EQ(flat.WaitFor(1e9), Duration::max());
  const NumericWindow still{"skill", 10, 0, 10, std::nullopt};
  EXPECT_EQ(still.WaitFor(10.5), Duration::max());
}

// Every line is a door tried: what was written, and what its author is told.
struct BadRules {
  std::string_view what;
  std::string json;
  std::string message;
};

std::string With(std::string_view window) {
  return "{\n\"version\": 1,\n\"name\": \"x\",\n\"teams\": 2,\n\"players_per_team\": 1,\n\"windows\": [\n" +
         std::string(window) + "\n]\n}";
}

std::string Top(std::string_view members) {
  return "{\n\"version\": 1,\n\"name\": \"x\",\n" + std::string(members) + "\n}";
}

std::vector<BadRules> AllBadRules() {
  const std::string shape = "\"teams\": 2,\n\"players_per_team\": 1";
  std::vector<BadRules> all = {
      {"nothing", "",
       "rule_set: line 1: is not JSON: unexpected end of input; expected '[', '{', or a literal"},
      {"cut off", "{\n\"version\": 1,\n",
       "rule_set: line 3: is not JSON: unexpected end of input; expected string literal"},
      {"missing comma", "{\n\"version\": 1\n\"name\": \"x\"}",
       "rule_set: line 3: is not JSON: unexpected string literal; expected '}'"},
      {"NUL byte and text", std::string("{}\n\0\"", 5),
       "rule_set: line 2: is not JSON: a NUL byte; save it as plain text"},
      {"trailing text", "{}\n\n!", "rule_set: line 3: is not JSON: invalid literal; expected end of input"},
      {"a comment", "{\n// mine\n}",
       "rule_set: line 2: is not JSON: invalid literal; expected string literal"},
      {"bad UTF-8", "{\n\"n\xff\": 1}",
       "rule_set: line 2: is not JSON: invalid string: ill-formed UTF-8 byte; expected string literal"},
      {"NaN", Top("\"teams\": NaN"), "rule_set: line 4: is not JSON: invalid literal"},
      {"a number too large", "{\n\"version\":\n1e999}",
       "rule_set: line 3: is not JSON: a number is too large for a double"},
      {"an array", "[1]", "rule_set: line 1: is an array; give an object"},
      {"nested deep", "{\n\"version\":\n[[[[[[[[[1]]]]]]]]]}",
       "rule_set: line 3: nests deeper than any rule; rules need 3 levels"},
      {"too long", std::string(70'000, ' '), "rule_set: line 1: is 70000 bytes; 65536 at most"},
      {"an empty object", "\n{}", "version: line 2: is missing; this program reads version 1"},
      {"a newer version", "{\n\"version\": 2}", "version: line 2: is 2; this program reads version 1"},
      {"version as a string", "{\n\"version\": \"1\"}",
       "version: line 2: is a string; give the whole number 1"},
      {"no name", "{\n\"version\": 1}",
       "name: line 1: is missing; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"a name with a space", "{\n\"version\": 1,\n\"name\": \"my duel\"}",
       "name: line 3: is not a name; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"an empty name", "{\n\"version\": 1,\n\"name\": \"\"}",
       "name: line 3: is not a name; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"a name that is none", "{\n\"version\": 1,\n\"name\": null}",
       "name: line 3: is null; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"no teams", Top("\"players_per_team\": 1"),
       "teams: line 1: is missing; give a whole number from 1 to 100"},
      {"no players", Top("\"teams\": 1"),
       "players_per_team: line 1: is missing; give a whole number from 1 to 100"},
      {"zero teams", Top("\"teams\": 0"), "teams: line 4: is 0; give a whole number from 1 to 100"},
      {"negative teams", Top("\"teams\": -2"), "teams: line 4: is -2; give a whole number from 1 to 100"},
      {"half a team", Top("\"teams\": 1.5"), "teams: line 4: is 1.5; give a whole number from 1 to 100"},
      {"teams that wrap around", Top("\"teams\": 4294967298"),
       "teams: line 4: is 4294967298; give a whole number from 1 to 100"},
      {"teams as a boolean", Top("\"teams\":\n\ntrue"),
       "teams: line 6: is a boolean; give a whole number from 1 to 100"},
      {"too many players", Top("\"teams\": 2,\n\"players_per_team\": 51"),
       "players_per_team: line 5: makes a match of 102 players; 100 at most"},
      {"an unknown member", Top("\"temas\":\n2"),
       "temas: line 4: is not a known member; there are version name teams players_per_team equal windows"},
      {"a member twice", Top("\"teams\": 2,\n\"teams\": 3"),
       "teams: line 5: is given twice, first on line 4; keep one"},
      {"a member twice, once escaped", Top("\"teams\": 2,\n\"te\\u0061ms\": 3"),
       "teams: line 5: is given twice, first on line 4; keep one"},
      {"equal is an object", Top(shape + ",\n\"equal\": {}"),
       "equal: line 6: is an object; give an array of attribute names"},
      {"an equality of no attribute", Top(shape + ",\n\"equal\": [\"mode\",\n3]"),
       "equal[1]: line 7: is a number; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"an equality twice", Top(shape + ",\n\"equal\": [\"mode\",\n\"mode\"]"),
       "equal[1]: line 7: repeats \"mode\"; keep one"},
      {"too many equalities",
       Top(shape + ",\n\"equal\": [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\n\"9\"]"),
       "equal[8]: line 7: is one too many; 8 equalities at most"},
      {"windows is a number", Top(shape + ",\n\"windows\": 50"),
       "windows: line 6: is a number; give an array of windows"},
      {"a window is a number", With("50"), "windows[0]: line 7: is a number; give an object"},
      {"two windows", With("{\"attribute\": \"a\", \"initial\": 1},\n{\"attribute\": \"b\", \"initial\": 1}"),
       "windows[1]: line 8: is one too many; version 1 has one window at most"},
      {"a window of nothing", With("{\"initial\": 1}"),
       "windows[0].attribute: line 7: is missing; name one of the tickets' numbers"},
      {"a window of an odd attribute", With("{\"attribute\":\n\"ski ll\"}"),
       "windows[0].attribute: line 8: is not a name; give 1 to 64 characters of [A-Za-z0-9_.-]"},
      {"a window without a start", With("{\"attribute\": \"skill\"}"),
       "windows[0].initial: line 7: is missing; give the difference accepted from the start"},
      {"a negative window", With("{\"attribute\": \"skill\",\n\"initial\": -1}"),
       "windows[0].initial: line 8: is -1; give a number from 0 to 1e+09"},
      {"a huge window", With("{\"attribute\": \"skill\",\n\"initial\": 1e10}"),
       "windows[0].initial: line 8: is 1e+10; give a number from 0 to 1e+09"},
      {"a window as a string", With("{\"attribute\": \"skill\",\n\"initial\": \"50\"}"),
       "windows[0].initial: line 8: is a string; give a number from 0 to 1e+09"},
      {"a window that narrows", With("{\"attribute\": \"skill\", \"initial\": 5,\n\"widen_per_second\": -1}"),
       "windows[0].widen_per_second: line 8: is -1; give a number from 0 to 1e+09"},
      {"a window without an end",
       With("{\"attribute\": \"skill\", \"initial\": 5,\n\"widen_per_second\": 1}"),
       "windows[0].maximum: line 7: is missing; a window that widens needs an end"},
      {"an end before the start",
       With("{\"attribute\": \"skill\", \"initial\": 50, \"widen_per_second\": 1,\n\"maximum\": 20.5}"),
       "windows[0].maximum: line 8: is 20.5, less than initial; give 50 or more"},
      {"an end never reached", With("{\"attribute\": \"skill\", \"initial\": 50,\n\"maximum\": 60}"),
       "windows[0].maximum: line 8: is never reached; give widen_per_second, or leave maximum out"},
      {"a default beyond numbers", With("{\"attribute\": \"skill\", \"initial\": 50,\n\"default\": -2e9}"),
       "windows[0].default: line 8: is -2e+09; give a number from -1e+09 to 1e+09"},
      {"an unknown member of a window", With("{\"attribute\": \"skill\", \"initial\": 50,\n\"widen\":\n1}"),
       "windows[0].widen: line 8: is not a known member; there are attribute initial widen_per_second "
       "maximum default"},
      {"a member of a window twice", With("{\"initial\": 50,\n\"attribute\": \"skill\",\n\"initial\": 50}"),
       "windows[0].initial: line 9: is given twice, first on line 7; keep one"},
      {"an unknown member that is not text", Top("\"a\\nb\\u0007\": 1"),
       "a?b?: line 4: is not a known member; there are version name teams players_per_team equal windows"},
  };
  return all;
}

TEST(RuleSetTest, TellsTheLineOfEveryFault) {
  for (const BadRules& bad : AllBadRules()) {
    SCOPED_TRACE(bad.what);
    const auto rules = RuleSet::Parse(bad.json);
    EXPECT_EQ(rules.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(rules.status().message(), bad.message);
    EXPECT_EQ(FieldViolationsOf(rules.status()).size(), 1u);
  }
}

TEST(RuleSetTest, ALongNameOfAnUnknownMemberIsCut) {
  const auto rules = RuleSet::Parse("{\"" + std::string(50'000, 'x') + "\": [1, 2, 3]}");
  ASSERT_FALSE(rules.ok());
  EXPECT_LT(rules.status().message().size(), 250u);
}

TEST(RuleSetTest, ADotInAMemberIsNotMistakenForAPath) {
  const auto rules = RuleSet::Parse("{\"a\": {\"b\": 1},\n\"a.b\": 2}");
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr("is not a known member"));
}

TEST(RuleSetTest, EveryPrefixAndEveryBrokenByteIsAnsweredOrRead) {
  const std::string good(kArena);
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(RuleSet::Parse(good.substr(0, length)).status().code(), StatusCode::kInvalidArgument) << length;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'\0', '"', '\\', '{', ']', '\n', '9', '\x80'}) {
      std::string broken = good;
      broken[at] = c;
      const auto rules = RuleSet::Parse(broken);
      EXPECT_TRUE(rules.ok() || rules.status().code() == StatusCode::kInvalidArgument);
    }
  }
}

TEST(RuleSetTest, TheExampleInTheDocumentationIsValid) {
  std::ifstream in(OOFGG_DOCS "/matchmaking.md");
  const std::string page((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t begin = page.find("```json\n");
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = page.find("```", begin + 3);
  const auto rules = RuleSet::Parse(std::string_view(page).substr(begin + 8, end - begin - 8));
  ASSERT_TRUE(rules.ok()) << rules.status();
  // The sentence under it: 1500 and 1620 are compatible after 7 seconds.
  EXPECT_EQ(rules->windows().front().WaitFor(120), 7s);
}

TEST(MatchmakingNameTest, AllowsWhatFileNamesAndUrlsDo) {
  EXPECT_TRUE(IsMatchmakingName("arena-5v5_EU.1"));
  EXPECT_TRUE(IsMatchmakingName(std::string(64, 'a')));
  EXPECT_FALSE(IsMatchmakingName(std::string(65, 'a')));
  EXPECT_FALSE(IsMatchmakingName(""));
  EXPECT_FALSE(IsMatchmakingName("a/b"));
  EXPECT_FALSE(IsMatchmakingName("caf\xC3\xA9"));
}

}  // namespace
}  // namespace oofgg
