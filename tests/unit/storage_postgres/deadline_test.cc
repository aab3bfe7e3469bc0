#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "tests/unit/storage_postgres/fixture.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr PgStatement kCountLocks{"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", PgKind::kRead};

using DeadlineTest = PostgresTest;

TEST_F(DeadlineTest, TheServerEndsWhatTakesTooLongAndOthersGoOn) {
  LockHolder holder(url_);
  const auto database = Open({.connections = 1, .timeout = 1s});
  EXPECT_EQ(database->Run(kTakeLock, PgParams().Int(1)).status().code(), StatusCode::kDeadlineExceeded);
  EXPECT_EQ(database->Run(kCountLocks)->Int(0, 0), 1) << "nobody waits for the lock any more";
}

TEST_F(DeadlineTest, SaysSoToWhoseStatementCouldNotBePreparedInTime) {
  const auto database = Open({.connections = 1, .timeout = 1s});
  const std::string table = url_.substr(url_.find("test_"), url_.find("%22&") - url_.find("test_")) + ".rows";
  std::thread holder([&] { server_.Sql("BEGIN; LOCK TABLE " + table + "; SELECT pg_sleep(1.5); COMMIT"); });
  EXPECT_TRUE(Eventually([&] {
    return server_.Sql(
               "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' AND"
               " relation = '" +
               table + "'::regclass") == "1\n";
  }));
  EXPECT_EQ(database->Run(kCount).status().code(), StatusCode::kDeadlineExceeded);
  holder.join();
  EXPECT_TRUE(database->Run(kCount).ok());
}

TEST_F(DeadlineTest, WhoIsInTheGroupOfOneThatWaitsIsRunAgain) {
  static constexpr PgStatement kWaitInGroup{"SELECT pg_advisory_lock(length($1) / length($1)), $1",
                                            PgKind::kGroupedWrite};
  LockHolder holder(url_);
  const auto database = Open({.connections = 1, .timeout = 4s});
  auto waits = std::async(std::launch::async,
                          [&] { return database->Run(kWaitInGroup, PgParams().Text("z")).status(); });
  ASSERT_TRUE(holder.AwaitWaiting("WhoIsInTheGroupOfOneThatWaitsIsRunAgain"));
  EXPECT_TRUE(database->Run(kInsert, PgParams().Text("a")).ok());
  EXPECT_EQ(waits.get().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(DeadlineTest, ACallersOwnDeadlineIsKept) {
  LockHolder holder(url_);
  const auto database = Open({.connections = 1});
  const auto deadline = Clock::System().Now() + 50ms;
  const Status sent = database->Run(kTakeLock, PgParams().Int(1), deadline).status();
  EXPECT_EQ(sent.code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(sent.message()), HasSubstr("is unknown"));
  const Status unsent = database->Run(kInsert, PgParams().Text("late"), Clock::System().Now()).status();
  EXPECT_EQ(unsent.code(), StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(unsent.message()), HasSubstr("no connection"));
  EXPECT_EQ(database->Run(kCount)->Int(0, 0), 0) << "what was given up before it was sent never happens";
}

TEST_F(DeadlineTest, AServerThatHangsIsGivenUpAndFoundAgain) {
  const auto database = Open({.timeout = 1s});
  ASSERT_TRUE(database->Run(kInsert, PgParams().Text("before")).ok());
  server_.SignalAll(SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  const Status status = database->Run(kInsert, PgParams().Text("during")).status();
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded) << status;
  EXPECT_LT(std::chrono::steady_clock::now() - start, 3s);
  server_.SignalAll(SIGCONT);
  EXPECT_TRUE(Eventually([&] { return database->Run(kInsert, PgParams().Text("after")).ok(); }));
}

}  // namespace
}  // namespace oofgg::storage
