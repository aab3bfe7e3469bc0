#include "storage/redis/key_slot.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::storage::redis {
namespace {

// The vectors of the Redis Cluster specification and its documentation.
TEST(KeySlotTest, IsThatOfTheSpecification) {
  EXPECT_EQ(KeySlot("123456789"), 0x31C3);
  EXPECT_EQ(KeySlot("foo"), 12182);
  EXPECT_EQ(KeySlot("bar"), 5061);
  EXPECT_EQ(KeySlot("somekey"), 11058);
  EXPECT_EQ(KeySlot(""), 0);
}

TEST(KeySlotTest, AHashTagAloneCounts) {
  EXPECT_EQ(KeySlot("{user1000}.following"), KeySlot("{user1000}.followers"));
  EXPECT_EQ(KeySlot("{user1000}.following"), KeySlot("user1000"));
  EXPECT_EQ(KeySlot("foo{hash_tag}"), 2515);
  EXPECT_EQ(KeySlot("a}b{bar}c"), KeySlot("bar")) << "what closes before it opens is no tag";
}

TEST(KeySlotTest, OnlyTheFirstTagCountsAndOnlyIfItHoldsSomething) {
  EXPECT_EQ(KeySlot("foo{}{bar}"), 8363) << "an empty tag: all of the key";
  EXPECT_EQ(KeySlot("foo{{bar}}zap"), KeySlot("{bar"));
  EXPECT_EQ(KeySlot("foo{bar}{zap}"), KeySlot("bar"));
  EXPECT_NE(KeySlot("foo{bar"), KeySlot("bar"));
}

TEST(KeySlotTest, TakesAnyBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_LT(KeySlot(std::string(3, static_cast<char>(byte))), kSlots);
  }
}

}  // namespace
}  // namespace oofgg::storage::redis
