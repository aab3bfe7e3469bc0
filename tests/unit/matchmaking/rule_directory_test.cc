#include "matchmaking/rule_directory.h"
#include "tests/support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace oofgg::matchmaking {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class RuleDirectoryTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) { std::ofstream(directory_ / name) << text; }
  static std::string Rules(int teams) {
    return R"({"version": 1, "name": "x", "players_per_team": 1, "teams": )" + std::to_string(teams) + "}";
  }

  const oofgg::testing::TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

TEST_F(RuleDirectoryTest, WithoutFilesEveryGameIsOneAgainstOne) {
  const RuleDirectory built_in;
  const auto rules = built_in.Find("anything");
  ASSERT_TRUE(rules.ok());
  EXPECT_EQ((*rules)->teams(), 2);
  EXPECT_EQ((*rules)->players_per_team(), 1);
  const auto empty = RuleDirectory::Load(directory_);
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE((*empty)->Find("anything").ok());
}

TEST_F(RuleDirectoryTest, AFileIsForTheGameItIsNamedAfter) {
  Write("arena.json", Rules(3));
  Write("default.json", Rules(4));
  Write("notes.txt", "not JSON");
  const auto rules = RuleDirectory::Load(directory_);
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*(*rules)->Find("arena"))->teams(), 3);
  EXPECT_EQ((*(*rules)->Find("other"))->teams(), 4);
  EXPECT_EQ((*(*rules)->Find("../arena"))->teams(), 4) << "a game's name is no path";
}

TEST_F(RuleDirectoryTest, AFaultNamesFileMemberAndLine) {
  Write("a.json", Rules(2));
  Write("b.json", "{\n\"version\": 1,\n\"name\": \"b\",\n\"teams\": 0\n}");
  Write("c.json", "");
  const auto rules = RuleDirectory::Load(directory_);
  EXPECT_EQ(rules.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr((directory_ / "b.json").string()));
  EXPECT_THAT(std::string(rules.status().message()),
              EndsWith("teams: line 4: is 0; give a whole number from 1 to 100"));
}

TEST_F(RuleDirectoryTest, AFileNamedAfterNoGameIsAFault) {
  Write("my game.json", Rules(2));
  const auto rules = RuleDirectory::Load(directory_);
  EXPECT_EQ(rules.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr("is not named after a game"));
}

TEST_F(RuleDirectoryTest, AFileTooLongIsAFault) {
  Write("a.json", std::string(RuleSet::kMaxBytes + 100, ' '));
  const auto rules = RuleDirectory::Load(directory_);
  EXPECT_EQ(rules.status().code(), StatusCode::kInvalidArgument);
}

TEST_F(RuleDirectoryTest, AMissingDirectoryIsNamed) {
  const auto rules = RuleDirectory::Load(directory_ / "nowhere");
  EXPECT_EQ(rules.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr((directory_ / "nowhere").string()));
}

TEST_F(RuleDirectoryTest, ADirectoryForAFileIsAFault) {
  fs::create_directory(directory_ / "a.json");
  EXPECT_EQ(RuleDirectory::Load(directory_).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace oofgg::matchmaking
