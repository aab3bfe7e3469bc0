#include <algorithm>
#include <array>
#include <atomic>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

class PlayerStoreTest : public StoreConformance {
 protected:
  game::PlayerStore& store() { return stores_->players(); }
};
OOFGG_ON_ALL_ENGINES(PlayerStoreTest);

Player Ann() {
  return {.id = "p1",
          .username = "Ann",
          .email = "ann@example.org",
          .team = "red",
          .score = -7,
          .is_ai = true,
          .is_inactive = true,
          .role = "captain"};
}

TEST_P(PlayerStoreTest, KeepsEveryField) {
  ASSERT_TRUE(store().InsertPlayer(Ann()).ok());
  const auto found = store().FindPlayer("p1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->version, 1);
  const Player& player = *found;
  EXPECT_EQ(player.id, "p1");
  EXPECT_EQ(player.username, "Ann");
  EXPECT_EQ(player.email, "ann@example.org");
  EXPECT_EQ(player.team, "red");
  EXPECT_EQ(player.score, -7);
  EXPECT_TRUE(player.is_ai);
  EXPECT_TRUE(player.is_inactive);
  EXPECT_EQ(player.role, "captain");
}

TEST_P(PlayerStoreTest, RefusesASecondInsertAndChangesNothing) {
  ASSERT_TRUE(store().InsertPlayer(Ann()).ok());
  Player other = Ann();
  other.username = "Eve";
  EXPECT_EQ(store().InsertPlayer(other).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store().FindPlayer("p1")->username, "Ann");
}

TEST_P(PlayerStoreTest, SaysWhoIsMissing) {
  EXPECT_EQ(store().FindPlayer("nobody").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().UpdatePlayer(Ann()).status().code(), StatusCode::kNotFound);
}

TEST_P(PlayerStoreTest, FindsThoseThatExist) {
  for (const char* id : {"a", "b", "c"}) {
    Player player = Ann();
    player.id = id;
    ASSERT_TRUE(store().InsertPlayer(player).ok());
  }
  const std::array<std::string, 4> wanted = {"c", "missing", "a", "c2"};
  auto found = store().FindPlayers(wanted);
  ASSERT_TRUE(found.ok()) << found.status();
  std::sort(found->begin(), found->end(), [](const Player& x, const Player& y) { return x.id < y.id; });
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].id, "a");
  EXPECT_EQ((*found)[1].id, "c");
  EXPECT_TRUE(store().FindPlayers({})->empty());
}

TEST_P(PlayerStoreTest, OfTwoWritersWithOneVersionOnlyTheFirstWrites) {
  ASSERT_TRUE(store().InsertPlayer(Ann()).ok());
  auto first = *store().FindPlayer("p1");
  auto second = first;
  first.team = "blue";
  second.team = "green";
  const auto updated = store().UpdatePlayer(first);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(store().UpdatePlayer(second).status().code(), StatusCode::kAborted);
  const auto now = store().FindPlayer("p1");
  EXPECT_EQ(now->team, "blue");
  EXPECT_EQ(now->version, 2);
}

TEST_P(PlayerStoreTest, OfSimultaneousInsertionsOneIsMadeAndWritersAllCount) {
  std::atomic<int> made = 0;
  constexpr int kThreads = 6;
  constexpr int kWrites = 5;
  AllAtOnce(kThreads, [&](std::size_t) {
    const Status inserted = store().InsertPlayer(Ann());
    if (inserted.ok()) {
      ++made;
    } else {
      EXPECT_EQ(inserted.code(), StatusCode::kAlreadyExists);
    }
    for (int done = 0; done < kWrites;) {
      Player player = *store().FindPlayer("p1");
      ++player.score;
      if (store().UpdatePlayer(player).ok()) ++done;
    }
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(store().FindPlayer("p1")->score, Ann().score + kThreads * kWrites);
}

TEST_P(PlayerStoreTest, AnErasedProfileIsGoneAndItsIdFree) {
  ASSERT_TRUE(store().InsertPlayer(Ann()).ok());
  EXPECT_TRUE(store().ErasePlayer("p1").value());
  EXPECT_FALSE(store().ErasePlayer("p1").value());
  EXPECT_EQ(store().FindPlayer("p1").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store().InsertPlayer(Ann()).ok());
}

}  // namespace
}  // namespace oofgg::storage
