#include "storage/redis/game/rows.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "storage/redis/packed.h"

namespace oofgg::storage {
namespace {

constexpr std::string_view kMark = "12345678";

game::SessionRecord FullSession() {
  game::SessionRecord session;
  session.id = "s1";
  session.game_id = "arena";
  session.owner_id = "ann";
  session.state = SessionState::kPaused;
  session.attributes = {{"level", 3}, {"map", std::string("wüste")}};
  session.region = std::numeric_limits<std::int32_t>::min();
  session.data = std::string("\0\xFF", 2);
  session.members = {{"ann", "", "ticket"}, {"bob", "red", ""}};
  session.ticket_id = "t1";
  session.alias_of = "m1";
  session.version = 1;
  return session;
}

TEST(RowsTest, ASessionComesBackAsItWas) {
  const std::string row = FirstRow(kMark, BodyOf(FullSession()));
  EXPECT_EQ(SessionOf("s1", row).value(), FullSession());
}

TEST(RowsTest, AnEntityComesBackAsItWas) {
  const Entity door{.id = "e1",
                    .session_id = "s1",
                    .game_id = "arena",
                    .name = "gate",
                    .type = "door",
                    .attributes = {{"open", true}},
                    .controller = EntityController::kPlayer,
                    .player_id = "ann",
                    .data = std::string("\0x", 2),
                    .version = 1};
  const std::string row = FirstRow(kMark, BodyOf(door));
  EXPECT_EQ(EntityOf("s1", "e1", row).value(), door);
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_EQ(EntityOf("s1", "e1", row.substr(0, size)).status().code(), StatusCode::kDataLoss) << size;
  }
}

TEST(RowsTest, ARowThatIsCutAnywhereIsDamaged) {
  const std::string row = FirstRow(kMark, BodyOf(FullSession()));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_EQ(SessionOf("s1", row.substr(0, size)).status().code(), StatusCode::kDataLoss) << size;
  }
}

TEST(RowsTest, ALengthThatLiesIsDamaged) {
  std::string row = FirstRow(kMark, BodyOf(FullSession()));
  for (std::size_t at = 4 + kMark.size(); at < row.size(); ++at) {
    std::string damaged = row;
    damaged[at] = '\xFF';
    // Either it is noticed, or it was a byte of some text; never is anything read that is not there.
    const auto read = SessionOf("s1", damaged);
    EXPECT_TRUE(read.ok() || read.status().code() == StatusCode::kDataLoss) << at;
  }
}

TEST(OwnedNameTest, ComesApartAgainWhateverIsInIt) {
  for (const std::string& owner :
       {std::string(), std::string("ann"), std::string(300, 'x'), std::string("\0", 1)}) {
    for (const std::string& id : {std::string(), std::string("s1")}) {
      const OwnedParts parts = PartsOfOwned(OwnedName(owner, id));
      EXPECT_EQ(parts.owner, owner);
      EXPECT_EQ(parts.id, id);
    }
  }
}

TEST(OwnedNameTest, WhatIsNoNameIsNothing) {
  for (const char* name : {"", "x", "\x01\x01 too short"}) {
    EXPECT_EQ(PartsOfOwned(name).owner, "") << name;
  }
}

}  // namespace
}  // namespace oofgg::storage
