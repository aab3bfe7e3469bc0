// A process that holds leases is killed with SIGKILL in the middle of its work: what it was told is durable
// is there, its leases come back, and its fence no longer counts.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "storage/sqlite/database.h"
#include "storage/sqlite/orchestration/sqlite_request_store.h"
#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::orchestration {
namespace {

constexpr WallTime kFar{std::chrono::hours(24 * 365 * 100)};

/// Works for ever: asks, leases, seats; tells each request that is done, after it is.
[[noreturn]] void WorkUntilKilled(const std::string& path, int report) {
  auto database = storage::Database::Open(path);
  auto store = storage::SqliteRequestStore::Make(**database);
  for (std::uint32_t i = 0;; ++i) {
    const std::string id = "c" + std::to_string(i);
    if (!(*store)->Enqueue({{"arena", id}, {id}, kFar}).ok()) _exit(1);
    const auto leased = (*store)->LeaseOldest({"arena"}, 1, kFar);
    if (!leased.ok() || leased->size() != 1) _exit(2);
    if (i % 3 == 0) continue;  // Held for ever.
    const RequestLease lease = LeaseOf(leased->front());
    if (!(*store)->TakeSeats(lease, {"s1", "h", 1, "h:1"}, 0).ok()) _exit(3);
    if (i % 3 == 1) continue;
    if (!(*store)->Complete(lease).ok()) _exit(4);
    if (write(report, &i, sizeof i) != sizeof i) _exit(5);
  }
}

TEST(RequestStoreCrash, NothingAcknowledgedIsLostAndEveryLeaseComesBack) {
  const testing::TemporaryDirectory directory;
  const std::string path = directory.path() + "/maker.db";
  std::uint32_t told = 0;
  std::uint64_t fence = 0;
  for (int round = 0; round < 2; ++round) {
    std::array<int, 2> report{};
    ASSERT_EQ(pipe(report.data()), 0);
    const pid_t child = fork();
    if (child == 0) WorkUntilKilled(path + std::to_string(round), report[1]);
    close(report[1]);
    for (int i = 0; i < 3 + round * 4; ++i) ASSERT_EQ(read(report[0], &told, sizeof told), 4);
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(report[0], &told, sizeof told) == 4) {
    }
    close(report[0]);

    const auto database = storage::Database::Open(path + std::to_string(round));
    ASSERT_TRUE(database.ok()) << database.status();
    const auto store = storage::SqliteRequestStore::Make(**database);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto term = (*store)->TakeOver("arena", "worker");
    ASSERT_TRUE(term.ok()) << term.status();
    for (std::uint32_t i = 0; i <= told; ++i) {
      const auto found = (*store)->Find({"arena", "c" + std::to_string(i)});
      ASSERT_TRUE(found.ok() && *found) << i;
      EXPECT_EQ((*found)->state, i % 3 == 2 ? RequestState::kDone : RequestState::kCreated) << i;
      EXPECT_EQ((*found)->server.id, i % 3 == 0 ? "" : "s1")
          << i << ": seats that may be held are remembered";
      fence = (*found)->fence;
    }
    const auto leased = (*store)->LeaseOldest(*term, 1, kFar);
    ASSERT_EQ(leased->size(), 1U);
    EXPECT_EQ(leased->front().key.id, "c0") << "in the old order";
    EXPECT_EQ((*store)->Complete({leased->front().key, 1}).code(), StatusCode::kAborted)
        << "the dead one's fence";
  }
  EXPECT_GT(fence, 0U);
}

}  // namespace
}  // namespace oofgg::orchestration
