// Several workers and clients at once: every promise of one thread holds for many.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "tests/conformance/request_store/request_stores.h"

namespace oofgg::orchestration {
namespace {

class RequestStoreRaceTest : public ::testing::TestWithParam<StoreKind> {};

INSTANTIATE_TEST_SUITE_P(Stores, RequestStoreRaceTest, ::testing::ValuesIn(kAllStores),
                         [](const auto& tested) { return NameOf(tested.param); });

TEST_P(RequestStoreRaceTest, EveryRequestIsSeatedOnceAndNoServerIsOverfull) {
  constexpr int kRequests = 200;
  constexpr int kWorkers = 4;
  constexpr std::uint32_t kSlots = 7;
  const auto owner = MakeStore(GetParam());
  RequestStore& store = owner->store();
  const WallTime far = WallTime(std::chrono::hours(24 * 365 * 100));

  std::atomic<int> done = 0;
  const auto work = [&] {
    int server = 0;
    while (done < kRequests) {
      const std::vector<RequestRecord> leased = store.LeaseOldest({"arena"}, 3, far).value();
      for (const RequestRecord& record : leased) {
        while (true) {
          const std::string id = "s" + std::to_string(server);
          const Status taken = store.TakeSeats(LeaseOf(record), {id, "h", 1, "h:1"}, kSlots);
          if (taken.ok()) break;
          ASSERT_EQ(taken.code(), StatusCode::kResourceExhausted) << taken;
          ++server;
        }
        ASSERT_TRUE(store.Complete(LeaseOf(record)).ok());
        ++done;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) threads.emplace_back(work);
  for (int part = 0; part < 2; ++part) {  // Both ask for the same.
    threads.emplace_back([&] {
      for (int i = 0; i < kRequests; ++i) {
        const std::string id = "c" + std::to_string(i);
        ASSERT_TRUE(store.Enqueue({{"arena", id}, {id}, far}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(done, kRequests);
  std::map<std::string, int> by_server;
  const std::vector<Seat> all = store.Seats("arena").value();
  for (const Seat& seat : all) ++by_server[seat.server.id];
  int seats = 0;
  for (const auto& [server, count] : by_server) {
    EXPECT_LE(count, static_cast<int>(kSlots)) << server;
    seats += count;
  }
  EXPECT_EQ(seats, kRequests);
}

}  // namespace
}  // namespace oofgg::orchestration
