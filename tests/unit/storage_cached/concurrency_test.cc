// Nobody ever sees a row older than one that somebody saw before.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/cached/game/cached_player_store.h"
#include "storage/memory/game/memory_player_store.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kPlayers = 3;
constexpr std::size_t kReaders = 4;
constexpr std::size_t kWriters = 3;
constexpr int kWrites = 400;

std::string NameOf(std::size_t i) { return "player-" + std::to_string(i % kPlayers); }

TEST(CachedStoresAtOnce, VersionsOnlyGrow) {
  // So small that rows also go for want of room.
  CachedPlayerStore store(std::make_unique<MemoryPlayerStore>(), Clock::System(), {.max_bytes = 64 * 400});
  for (std::size_t i = 0; i < kPlayers; ++i) {
    Player player;
    player.id = NameOf(i);
    ASSERT_TRUE(store.InsertPlayer(player).ok());
  }
  std::array<std::atomic<std::int64_t>, kPlayers> seen{};
  std::atomic<std::size_t> writing = kWriters;
  const auto see = [&](std::size_t i, const auto& look) {
    const std::int64_t before = seen[i % kPlayers];
    const std::int64_t version = look(NameOf(i));
    EXPECT_GE(version, before);
    std::int64_t latest = seen[i % kPlayers];
    while (latest < version && !seen[i % kPlayers].compare_exchange_weak(latest, version)) {
    }
  };
  const auto find = [&](const std::string& id) { return store.FindPlayer(id)->version; };
  const auto find_at_hand = [&](const std::string& id) {
    const auto player = store.PlayerAtHand(id);
    return player == nullptr ? find(id) : player->version;
  };
  std::vector<std::thread> threads;
  for (std::size_t reader = 0; reader < kReaders; ++reader) {
    threads.emplace_back([&, reader] {
      for (std::size_t i = reader; writing > 0; ++i) {
        see(i, find);
        see(i, find_at_hand);
      }
    });
  }
  std::atomic<int> written = 0;
  for (std::size_t writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kWrites; ++i) {
        const Player player = store.FindPlayerToChange(NameOf(writer + static_cast<std::size_t>(i))).value();
        written += store.UpdatePlayer(player).ok() ? 1 : 0;
      }
      --writing;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(written, 0);
  std::int64_t versions = 0;
  for (std::size_t i = 0; i < kPlayers; ++i) versions += store.FindPlayer(NameOf(i))->version;
  EXPECT_EQ(versions, static_cast<std::int64_t>(kPlayers) + written);
}

}  // namespace
}  // namespace oofgg::storage
