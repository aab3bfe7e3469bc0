#include "presence/instances/sent_elsewhere.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace oofgg::presence {
namespace {

LeaseRecord At(const std::string& address, std::uint32_t connections, std::uint32_t capacity = 100) {
  return {.address = address, .connections = connections, .capacity = capacity, .complete = true};
}
LeaseRecord Leaving(LeaseRecord record) {
  record.leaving = true;
  return record;
}

class SentElsewhereTest : public ::testing::Test {
 protected:
  /// Where clients are sent in many tries; "" stands for nowhere.
  std::set<std::string> Lighter(const LeaseRecord& own, const std::vector<LeaseRecord>& others) {
    std::set<std::string> places;
    for (int i = 0; i < 200; ++i) places.insert(LighterInstance(own, others, random_).value_or(""));
    return places;
  }
  std::set<std::string> Next(const std::vector<LeaseRecord>& others) {
    std::set<std::string> places;
    for (int i = 0; i < 200; ++i) places.insert(NextInstance(others, random_).value_or(""));
    return places;
  }
  using Places = std::set<std::string>;

  SeededRandom random_{1};
};

TEST_F(SentElsewhereTest, TheAddressIsFoundInTheStatusAgain) {
  const Status status = SentElsewhere("game-2.example.com:8080");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(SentWhere(status), "game-2.example.com:8080");
  EXPECT_EQ(SentWhere(MakeStatus(StatusCode::kUnavailable, "game-2.example.com:8080")), std::nullopt);
  EXPECT_EQ(SentWhere(Status()), std::nullopt);
}

TEST_F(SentElsewhereTest, UpToFourFifthsOfWhatItTakesAnInstanceKeepsItsClients) {
  const std::vector<LeaseRecord> others = {At("b", 0)};
  EXPECT_EQ(Lighter(At("a", 0), others), Places{""});
  EXPECT_EQ(Lighter(At("a", 79), others), Places{""});
  EXPECT_EQ(Lighter(At("a", 80), others), Places{"b"});
  EXPECT_EQ(Lighter(At("a", 100), others), Places{"b"});
}

TEST_F(SentElsewhereTest, OnlyAClearlyLighterOneIsSentTo) {
  EXPECT_EQ(Lighter(At("a", 90), {At("b", 81)}), Places{""});
  EXPECT_EQ(Lighter(At("a", 90), {At("b", 79)}), Places{"b"});
  EXPECT_EQ(Lighter(At("a", 90), {At("b", 500, 1'000)}), Places{"b"}) << "load is a share, not a number";
  EXPECT_EQ(Lighter(At("a", 90), {At("b", 9, 10)}), Places{""});
}

TEST_F(SentElsewhereTest, WhoLeavesOrHasNoAddressOrNoRoomIsSentNobody) {
  const std::vector<LeaseRecord> none_fits = {Leaving(At("b", 0)), At("", 0), At("d", 0, 0), At("e", 100),
                                              At("f", 101)};
  EXPECT_EQ(Lighter(At("a", 100), none_fits), Places{""});
  EXPECT_EQ(Next(none_fits), Places{""});
  EXPECT_EQ(Lighter(At("a", 100), {}), Places{""});
  EXPECT_EQ(Next({}), Places{""});
}

TEST_F(SentElsewhereTest, AnInstanceThatTakesAnyNumberSendsNobodyAway) {
  EXPECT_EQ(Lighter(At("a", 1'000'000, 0), {At("b", 0)}), Places{""});
}

TEST_F(SentElsewhereTest, AClientOfOneThatLeavesGoesWhereThereIsAnyRoom) {
  EXPECT_EQ(Next({At("b", 99)}), Places{"b"});
  EXPECT_EQ(Next({At("b", 100), At("c", 99), Leaving(At("d", 0))}), Places{"c"});
}

TEST_F(SentElsewhereTest, TheEmptierOfTwoSoThatNotAllGoToOne) {
  const std::vector<LeaseRecord> others = {At("b", 10), At("c", 20), At("d", 30)};
  EXPECT_EQ(Next(others), (Places{"b", "c", "d"})) << "the fullest too, where it is drawn twice";
  EXPECT_EQ(Lighter(At("a", 90), others), (Places{"b", "c", "d"}));
  int to_emptiest = 0;
  for (int i = 0; i < 900; ++i) to_emptiest += NextInstance(others, random_) == "b" ? 1 : 0;
  EXPECT_NEAR(to_emptiest, 500, 75) << "five of nine pairs name it";
}

}  // namespace
}  // namespace oofgg::presence
