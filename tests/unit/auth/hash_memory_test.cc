#include "auth/hash_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

namespace oofgg::auth {
namespace {

constexpr std::size_t kBytes = 100'000;

TEST(HashMemoryTest, ABlockGrowsAndKeepsItsSize) {
  HashMemory memory(1);
  HashMemory::Block block(memory);
  void* const first = block.Resize(kBytes);
  ASSERT_NE(first, nullptr);
  std::memset(first, 1, kBytes);
  EXPECT_EQ(block.Resize(10), first);
  void* const larger = block.Resize(50 * kBytes);
  ASSERT_NE(larger, nullptr);
  std::memset(larger, 2, 50 * kBytes);
  EXPECT_EQ(block.Resize(static_cast<std::size_t>(-1) / 2), nullptr) << "more than there is";
  EXPECT_NE(block.Resize(kBytes), nullptr);
}

TEST(HashMemoryTest, NoMoreThanAllowedAreHeldAtOnce) {
  HashMemory memory(2);
  std::atomic<int> held{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 200; ++j) {
        HashMemory::Block block(memory);
        const int now = ++held;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        auto* const bytes = static_cast<unsigned char*>(block.Resize(kBytes));
        std::memset(bytes, now, kBytes);  // Alone in it, or ThreadSanitizer says so.
        --held;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_GE(most, 1);
}

TEST(HashMemoryTest, WithoutALimitNobodyWaits) {
  HashMemory memory(0);
  HashMemory::Block first(memory);
  HashMemory::Block second(memory);
  EXPECT_NE(first.Resize(kBytes), second.Resize(kBytes));
}

}  // namespace
}  // namespace oofgg::auth
