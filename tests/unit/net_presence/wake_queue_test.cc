#include "net/presence/wake_queue.h"

#include <gmock/gmock.h>

#include <memory>

namespace oofgg::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WakeQueueTest, ATurnIsAskedForOnce) {
  WakeQueue<int> queue;
  EXPECT_TRUE(queue.Push(1, WakeTurn::kAfterOthers));
  EXPECT_FALSE(queue.Push(2, WakeTurn::kNext));
  EXPECT_FALSE(queue.Push(3, WakeTurn::kNext));
  EXPECT_THAT(queue.TakeTurn(), ElementsAre(2, 3, 1)) << "the many last";
  EXPECT_TRUE(queue.empty());
  EXPECT_THAT(queue.TakeTurn(), IsEmpty());
  EXPECT_TRUE(queue.Push(4, WakeTurn::kNext));
}

TEST(WakeQueueTest, TurnsAreBoundedAndOfTheManyFewAreTaken) {
  WakeQueue<int> queue;
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(queue.Push(i, WakeTurn::kNext));
    static_cast<void>(queue.Push(1'000 + i, WakeTurn::kAfterOthers));
  }
  const auto first = queue.TakeTurn();
  ASSERT_EQ(first.size(), WakeQueue<int>::kMostNext + WakeQueue<int>::kMostAfterOthers);
  EXPECT_EQ(first.front(), 0);
  EXPECT_EQ(first.back(), 1'003);
  EXPECT_FALSE(queue.empty());
  std::size_t all = first.size();
  while (!queue.empty()) all += queue.TakeTurn().size();
  EXPECT_EQ(all, 200U);
}

TEST(WakeQueueTest, WhoComesLaterIsServedBeforeTheRestOfTheMany) {
  WakeQueue<int> queue;
  for (int i = 0; i < 100; ++i) static_cast<void>(queue.Push(i, WakeTurn::kAfterOthers));
  static_cast<void>(queue.TakeTurn());
  EXPECT_FALSE(queue.Push(1'000, WakeTurn::kNext)) << "a turn has been asked for";
  EXPECT_EQ(queue.TakeTurn().front(), 1'000);
}

TEST(WakeQueueTest, HoldsWhatCanOnlyBeMoved) {
  WakeQueue<std::unique_ptr<int>> queue;
  EXPECT_TRUE(queue.Push(std::make_unique<int>(7), WakeTurn::kNext));
  EXPECT_EQ(*queue.TakeTurn().front(), 7);
}

}  // namespace
}  // namespace oofgg::net
