#include <atomic>
#include <thread>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

class EntityStoreTest : public StoreConformance {
 protected:
  EntityStoreTest() {
    for (const char* id : {"s1", "s2"}) {
      game::SessionRecord session;
      session.id = id;
      session.game_id = "arena";
      session.owner_id = "ann";
      EXPECT_TRUE(stores_->sessions().CreateSession(session, {}, 0).ok());
    }
  }
  game::EntityStore& store() { return stores_->entities(); }
  StatusOr<Entity> Create(const Entity& entity, const game::CreationKey& key = {}, std::uint32_t max = 100) {
    return store().CreateEntity(entity, key, max);
  }
};
OOFGG_ON_ALL_ROW_ENGINES(EntityStoreTest);

Entity Door(std::string id, std::string session_id = "s1") {
  return {.id = std::move(id),
          .session_id = std::move(session_id),
          .game_id = "arena",
          .name = "gate",
          .type = "door",
          .attributes = {{"open", true}, {"strength", 3}, {"weight", 1.5F}, {"sign", std::string("näh'\"")}},
          .controller = EntityController::kPlayer,
          .player_id = "ann",
          .data = std::string("{\"a\":\0}", 7)};
}

TEST_P(EntityStoreTest, KeepsEveryField) {
  const auto made = Create(Door("e1"));
  ASSERT_TRUE(made.ok()) << made.status();
  Entity expected = Door("e1");
  expected.version = 1;
  EXPECT_EQ(*made, expected);
  const auto found = store().FindEntity("s1", "e1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, expected);
}

TEST_P(EntityStoreTest, SaysWhatIsMissingAndWhatIsTaken) {
  EXPECT_EQ(store().FindEntity("s1", "e1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().UpdateEntity(Door("e1")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Create(Door("e1", "nowhere")).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(Create(Door("e1")).ok());
  EXPECT_EQ(Create(Door("e1")).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store().FindEntity("s2", "e1").status().code(), StatusCode::kNotFound);
}

TEST_P(EntityStoreTest, ASessionsEntitiesAreBoundedAndListedById) {
  ASSERT_TRUE(Create(Door("b"), {}, 2).ok());
  ASSERT_TRUE(Create(Door("a"), {}, 2).ok());
  EXPECT_EQ(Create(Door("c"), {}, 2).status().code(), StatusCode::kResourceExhausted);
  ASSERT_TRUE(Create(Door("c", "s2"), {}, 2).ok());
  const auto listed = store().ListEntities("s1");
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].id, "a");
  EXPECT_EQ((*listed)[1].id, "b");
  EXPECT_TRUE(store().ListEntities("nowhere")->empty());
}

TEST_P(EntityStoreTest, OfTwoWritersWithOneVersionOnlyTheFirstWrites) {
  Entity first = *Create(Door("e1"));
  Entity second = first;
  first.attributes = {{"open", false}};
  second.data = "late";
  const auto updated = store().UpdateEntity(first);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(store().UpdateEntity(second).status().code(), StatusCode::kAborted);
  EXPECT_EQ(*store().FindEntity("s1", "e1"), *updated);
  EXPECT_EQ(updated->attributes, first.attributes);
}

TEST_P(EntityStoreTest, WritersAtTheSameTimeAllCount) {
  ASSERT_TRUE(Create(Door("e1")).ok());
  constexpr int kThreads = 4;
  constexpr int kWrites = 10;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int done = 0; done < kWrites;) {
        if (store().UpdateEntity(*store().FindEntity("s1", "e1")).ok()) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store().FindEntity("s1", "e1")->version, 1 + kThreads * kWrites);
}

TEST_P(EntityStoreTest, TheBoundHoldsAgainstSimultaneousCreation) {
  std::atomic<int> made = 0;
  AllAtOnce(8, [&](std::size_t i) {
    for (int j = 0; j < 3; ++j) {
      const auto created = Create(Door("e" + std::to_string(i) + std::to_string(j)), {}, 5);
      if (created.ok()) {
        ++made;
      } else {
        EXPECT_EQ(created.status().code(), StatusCode::kResourceExhausted);
      }
    }
  });
  EXPECT_EQ(made, 5);
  EXPECT_EQ(store().ListEntities("s1")->size(), 5U);
}

TEST_P(EntityStoreTest, OfSimultaneousCreationsUnderOneKeyOneIsMade) {
  AllAtOnce(8, [&](std::size_t i) {
    const auto created = Create(Door("e" + std::to_string(i)), {"ann", "k", 1});
    EXPECT_TRUE(created.ok()) << created.status();
  });
  EXPECT_EQ(store().ListEntities("s1")->size(), 1U);
}

TEST_P(EntityStoreTest, WhatIsMadeWhileItsSessionGoesIsGoneToo) {
  AllAtOnce(4, [&](std::size_t i) {
    if (i == 0) {
      EXPECT_TRUE(stores_->sessions().EraseSession("s1").ok());
      return;
    }
    for (int j = 0; j < 10; ++j) {
      const StatusCode code = Create(Door("e" + std::to_string(i) + std::to_string(j))).status().code();
      EXPECT_TRUE(code == StatusCode::kOk || code == StatusCode::kNotFound);
    }
  });
  EXPECT_TRUE(store().ListEntities("s1")->empty());
}

TEST_P(EntityStoreTest, ARepeatedKeyGivesWhatItMadeEvenOverTheLimit) {
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_EQ(Create(Door("e1"), key, 1)->id, "e1");
  const auto again = Create(Door("e2"), key, 1);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, "e1");
  EXPECT_EQ(Create(Door("e3"), {"ann", "k", 2}).status().code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(*store().EraseEntity("s1", "e1"));
  EXPECT_EQ(Create(Door("e2"), key).status().code(), StatusCode::kNotFound);  // Made, and gone.
}

TEST_P(EntityStoreTest, KeysAreForgottenByAge) {
  constexpr WallTime kStart{std::chrono::hours(1'000)};
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_EQ(Create(Door("e1"), key)->id, "e1");
  ASSERT_TRUE(store().Purge({.now = kStart, .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(Create(Door("e2"), key)->id, "e1");
  ASSERT_TRUE(store().Purge({.now = kStart + std::chrono::hours(24), .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(Create(Door("e2"), key)->id, "e2");
}

TEST_P(EntityStoreTest, AnErasedEntityIsGone) {
  ASSERT_TRUE(Create(Door("e1")).ok());
  EXPECT_TRUE(*store().EraseEntity("s1", "e1"));
  EXPECT_FALSE(*store().EraseEntity("s1", "e1"));
  EXPECT_EQ(store().FindEntity("s1", "e1").status().code(), StatusCode::kNotFound);
}

TEST_P(EntityStoreTest, GoesWithItsSession) {
  ASSERT_TRUE(Create(Door("e1")).ok());
  ASSERT_TRUE(Create(Door("e2", "s2")).ok());
  ASSERT_TRUE(stores_->sessions().EraseSession("s1").ok());
  EXPECT_EQ(store().FindEntity("s1", "e1").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store().ListEntities("s1")->empty());
  EXPECT_TRUE(store().FindEntity("s2", "e2").ok());

  game::SessionRecord again;  // The same id, another session.
  again.id = "s1";
  again.game_id = "arena";
  again.owner_id = "bob";
  ASSERT_TRUE(store().Purge({.now = WallTime{}, .keep = std::chrono::hours(24)}).ok());
  ASSERT_TRUE(stores_->sessions().CreateSession(again, {}, 0).ok());
  EXPECT_TRUE(store().ListEntities("s1")->empty());
}

}  // namespace
}  // namespace oofgg::storage
