// What callers that arrive together share.

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/storage_postgres/fixture.h"

namespace oofgg::storage {
namespace {

constexpr PgStatement kCountTransactions{"SELECT count(DISTINCT xmin::text) FROM rows", PgKind::kRead};

class GroupTest : public PostgresTest {
 protected:
  static constexpr std::size_t kCallers = 8;

  /// Runs the inserts of `names`, of which there are `kCallers`, after all of them wait for the one
  /// connection.
  std::vector<Status> InsertTogether(PostgresDatabase& database, const std::vector<std::string>& names) {
    LockHolder holder(url_);
    auto blocker = std::async(std::launch::async, [&] {
      const bool locked = database.Run(kTakeLock, PgParams().Int(1)).ok();
      return locked && database.Run(kFreeLock, PgParams().Int(1)).ok();
    });
    EXPECT_TRUE(holder.AwaitWaiting(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::vector<std::future<Status>> callers;
    for (const std::string& name : names) {
      callers.push_back(std::async(std::launch::async, [&database, name] {
        // The probe below takes a place now and then.
        Status status;
        do status = database.Run(kInsert, PgParams().Text(name)).status();
        while (status.code() == StatusCode::kResourceExhausted);
        return status;
      }));
    }
    EXPECT_TRUE(Eventually([&] { return IsFull(database); }));
    holder.Free();
    std::vector<Status> results;
    for (auto& caller : callers) results.push_back(caller.get());
    blocker.wait();
    return results;
  }

  static bool IsFull(PostgresDatabase& database) {
    const Status status = database.Run(kCount, {}, Clock::System().Now()).status();
    return status.code() == StatusCode::kResourceExhausted;
  }

  static PostgresOptions OneConnection() {
    return {.connections = 1, .timeout = std::chrono::seconds(20), .max_waiting = kCallers};
  }
};

TEST_F(GroupTest, WritesThatArriveTogetherShareOneTransaction) {
  const auto database = Open(OneConnection());
  for (const Status& status : InsertTogether(*database, {"h", "b", "c", "a", "e", "f", "g", "d"})) {
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 8);
  EXPECT_EQ(database->Run(kCountTransactions)->Int(0, 0), 1);
}

TEST_F(GroupTest, OneThatFailsFailsAlone) {
  const auto database = Open(OneConnection());
  ASSERT_TRUE(database->Run(kInsert, PgParams().Text("taken")).ok());
  const auto results = InsertTogether(*database, {"a", "b", "c", "taken", "e", "f", "g", "h"});
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].code(), i == 3 ? StatusCode::kAlreadyExists : StatusCode::kOk) << i;
  }
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 8);
}

TEST_F(GroupTest, OfTwoThatStandInEachOthersWayOneSucceeds) {
  const auto database = Open(OneConnection());
  const auto results = InsertTogether(*database, {"a", "b", "same", "d", "e", "same", "g", "h"});
  EXPECT_NE(results[2].ok(), results[5].ok());
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 7);
}

TEST_F(GroupTest, CallersBeyondTheBoundAreRefusedWithADelay) {
  auto options = OneConnection();
  options.max_waiting = 0;
  const auto database = Open(options);
  const Status refused = database->Run(kCount).status();
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(RetryAfterOf(refused).has_value());
}

}  // namespace
}  // namespace oofgg::storage
